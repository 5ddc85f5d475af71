using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Users;

/// <summary>A postal address in its four parts, as it is kept.</summary>
internal sealed record AddressParts(string? Street, string? PostalCode, string? City, string? Country)
{
    /// <summary>The parts in one line; null when there are none.</summary>
    public string? Line => string.Join(", ", new[] { Street, $"{PostalCode} {City}".Trim(), Country }.Where(part => !string.IsNullOrEmpty(part))) is { Length: > 0 } line ? line : null;

    public static AddressParts Of(UserForm form) => new(form.Street, form.PostalCode, form.City, form.Country);

    public static AddressParts Of(ProfileForm form) => new(form.Street, form.PostalCode, form.City, form.Country);
}

/// <summary>A body that takes an address in one line or in its parts.</summary>
internal interface IAddressed
{
    string? Address { get; }
    string? Street { get; set; }
    string? PostalCode { get; set; }
    string? City { get; set; }
    string? Country { get; set; }
}

/// <summary>
/// Reads an address that comes in one line, as many programs know it. A line that is the one of the record leaves its parts as they are, another one
/// becomes the street. Beside parts it has to be the line that they make, so that nothing of either is lost in silence.
/// </summary>
internal static class AddressLine
{
    public const string Help = "The whole address in one line. Send it, or its four parts, or both alike.";

    private static readonly string[] Parts = ["street", "postal_code", "city", "country"];

    public static Func<HttpContext, IResult>? Settle<T, TView>(T sent, Edit<T, TView> edit, AddressParts shown) where T : class, IAddressed where TView : class =>
        edit.IsWhole ? Settle(sent, shown) : !edit.Has("address") ? null : Settle(sent, shown, Array.Exists(Parts, edit.Gives), LineOf(sent));

    /// <summary>Of a record that is sent as a whole.</summary>
    public static Func<HttpContext, IResult>? Settle(IAddressed sent, AddressParts? shown) =>
        sent.Address is null ? null : Settle(sent, shown, LineOf(sent) is not null, LineOf(sent));

    private static Func<HttpContext, IResult>? Settle(IAddressed sent, AddressParts? shown, bool hasParts, string? lineOfParts)
    {
        var line = Text.SqueezeToNull(sent.Address);
        if (line == lineOfParts)
            return null;
        if (hasParts)
            return http => ApiAnswers.Invalid(http, "address", "This is not the address that the other fields give. Send one line, or the parts.");
        (sent.Street, sent.PostalCode, sent.City, sent.Country) = line is not null && line == shown?.Line ? (shown.Street, shown.PostalCode, shown.City, shown.Country) : (line, null, null, null);
        List<ValidationResult> wrong = [];
        return Validator.TryValidateProperty(sent.Street, new(new UserForm()) { MemberName = nameof(UserForm.Street) }, wrong) ? null : http => ApiAnswers.Invalid(http, "address", wrong[0].ErrorMessage!);
    }

    private static string? LineOf(IAddressed sent) =>
        new AddressParts(Text.SqueezeToNull(sent.Street), Text.SqueezeToNull(sent.PostalCode), Text.SqueezeToNull(sent.City), Text.SqueezeToNull(sent.Country)).Line;
}
