using System.ComponentModel.DataAnnotations;
using System.Globalization;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Users;

/// <summary>What can be said about a person when the account is made and later edited.</summary>
public sealed class UserForm
{
    [Display(Name = "First name"), Required(ErrorMessage = "Enter a first name."), PlainText(100)]
    public string FirstName { get; set; } = "";

    [Display(Name = "Last name"), Required(ErrorMessage = "Enter a last name."), PlainText(100)]
    public string LastName { get; set; } = "";

    [Display(Name = "User name"), Required(ErrorMessage = "Enter a user name."), UserName]
    public string UserName { get; set; } = "";

    [Display(Name = "Email"), Required(ErrorMessage = "Enter an email address."), Email]
    public string Email { get; set; } = "";

    [Display(Name = "Phone"), PlainText(20), RegularExpression(@"^[0-9+()./ -]*$", ErrorMessage = "A phone number has digits, spaces and + ( ) . / - only.")]
    public string? Phone { get; set; }

    [Display(Name = "Street"), PlainText(200)]
    public string? Street { get; set; }

    [Display(Name = "Postal code"), PlainText(20)]
    public string? PostalCode { get; set; }

    [Display(Name = "City"), PlainText(100)]
    public string? City { get; set; }

    [Display(Name = "Country"), PlainText(100)]
    public string? Country { get; set; }

    /// <summary>The last day (UTC) on which the account works; null is no end.</summary>
    [Display(Name = "Last day"), Range(typeof(DateOnly), "1900-01-01", "9000-12-31", ErrorMessage = "This is not a day that can be used.")]
    public DateOnly? LastDay { get; set; }

    /// <summary>The organization a new person becomes a member of. Later that is a matter of memberships.</summary>
    public Guid? OrganizationId { get; set; }

    /// <summary>The custom fields of a new account, by field. Later they are edited on their own, through <see cref="CustomFields.CustomValues"/>.</summary>
    public Dictionary<Guid, string?> Custom { get; } = [];

    public static UserForm Of(User user) => new()
    {
        FirstName = user.FirstName,
        LastName = user.LastName,
        UserName = user.UserName ?? "",
        Email = user.Email ?? "",
        Phone = user.PhoneNumber,
        Street = user.Street,
        PostalCode = user.PostalCode,
        City = user.City,
        Country = user.Country,
        LastDay = LastDayOf(user.ExpiresAt),
    };

    internal static DateOnly? LastDayOf(DateTimeOffset? expiresAt) => expiresAt is { } end ? DateOnly.FromDateTime(end.UtcDateTime).AddDays(-1) : null;

    public UserForm Copy() => (UserForm)MemberwiseClone();
}

/// <summary>One field of <see cref="UserForm"/>: comparing, merging and showing a conflict all go through this list.</summary>
public sealed record UserField(string Name, string Label, Func<UserForm, string?> Get, Action<UserForm, UserForm> CopyTo) : FormField(Name, Label)
{
    public static IReadOnlyList<UserField> All { get; } =
    [
        new(nameof(UserForm.FirstName), "First name", form => Text.Squeeze(form.FirstName), (from, to) => to.FirstName = from.FirstName),
        new(nameof(UserForm.LastName), "Last name", form => Text.Squeeze(form.LastName), (from, to) => to.LastName = from.LastName),
        new(nameof(UserForm.UserName), "User name", form => form.UserName.Trim(), (from, to) => to.UserName = from.UserName),
        new(nameof(UserForm.Email), "Email", form => form.Email.Trim(), (from, to) => to.Email = from.Email),
        new(nameof(UserForm.Phone), "Phone", form => Text.SqueezeToNull(form.Phone), (from, to) => to.Phone = from.Phone),
        new(nameof(UserForm.Street), "Street", form => Text.SqueezeToNull(form.Street), (from, to) => to.Street = from.Street),
        new(nameof(UserForm.PostalCode), "Postal code", form => Text.SqueezeToNull(form.PostalCode), (from, to) => to.PostalCode = from.PostalCode),
        new(nameof(UserForm.City), "City", form => Text.SqueezeToNull(form.City), (from, to) => to.City = from.City),
        new(nameof(UserForm.Country), "Country", form => Text.SqueezeToNull(form.Country), (from, to) => to.Country = from.Country),
        new(nameof(UserForm.LastDay), "Last day", form => form.LastDay?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), (from, to) => to.LastDay = from.LastDay),
    ];
}
