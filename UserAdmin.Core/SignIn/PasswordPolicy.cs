using UserAdmin.Core.Common;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>What a new password must be: long, and not made of the account's own words.</summary>
public static class PasswordPolicy
{
    public const int MaximumLength = 128;

    public static Problem? Refuse(string password, User user, PasswordSettings options)
    {
        if (password.Length > 4 * MaximumLength || Text.HasHiddenCharacters(password))
            return Bad("password.unusable", $"A password can have {MaximumLength} characters at most, and no control codes.");

        var length = Text.CodePoints(password.Normalize(System.Text.NormalizationForm.FormKC));
        if (length < options.MinimumLength)
            return Bad("password.too_short", $"Use at least {options.MinimumLength} characters; this has {length}. A few words in a row are fine.");
        if (length > MaximumLength)
            return Bad("password.too_long", $"A password can have {MaximumLength} characters at most; this has {length}.");
        if (password.Distinct().Count() < 5)
            return Bad("password.repetitive", "Use more than a few different characters.");
        return ContextWords(user).Any(word => IsMostlyThatWord(password, word))
            ? Bad("password.context", "Don't build the password from your name, your address or the product's name.")
            : null;
    }

    private static Problem Bad(string code, string message) => new(ProblemKind.Invalid, code, message, "Password");

    private static IEnumerable<string> ContextWords(User user) =>
        new[] { user.FirstName, user.LastName, user.UserName, user.Email, user.Email?.Split('@')[0], "UserAdmin" }
            .Select(Text.Fold).Where(word => word.Length >= 4);

    // What is left beside the word and digits must be more than half of a password.
    private static bool IsMostlyThatWord(string password, string word)
    {
        var folded = Text.Fold(password);
        return folded.Contains(word, StringComparison.Ordinal)
            && folded.Replace(word, "", StringComparison.Ordinal).Count(char.IsLetter) < 8;
    }
}
