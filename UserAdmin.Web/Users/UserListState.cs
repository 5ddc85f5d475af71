using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Common;
using UserAdmin.Core.Users;
using UserAdmin.Web.Ui;

namespace UserAdmin.Web.Users;

/// <summary>The list of users as its address says it: whoever opens the same address sees the same rows. Unreadable parts are left out.</summary>
public sealed record UserListState(UserFilter Filter, PageStart Start)
{
    private static readonly Dictionary<UserSort, string> Sorts = new()
    {
        [UserSort.Name] = "name",
        [UserSort.UserName] = "user-name",
        [UserSort.Email] = "email",
        [UserSort.Created] = "created",
        [UserSort.LastSignIn] = "last-sign-in",
    };

    public static UserListState Parse(Uri address, int usualSize)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        string? Text(string name) => query.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;
        DateOnly? DayOf(string name) => Day.Parse(Text(name));
        Guid? Identifier(string name) => Guid.TryParse(Text(name), out var id) ? id : null;
        bool? Flag(string name) => Text(name) switch { "yes" => true, "no" => false, _ => null };

        var sort = Text("sort") ?? "name";
        var search = Text("search");
        return new(
            new()
            {
                Search = search is null ? null : Core.Common.Text.Shorten(search, 200),
                Statuses = [.. (Text("status") ?? "").Split(',').Select(word => Enum.TryParse<UserStatus>(word, ignoreCase: true, out var status) && Enum.IsDefined(status) ? status : (UserStatus?)null).OfType<UserStatus>().Distinct()],
                RoleId = Identifier("role"),
                OrganizationId = Identifier("organization"),
                HasTwoFactor = Flag("two-factor"),
                HasSignedIn = Flag("signed-in"),
                CreatedFrom = DayOf("created-from"),
                CreatedTo = DayOf("created-to"),
                LastSignInFrom = DayOf("last-sign-in-from"),
                LastSignInTo = DayOf("last-sign-in-to"),
                Custom = [.. query.Where(pair => pair.Key.StartsWith(FieldPrefix, StringComparison.Ordinal) && pair.Key.Length is > 6 and <= 46 && pair.Value.Length > 0).Select(pair => (pair.Key[FieldPrefix.Length..], pair.Value == Any ? null : Core.Common.Text.Shorten(pair.Value, 400))).OrderBy(entry => entry.Item1, StringComparer.Ordinal).Take(5)],
                Sort = Sorts.FirstOrDefault(pair => pair.Value == sort.TrimStart('-')).Key,
                Descending = sort.StartsWith('-'),
                PageSize = int.TryParse(Text("size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : usualSize,
            },
            new(Text("after"), Text("before"), Text("at") == "end"));
    }

    public string Url(int usualSize, string path = "/users")
    {
        var query = new Dictionary<string, string?>
        {
            ["search"] = Filter.Search,
            ["status"] = Filter.Statuses.Count > 0 ? string.Join(',', Filter.Statuses).ToLowerInvariant() : null,
            ["role"] = Filter.RoleId?.ToString(),
            ["organization"] = Filter.OrganizationId?.ToString(),
            ["two-factor"] = Flag(Filter.HasTwoFactor),
            ["signed-in"] = Flag(Filter.HasSignedIn),
            ["created-from"] = Day.Text(Filter.CreatedFrom),
            ["created-to"] = Day.Text(Filter.CreatedTo),
            ["last-sign-in-from"] = Day.Text(Filter.LastSignInFrom),
            ["last-sign-in-to"] = Day.Text(Filter.LastSignInTo),
            ["sort"] = Filter is { Sort: UserSort.Name, Descending: false } ? null : (Filter.Descending ? "-" : "") + Sorts[Filter.Sort],
            ["size"] = Filter.PageSize == usualSize ? null : Filter.PageSize.ToString(CultureInfo.InvariantCulture),
            ["after"] = Start.After,
            ["before"] = Start.Before,
            ["at"] = Start.AtEnd ? "end" : null,
        };
        foreach (var (key, value) in Filter.Custom)
            query[FieldPrefix + key] = value ?? Any;
        return QueryHelpers.AddQueryString(path, query.Where(pair => !string.IsNullOrEmpty(pair.Value)));
    }

    /// <summary>The same list with another filter, from its first page.</summary>
    public UserListState With(UserFilter filter) => new(filter, PageStart.First);

    /// <summary>What narrows the list, in words, each with the list without it.</summary>
    public IEnumerable<(string Text, UserListState Without)> Chips(Func<Guid, string?>? nameOfRole = null, Func<Guid, string?>? nameOfOrganization = null)
    {
        foreach (var status in Filter.Statuses)
            yield return ($"Status is {status}", With(Filter with { Statuses = [.. Filter.Statuses.Where(s => s != status)] }));
        if (Filter.RoleId is { } role)
            yield return ($"Role is {nameOfRole?.Invoke(role) ?? "one that is gone"}", With(Filter with { RoleId = null }));
        if (Filter.OrganizationId is { } organization)
            yield return ($"Belongs to {nameOfOrganization?.Invoke(organization) ?? "an organization that is gone"} or below", With(Filter with { OrganizationId = null }));
        foreach (var entry in Filter.Custom)
            yield return (entry.Value is null ? $"Has {entry.Key.Replace('_', ' ')}" : $"{entry.Key.Replace('_', ' ')} is {entry.Value}", With(Filter with { Custom = [.. Filter.Custom.Where(other => other != entry)] }));
        if (Filter.HasTwoFactor is { } twoFactor)
            yield return (twoFactor ? "Has a second factor" : "Has no second factor", With(Filter with { HasTwoFactor = null }));
        if (Filter.HasSignedIn is { } signedIn)
            yield return (signedIn ? "Has signed in" : "Has never signed in", With(Filter with { HasSignedIn = null }));
        if (Filter.CreatedFrom is { } createdFrom)
            yield return ($"Created on or after {Day.Text(createdFrom)}", With(Filter with { CreatedFrom = null }));
        if (Filter.CreatedTo is { } createdTo)
            yield return ($"Created on or before {Day.Text(createdTo)}", With(Filter with { CreatedTo = null }));
        if (Filter.LastSignInFrom is { } from)
            yield return ($"Last sign-in on or after {Day.Text(from)}", With(Filter with { LastSignInFrom = null }));
        if (Filter.LastSignInTo is { } to)
            yield return ($"Last sign-in on or before {Day.Text(to)}", With(Filter with { LastSignInTo = null }));
    }

    /// <summary>Stands before the key of a custom field in the address, and for any value.</summary>
    public const string FieldPrefix = "field-", Any = "*";

    private static string? Flag(bool? flag) => flag switch { true => "yes", false => "no", _ => null };
}
