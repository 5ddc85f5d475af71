using System.ComponentModel.DataAnnotations;
using System.Globalization;
using UserAdmin.Core.Common;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

/// <summary>What people say of themselves: the parts of the account that are theirs to change, and the profile.</summary>
public class ProfileForm
{
    private const string PhoneShape = @"^[0-9+()./ -]*$", PhoneRefused = "A phone number has digits, spaces and + ( ) . / - only.";

    [Display(Name = "First name"), Required(ErrorMessage = "Enter a first name."), PlainText(100)]
    public string FirstName { get; set; } = "";

    [Display(Name = "Last name"), Required(ErrorMessage = "Enter a last name."), PlainText(100)]
    public string LastName { get; set; } = "";

    [Display(Name = "Phone"), PlainText(20), RegularExpression(PhoneShape, ErrorMessage = PhoneRefused)]
    public string? Phone { get; set; }

    [Display(Name = "Street"), PlainText(200)]
    public string? Street { get; set; }

    [Display(Name = "Postal code"), PlainText(20)]
    public string? PostalCode { get; set; }

    [Display(Name = "City"), PlainText(100)]
    public string? City { get; set; }

    [Display(Name = "Country"), PlainText(100)]
    public string? Country { get; set; }

    [Display(Name = "About me"), PlainText(2000, AllowLineBreaks = true)]
    public string? Bio { get; set; }

    [Display(Name = "Location"), PlainText(100)]
    public string? Location { get; set; }

    [Display(Name = "Website"), WebAddress]
    public string? Website { get; set; }

    [Display(Name = "Date of birth"), Range(typeof(DateOnly), "1900-01-01", "2100-01-01", ErrorMessage = "This is not a day that can be used.")]
    public DateOnly? DateOfBirth { get; set; }

    [Display(Name = "Links"), SocialLinks]
    public List<SocialLink> Links { get; set; } = [];

    [Display(Name = "Name"), PlainText(200)]
    public string? EmergencyName { get; set; }

    [Display(Name = "Relation"), PlainText(100)]
    public string? EmergencyRelation { get; set; }

    [Display(Name = "Phone"), PlainText(20), RegularExpression(PhoneShape, ErrorMessage = PhoneRefused)]
    public string? EmergencyPhone { get; set; }

    public static ProfileForm Of(User user, Profile? profile) => new()
    {
        FirstName = user.FirstName,
        LastName = user.LastName,
        Phone = user.PhoneNumber,
        Street = user.Street,
        PostalCode = user.PostalCode,
        City = user.City,
        Country = user.Country,
        Bio = profile?.Bio,
        Location = profile?.Location,
        Website = profile?.Website,
        DateOfBirth = profile?.DateOfBirth,
        Links = [.. profile?.SocialLinks ?? []],
        EmergencyName = profile?.EmergencyName,
        EmergencyRelation = profile?.EmergencyRelation,
        EmergencyPhone = profile?.EmergencyPhone,
    };

    public ProfileForm Copy()
    {
        var copy = (ProfileForm)MemberwiseClone();
        copy.Links = [.. Links];
        return copy;
    }
}

/// <summary>The parts of a profile that are edited and saved on their own.</summary>
public enum ProfileSection
{
    Name,
    Contact,
    About,
    Links,
    [Display(Name = "Emergency contact")] Emergency,
}

/// <summary>One field of <see cref="ProfileForm"/>: comparing, merging and showing a conflict all go through this list.</summary>
public sealed record ProfileField(string Name, string Label, ProfileSection Section, Func<ProfileForm, string?> Get, Action<ProfileForm, ProfileForm> CopyTo)
    : FormField(Name, Label)
{
    public static IReadOnlyList<ProfileField> All { get; } =
    [
        new(nameof(ProfileForm.FirstName), "First name", ProfileSection.Name, form => Text.Squeeze(form.FirstName), (from, to) => to.FirstName = from.FirstName),
        new(nameof(ProfileForm.LastName), "Last name", ProfileSection.Name, form => Text.Squeeze(form.LastName), (from, to) => to.LastName = from.LastName),
        new(nameof(ProfileForm.Phone), "Phone", ProfileSection.Contact, form => Text.SqueezeToNull(form.Phone), (from, to) => to.Phone = from.Phone),
        new(nameof(ProfileForm.Street), "Street", ProfileSection.Contact, form => Text.SqueezeToNull(form.Street), (from, to) => to.Street = from.Street),
        new(nameof(ProfileForm.PostalCode), "Postal code", ProfileSection.Contact, form => Text.SqueezeToNull(form.PostalCode), (from, to) => to.PostalCode = from.PostalCode),
        new(nameof(ProfileForm.City), "City", ProfileSection.Contact, form => Text.SqueezeToNull(form.City), (from, to) => to.City = from.City),
        new(nameof(ProfileForm.Country), "Country", ProfileSection.Contact, form => Text.SqueezeToNull(form.Country), (from, to) => to.Country = from.Country),
        new(nameof(ProfileForm.Bio), "About me", ProfileSection.About, form => LinesToNull(form.Bio), (from, to) => to.Bio = from.Bio),
        new(nameof(ProfileForm.Location), "Location", ProfileSection.About, form => Text.SqueezeToNull(form.Location), (from, to) => to.Location = from.Location),
        new(nameof(ProfileForm.DateOfBirth), "Date of birth", ProfileSection.About, form => form.DateOfBirth?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), (from, to) => to.DateOfBirth = from.DateOfBirth),
        new(nameof(ProfileForm.Website), "Website", ProfileSection.Links, form => Text.SqueezeToNull(form.Website), (from, to) => to.Website = from.Website),
        new(nameof(ProfileForm.Links), "Links", ProfileSection.Links, form => form.Links.Count == 0 ? null : string.Join('\n', form.Links.Select(link => $"{Text.Squeeze(link.Network)}: {link.Url.Trim()}")), (from, to) => to.Links = [.. from.Links]),
        new(nameof(ProfileForm.EmergencyName), "Name", ProfileSection.Emergency, form => Text.SqueezeToNull(form.EmergencyName), (from, to) => to.EmergencyName = from.EmergencyName),
        new(nameof(ProfileForm.EmergencyRelation), "Relation", ProfileSection.Emergency, form => Text.SqueezeToNull(form.EmergencyRelation), (from, to) => to.EmergencyRelation = from.EmergencyRelation),
        new(nameof(ProfileForm.EmergencyPhone), "Phone", ProfileSection.Emergency, form => Text.SqueezeToNull(form.EmergencyPhone), (from, to) => to.EmergencyPhone = from.EmergencyPhone),
    ];

    internal static string? LinesToNull(string? text) => text?.ReplaceLineEndings("\n").Trim() is { Length: > 0 } lines ? lines : null;
}
