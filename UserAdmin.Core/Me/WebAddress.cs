using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Me;

/// <summary>An address that others may be shown as a link: https alone, so that it is neither script nor plain text on the wire.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WebAddressAttribute : ValidationAttribute
{
    public static bool IsAddress(string text) =>
        text.Length <= 500 && !Text.HasHiddenCharacters(text) && !text.Any(c => char.IsWhiteSpace(c) || c is '\\' or '<' or '>' or '"')
        && text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.UserInfo.Length == 0 && address.Host.Contains('.');

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not string { Length: > 0 } text || string.IsNullOrWhiteSpace(text) || IsAddress(text.Trim())
            ? ValidationResult.Success
            : PlainTextAttribute.Refuse(Words.T("This is not an address like https://example.org."), validationContext);
}

[AttributeUsage(AttributeTargets.Property)]
public sealed class SocialLinksAttribute : ValidationAttribute
{
    public const int Maximum = 10;

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var links = (IReadOnlyList<SocialLink>?)value ?? [];
        if (links.Count > Maximum)
            return PlainTextAttribute.Refuse(Words.T("You can have {0} links at most.", Maximum), validationContext);
        for (var place = 0; place < links.Count; place++)
            if (ProblemOf(links[place]) is { } problem)
                return PlainTextAttribute.Refuse(Words.T("Link {0}: {1}", place + 1, Words.T(problem)), validationContext);
        return ValidationResult.Success;
    }

    private static string? ProblemOf(SocialLink link) =>
        string.IsNullOrWhiteSpace(link.Network) || Text.CodePoints(link.Network) > 50 || Text.HasHiddenCharacters(link.Network) ? "Name the network, in 50 characters at most."
        : !WebAddressAttribute.IsAddress(link.Url.Trim()) ? "This is not an address like https://example.org."
        : null;
}
