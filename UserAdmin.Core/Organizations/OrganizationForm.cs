using System.ComponentModel.DataAnnotations;
using System.Globalization;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;

namespace UserAdmin.Core.Organizations;

/// <summary>What can be said about an organization when it is made and later edited.</summary>
public class OrganizationForm
{
    [Display(Name = "Name"), Required(ErrorMessage = "Enter a name."), PlainText(200)]
    public string Name { get; set; } = "";

    [Display(Name = "Description"), PlainText(1000, AllowLineBreaks = true)]
    public string? Description { get; set; }

    [Display(Name = "Website"), WebAddress, StringLength(400, ErrorMessage = "An address can have 400 characters at most.")]
    public string? Website { get; set; }

    [Display(Name = "Email"), Email]
    public string? Email { get; set; }

    [Display(Name = "Phone"), PlainText(20), RegularExpression(@"^[0-9+()./ -]*$", ErrorMessage = "A phone number has digits, spaces and + ( ) . / - only.")]
    public string? Phone { get; set; }

    [Display(Name = "Address"), PlainText(500, AllowLineBreaks = true)]
    public string? Address { get; set; }

    [Display(Name = "External id"), PlainText(100)]
    public string? ExternalId { get; set; }

    [Display(Name = "Allowed domains"), MailDomains]
    public string? AllowedDomains { get; set; }

    [Display(Name = "Invitation days"), Range(1, 90, ErrorMessage = "Choose 1 to 90 days.")]
    public int? InvitationDays { get; set; }

    public static OrganizationForm Of(Organization organization) => new()
    {
        Name = organization.Name,
        Description = organization.Description,
        Website = organization.Website,
        Email = organization.Email,
        Phone = organization.Phone,
        Address = organization.Address,
        ExternalId = organization.ExternalId,
        AllowedDomains = organization.AllowedDomains,
        InvitationDays = organization.InvitationDays,
    };

    public OrganizationForm Copy() => (OrganizationForm)MemberwiseClone();

    internal void ApplyTo(Organization organization)
    {
        organization.Name = Text.Squeeze(Name);
        organization.NormalizedName = NormalizedNameOf(Name);
        organization.Description = LinesToNull(Description);
        organization.Website = Text.SqueezeToNull(Website);
        organization.Email = Text.SqueezeToNull(Email);
        organization.Phone = Text.SqueezeToNull(Phone);
        organization.Address = LinesToNull(Address);
        organization.ExternalId = Text.SqueezeToNull(ExternalId);
        organization.AllowedDomains = MailDomainsAttribute.Read(AllowedDomains) is { Count: > 0 } domains ? string.Join(' ', domains) : null;
        organization.InvitationDays = InvitationDays;
    }

    internal static string NormalizedNameOf(string? name) => Text.Shorten(Text.Squeeze(name).Normalize(System.Text.NormalizationForm.FormKC).ToUpperInvariant(), 400);

    internal static string? LinesToNull(string? text) => (text ?? "").ReplaceLineEndings("\n").Trim() is { Length: > 0 } lines ? lines : null;
}

/// <summary>One field of <see cref="OrganizationForm"/>: comparing, merging and showing a conflict all go through this list.</summary>
public sealed record OrganizationField(string Name, string Label, Func<OrganizationForm, string?> Get, Action<OrganizationForm, OrganizationForm> CopyTo) : FormField(Name, Label)
{
    public static IReadOnlyList<OrganizationField> All { get; } =
    [
        new(nameof(OrganizationForm.Name), "Name", form => Text.Squeeze(form.Name), (from, to) => to.Name = from.Name),
        new(nameof(OrganizationForm.Description), "Description", form => OrganizationForm.LinesToNull(form.Description), (from, to) => to.Description = from.Description),
        new(nameof(OrganizationForm.Website), "Website", form => Text.SqueezeToNull(form.Website), (from, to) => to.Website = from.Website),
        new(nameof(OrganizationForm.Email), "Email", form => Text.SqueezeToNull(form.Email), (from, to) => to.Email = from.Email),
        new(nameof(OrganizationForm.Phone), "Phone", form => Text.SqueezeToNull(form.Phone), (from, to) => to.Phone = from.Phone),
        new(nameof(OrganizationForm.Address), "Address", form => OrganizationForm.LinesToNull(form.Address), (from, to) => to.Address = from.Address),
        new(nameof(OrganizationForm.ExternalId), "External id", form => Text.SqueezeToNull(form.ExternalId), (from, to) => to.ExternalId = from.ExternalId),
        new(nameof(OrganizationForm.AllowedDomains), "Allowed domains", form => string.Join(' ', MailDomainsAttribute.Read(form.AllowedDomains)), (from, to) => to.AllowedDomains = from.AllowedDomains),
        new(nameof(OrganizationForm.InvitationDays), "Invitation days", form => form.InvitationDays?.ToString(CultureInfo.InvariantCulture), (from, to) => to.InvitationDays = from.InvitationDays),
    ];
}

/// <summary>Domains of mail addresses, separated by spaces, commas or lines.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MailDomainsAttribute : ValidationAttribute
{
    public static IReadOnlyList<string> Read(string? text) =>
        [.. (text ?? "").Split([' ', ',', ';', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(domain => domain.TrimStart('@').ToLowerInvariant()).Distinct()];

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var domains = Read((string?)value);
        var bad = domains.FirstOrDefault(domain => !EmailAttribute.IsAddress($"somebody@{domain}"));
        return bad is not null ? PlainTextAttribute.Refuse(Text.HasHiddenCharacters(bad) ? "There is a hidden character in it." : $"{bad} is not a domain like example.org.", validationContext)
            : string.Join(' ', domains).Length > 1000 ? PlainTextAttribute.Refuse("These are too many domains.", validationContext)
            : ValidationResult.Success;
    }
}
