using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Users;

internal enum UserAct { Activate = 1, Deactivate, Lock, Unlock, Restore, Delete, Purge }

/// <summary>Which users a list shows.</summary>
internal sealed class UserQuery
{
    private const string CustomPrefix = "custom.";

    [FromQuery(Name = "status"), Description("One or more of active, pending, inactive, locked, expired, deleted, separated by commas.")]
    public string? Status { get; set; }

    [FromQuery(Name = "role"), Description("The id of a role that they hold.")]
    public Guid? Role { get; set; }

    [FromQuery(Name = "organization"), Description("The id of an organization to which, or below which, they belong.")]
    public Guid? Organization { get; set; }

    [FromQuery(Name = "has_two_factor")]
    public bool? HasTwoFactor { get; set; }

    [FromQuery(Name = "created_from"), Description("A day (UTC).")]
    public DateOnly? CreatedFrom { get; set; }

    [FromQuery(Name = "created_to"), Description("A day (UTC), itself included.")]
    public DateOnly? CreatedTo { get; set; }

    [FromQuery(Name = "has_signed_in"), Description("Whether they ever did.")]
    public bool? HasSignedIn { get; set; }

    [FromQuery(Name = "last_sign_in_from"), Description("A day (UTC).")]
    public DateOnly? LastSignInFrom { get; set; }

    [FromQuery(Name = "last_sign_in_to"), Description("A day (UTC), itself included.")]
    public DateOnly? LastSignInTo { get; set; }

    // Which custom fields there are, nobody knows beforehand.
    internal static IReadOnlyList<(string Key, string? Value)> CustomIn(HttpContext http) =>
        [.. from pair in http.Request.Query
            where pair.Key.StartsWith(CustomPrefix, StringComparison.Ordinal)
            select (pair.Key[CustomPrefix.Length..], Text.SqueezeToNull(pair.Value.ToString()))];

    internal IReadOnlyList<UserStatus>? StatusesIn()
    {
        List<UserStatus> statuses = [];
        foreach (var word in (Status ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (!char.IsAsciiLetter(word[0]) || !Enum.TryParse<UserStatus>(word, ignoreCase: true, out var status))
                return null;
            else
                statuses.Add(status);
        return statuses;
    }
}

/// <summary>What can be said of a user. The rules are those of the form of the portal.</summary>
internal class UserBody : IAddressed
{
    public string UserName { get; set; } = "";
    public string Email { get; set; } = "";
    public string FirstName { get; set; } = "";
    public string LastName { get; set; } = "";
    public string? Phone { get; set; }

    [Description(AddressLine.Help)]
    public string? Address { get; set; }

    public string? Street { get; set; }
    public string? PostalCode { get; set; }
    public string? City { get; set; }
    public string? Country { get; set; }

    [Description("The last day (UTC) on which the account works.")]
    public DateOnly? LastDay { get; set; }

    [Description("Whether the account works: status active. Left out, it stays as it is; another value than the one shown deactivates or activates.")]
    public bool? IsActive { get; set; }

    [Description("Values of custom fields by key, as text: numbers like 12.5, days like 2026-11-21, flags as yes or null. Left out, they stay as they are.")]
    public Dictionary<string, string?>? CustomFields { get; set; }

    public static UserBody Of(UserForm form) => new()
    {
        UserName = form.UserName,
        Email = form.Email,
        FirstName = form.FirstName,
        LastName = form.LastName,
        Phone = form.Phone,
        Street = form.Street,
        PostalCode = form.PostalCode,
        City = form.City,
        Country = form.Country,
        LastDay = form.LastDay,
    };

    public UserForm ToForm() => new()
    {
        UserName = UserName,
        Email = Email,
        FirstName = FirstName,
        LastName = LastName,
        Phone = Phone,
        Street = Street,
        PostalCode = PostalCode,
        City = City,
        Country = Country,
        LastDay = LastDay,
    };
}

internal sealed class NewUserBody : UserBody
{
    [Description("The organization the user becomes a member of; needed from callers whose rights reach some organizations only.")]
    public Guid? OrganizationId { get; set; }
}

internal sealed class ActBody
{
    [Required(ErrorMessage = "Say why, in a few words."), StringLength(500, ErrorMessage = "The reason can have 500 characters at most.")]
    public string Reason { get; set; } = "";

    [Description("When a lock ends by itself.")]
    public DateTimeOffset? Until { get; set; }
}

internal sealed class BulkBody
{
    [Required, Length(1, 200, ErrorMessage = "Choose 1 to 200 users.")]
    public IReadOnlyList<Guid> Ids { get; set; } = [];

    [EnumDataType(typeof(UserAct), ErrorMessage = "Say what to do.")]
    public UserAct Action { get; set; }

    [Required(ErrorMessage = "Say why, in a few words."), StringLength(500, ErrorMessage = "The reason can have 500 characters at most.")]
    public string Reason { get; set; } = "";

    [Description("When a lock ends by itself.")]
    public DateTimeOffset? Until { get; set; }
}

internal sealed record ActiveCountView(long ActiveCount);

internal sealed record BulkItemView(Guid Id, bool Succeeded, string? Code, string? Message);

internal sealed record BulkView(int Done, int Refused, IReadOnlyList<BulkItemView> Items);

/// <summary>
/// A user as the API shows them. <paramref name="IsActive"/>: the account works, its status is active. <paramref name="CustomFields"/> are those that the
/// caller may see, by key; null in lists.
/// </summary>
internal sealed record UserView(
    [property: Fixed] Guid Id, string UserName, string? Email, string FirstName, string LastName, string? Phone, string? Address, string? Street, string? PostalCode, string? City, string? Country,
    DateOnly? LastDay, bool IsActive, [property: Fixed] UserStatus Status, bool HasTwoFactor, IReadOnlyDictionary<string, string?>? CustomFields,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? LastSignInAt)
{
    public static UserView Of(UserRow row) => new(
        row.Id, row.UserName, row.Email, row.FirstName, row.LastName, row.Phone, new AddressParts(row.Street, row.PostalCode, row.City, row.Country).Line, row.Street, row.PostalCode, row.City, row.Country,
        row.LastDay, row.Status == UserStatus.Active, row.Status, row.HasTwoFactor, null, row.CreatedAt, row.UpdatedAt, row.LastSignInAt);

    public static UserView Of(UserDetails user, IReadOnlyList<CustomEntry> custom) => new(
        user.Id, user.Form.UserName, user.Form.Email, user.Form.FirstName, user.Form.LastName, user.Form.Phone,
        AddressParts.Of(user.Form).Line, user.Form.Street, user.Form.PostalCode, user.Form.City, user.Form.Country,
        user.Form.LastDay, user.Status == UserStatus.Active, user.Status, user.HasTwoFactor, custom.ToDictionary(entry => entry.Field.Key, entry => entry.Value),
        user.CreatedAt, user.UpdatedAt, user.LastSignInAt);
}
