using System.Globalization;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Users;

public enum UserSort { Name, UserName, Email, Created, LastSignIn }

/// <summary>Which users a list shows and in which order. Days are whole UTC days, both ends included.</summary>
public sealed record UserFilter
{
    public string? Search
    {
        get;
        init
        {
            field = value;
            Words = WordsOf(value);
        }
    }

    /// <summary>The search, folded and cut into words that must all occur.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>Empty means everybody who is not deleted.</summary>
    public IReadOnlyList<UserStatus> Statuses { get; init; } = [];

    public Guid? RoleId { get; init; }

    /// <summary>Also those to whom the role is given from a later time on.</summary>
    public bool WithComing { get; init; }

    public Guid? OrganizationId { get; init; }
    public bool? HasTwoFactor { get; init; }
    public bool? HasSignedIn { get; init; }
    public DateOnly? CreatedFrom { get; init; }
    public DateOnly? CreatedTo { get; init; }
    public DateOnly? LastSignInFrom { get; init; }
    public DateOnly? LastSignInTo { get; init; }
    /// <summary>Keys of custom fields with the value people have in them; null is any value.</summary>
    public IReadOnlyList<(string Key, string? Value)> Custom { get; init; } = [];

    public UserSort Sort { get; init; }
    public bool Descending { get; init; }

    public int PageSize { get; init => field = Math.Clamp(value, 1, 200); } = 25;

    internal static IReadOnlyList<string> WordsOf(string? search) => [.. Text.Fold(Text.Visible(search)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(6)];

    /// <summary>Names the set of users, whatever the order and the page.</summary>
    internal string Key => string.Create(CultureInfo.InvariantCulture,
        $"users|{string.Join(' ', Words)}|{string.Join(',', Statuses.Order())}|{RoleId}{WithComing}|{OrganizationId}|{HasTwoFactor}|{HasSignedIn}|{CreatedFrom:O}|{CreatedTo:O}|{LastSignInFrom:O}|{LastSignInTo:O}|{string.Join('|', Custom)}");
}
