using System.ComponentModel.DataAnnotations;
using System.Net.Mail;
using System.Text.RegularExpressions;

namespace UserAdmin.Core.Common;

/// <summary>Text a person may type into a field: at most so many characters (Unicode code points), nothing hidden in it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlainTextAttribute(int maximum) : ValidationAttribute
{
    public bool AllowLineBreaks { get; init; }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        if (value is not string text || text.Length == 0)
            return ValidationResult.Success;
        if (Text.HasHiddenCharacters(text, AllowLineBreaks))
            return Refuse(Words.T("{0} has a hidden character (a control or direction code). Type it again instead of pasting it.", Words.T(validationContext.DisplayName)), validationContext);
        return Text.CodePoints(text) > maximum
            ? Refuse(Words.T("{0} can have {1} characters at most; this has {2}.", Words.T(validationContext.DisplayName), maximum, Text.CodePoints(text)), validationContext)
            : ValidationResult.Success;
    }

    internal static ValidationResult Refuse(string message, ValidationContext validationContext) => new(message, [validationContext.MemberName!]);
}

[AttributeUsage(AttributeTargets.Property)]
public sealed partial class EmailAttribute : ValidationAttribute
{
    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$", RegexOptions.NonBacktracking)]
    private static partial Regex Shape { get; }

    public static bool IsAddress(string text) => text.Length <= 254 && Shape.IsMatch(text) && MailAddress.TryCreate(text, out _);

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var address = Text.Compose((string?)value);
        return address.Length == 0 || IsAddress(address)
            ? ValidationResult.Success
            : PlainTextAttribute.Refuse("This is not an email address like name@example.org.", validationContext);
    }
}
