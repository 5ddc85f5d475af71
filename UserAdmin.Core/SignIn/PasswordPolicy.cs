using System.Text;
using UserAdmin.Core.Common;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>What a new password must be: long, and not one that is guessed first. There are no rules about kinds of characters (A02, A04).</summary>
public static class PasswordPolicy
{
    public const int MaximumLength = 128;

    /// <summary>Judges by form alone; <see cref="Passwords.HashAsync"/> knows the installation's rules and the user's former passwords, too.</summary>
    public static Problem? Refuse(string password, User user, int minimumLength, string furtherWords = "")
    {
        // Before any work: a password of a megabyte costs nothing.
        if (password.Length > 4 * MaximumLength || Text.HasHiddenCharacters(password))
            return Bad("password.unusable", "A password can have 128 characters at most, and no control codes.");

        var length = LengthOf(password);
        if (length < minimumLength)
            return Bad("password.too_short", Words.T("Use at least {0} characters; this has {1}. A few words in a row are fine.", minimumLength, length));
        if (length > MaximumLength)
            return Bad("password.too_long", Words.T("A password can have {0} characters at most; this has {1}.", MaximumLength, length));
        if (password.Distinct().Count() < 5)
            return Bad("password.repetitive", "Use more than a few different characters.");

        var words = WordsOf(user, furtherWords);
        if (PasswordStrength.Of(password, words) >= PasswordStrength.Enough)
            return null;
        return PasswordStrength.Of(password, new HashSet<string>()) < PasswordStrength.Enough
            ? Bad("password.common", "This is one of the passwords that are guessed first, or made of such with digits or repeats. A few unrelated words in a row are better.")
            : Bad("password.context", "Don't build the password from your name, your address or the names of the product and the organization.");
    }

    /// <summary>In Unicode code points of the form in which passwords are compared.</summary>
    public static int LengthOf(string password) => Text.CodePoints(password.Normalize(NormalizationForm.FormKC));

    private static Problem Bad(string code, string message) => new(ProblemKind.Invalid, code, message, "Password");

    private static HashSet<string> WordsOf(User user, string furtherWords)
    {
        var whole = new[] { user.FirstName, user.LastName, user.FullName, user.UserName, user.Email, "UserAdmin" }.Concat(furtherWords.Split(','));
        return [.. from text in whole
                   let folded = Text.Fold(text)
                   from word in folded.Split(' ', '.', '-', '_', '@', '+', '\'').Append(folded).Append(folded.Replace(" ", "", StringComparison.Ordinal))
                   where word.Length >= CommonPasswords.Shortest
                   select word];
    }
}
