using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Me;
using UserAdmin.Web.Api;
using UserAdmin.Core.Users;
using UserAdmin.Web.SignIn;
using UserAdmin.Web.Users;

namespace UserAdmin.Web.Me;

internal sealed class PasswordBody : NewPasswordBody
{
    [StringLength(512, ErrorMessage = "This is too long for a password."), Description("May be left out by somebody who has to choose a new password, or has none.")]
    public string? CurrentPassword { get; set; }
}

internal sealed class CodeBody
{
    [Required(ErrorMessage = "Enter the code."), StringLength(100, ErrorMessage = "This is too long for a code.")]
    public string Code { get; set; } = "";
}

internal sealed class ProfileBody : ProfileForm, IAddressed
{
    [Description(AddressLine.Help)]
    public string? Address { get; set; }
}

internal sealed record EmailView(string Email, bool IsConfirmed, string? Waiting);

/// <summary>A profile. <paramref name="IsActive"/>: the account works, its status is active. <paramref name="Hidden"/> names the fields that its owner keeps from the reader.</summary>
internal sealed record ProfileView(
    [property: Fixed] Guid Id, [property: Fixed] string UserName, [property: Fixed] string Email, bool IsEmailConfirmed, string FirstName, string LastName, string FullName, string? Phone,
    bool IsPhoneConfirmed, [property: Fixed] bool IsActive, string? Address, string? Street, string? PostalCode, string? City, string? Country, string? Bio, string? Location, string? Website, DateOnly? DateOfBirth, IReadOnlyList<SocialLink> Links,
    string? EmergencyName, string? EmergencyRelation, string? EmergencyPhone, bool HasPicture, IReadOnlyList<string> Hidden, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? LastSignInAt)
{
    public static ProfileView Of(ProfileDetails profile) => new(
        profile.UserId, profile.UserName, profile.Email, profile.IsEmailConfirmed, profile.Form.FirstName, profile.Form.LastName, profile.FullName, profile.Form.Phone, profile.IsPhoneConfirmed,
        profile.Status == UserStatus.Active, AddressParts.Of(profile.Form).Line, profile.Form.Street, profile.Form.PostalCode, profile.Form.City, profile.Form.Country, profile.Form.Bio, profile.Form.Location, profile.Form.Website, profile.Form.DateOfBirth, profile.Form.Links,
        profile.Form.EmergencyName, profile.Form.EmergencyRelation, profile.Form.EmergencyPhone, profile.Picture is not null, [.. profile.Hidden.Select(ApiJson.NameOf)], profile.CreatedAt, profile.UpdatedAt,
        profile.LastSignInAt);
}

/// <summary>What a person shows to others.</summary>
internal sealed record PersonView(
    Guid Id, string FullName, bool HasPicture, string? Email, string? Phone, IReadOnlyList<string> Address, DateOnly? DateOfBirth, string? Location, string? Bio, string? Website, IReadOnlyList<SocialLink> Links)
{
    public static PersonView Of(PersonCard card) => new(
        card.UserId, card.FullName, card.Picture is not null, card.Email, card.Phone, card.Address, card.DateOfBirth, card.Location, card.Bio, card.Website, card.Links);
}
