using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;

namespace UserAdmin.Web.Roles;

/// <summary>The list of roles as its address says it.</summary>
public sealed record RoleListState(string? Search, RoleChoice Choice, PageStart Start)
{
    public static RoleListState Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        string? Said(string name) => query.GetValueOrDefault(name) is { Length: > 0 } text ? Text.Shorten(text, 200) : null;
        return new(Said("search"), Enum.TryParse<RoleChoice>(Said("show"), ignoreCase: true, out var choice) && Enum.IsDefined(choice) ? choice : RoleChoice.All,
            new(Said("after"), Said("before"), Said("at") == "end"));
    }

    public bool IsFiltered => Search is not null || Choice != RoleChoice.All;

    public string Url(string path = "/roles") => QueryHelpers.AddQueryString(path, new Dictionary<string, string?>
    {
        ["search"] = Search,
        ["show"] = Choice == RoleChoice.All ? null : Choice.ToString().ToLowerInvariant(),
        ["after"] = Start.After,
        ["before"] = Start.Before,
        ["at"] = Start.AtEnd ? "end" : null,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));
}
