using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Users;

namespace UserAdmin.Web.Users;

internal enum UserAct { Activate = 1, Deactivate, Lock, Unlock, Restore, Delete, Purge }

/// <summary>Which users a list shows.</summary>
internal sealed class UserQuery
{
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
internal class UserBody
{
    public string UserName { get; set; } = "";
    public string Email { get; set; } = "";
    public string FirstName { get; set; } = "";
    public string LastName { get; set; } = "";
    public string? Phone { get; set; }

    [Description("The whole address in one line, instead of its four parts.")]
    public string? Address { get; set; }

    public string? Street { get; set; }
    public string? PostalCode { get; set; }
    public string? City { get; set; }
    public string? Country { get; set; }

    [Description("The last day (UTC) on which the account works.")]
    public DateOnly? LastDay { get; set; }

    public bool? IsActive { get; set; }

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
        Street = Address ?? Street,
        PostalCode = Address is null ? PostalCode : null,
        City = Address is null ? City : null,
        Country = Address is null ? Country : null,
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

/// <summary>A user as the API shows them.</summary>
internal sealed record UserView(
    Guid Id, string UserName, string? Email, string FirstName, string LastName, string? Phone, string? Address, string? Street, string? PostalCode, string? City, string? Country,
    bool IsActive, UserStatus Status, bool HasTwoFactor, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? LastSignInAt)
{
    public static UserView Of(UserRow row) => new(
        row.Id, row.UserName, row.Email, row.FirstName, row.LastName, row.Phone, OneLine(row.Street, row.PostalCode, row.City, row.Country), row.Street, row.PostalCode, row.City, row.Country,
        row.Status == UserStatus.Active, row.Status, row.HasTwoFactor, row.CreatedAt, row.UpdatedAt, row.LastSignInAt);

    public static UserView Of(UserDetails user) => new(
        user.Id, user.Form.UserName, user.Form.Email, user.Form.FirstName, user.Form.LastName, user.Form.Phone,
        OneLine(user.Form.Street, user.Form.PostalCode, user.Form.City, user.Form.Country), user.Form.Street, user.Form.PostalCode, user.Form.City, user.Form.Country,
        user.Status == UserStatus.Active, user.Status, user.HasTwoFactor, user.CreatedAt, user.UpdatedAt, user.LastSignInAt);

    private static string? OneLine(string? street, string? postalCode, string? city, string? country) =>
        string.Join(", ", new[] { street, $"{postalCode} {city}".Trim(), country }.Where(part => !string.IsNullOrEmpty(part))) is { Length: > 0 } line ? line : null;
}
