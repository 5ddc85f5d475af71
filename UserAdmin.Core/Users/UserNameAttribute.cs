using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.RegularExpressions;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Users;

[AttributeUsage(AttributeTargets.Property)]
public sealed partial class UserNameAttribute : ValidationAttribute
{
    // Letters of one alphabet only: a Cyrillic "а" in "admin" would make two people look like one.
    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9._@+-]*[A-Za-z0-9])?$", RegexOptions.NonBacktracking)]
    private static partial Regex Allowed { get; }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var name = Text.Compose((string?)value);
        if (name.Length == 0)
            return ValidationResult.Success;
        // The own email address is always a user name; its rule allows more characters.
        if (validationContext.ObjectInstance is UserForm form && string.Equals(name, form.Email.Trim(), StringComparison.OrdinalIgnoreCase))
            return ValidationResult.Success;
        if (name.Length > 100)
            return PlainTextAttribute.Refuse("A user name can have 100 characters at most.", validationContext);
        return Allowed.IsMatch(name)
            ? ValidationResult.Success
            : PlainTextAttribute.Refuse("A user name has letters a to z, digits and . _ - + @, and starts and ends with a letter or digit.", validationContext);
    }
}
