using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Common;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Web.TwoFactor;

/// <summary>The list of people without a second factor as its address says it. Unreadable parts are left out.</summary>
public sealed record CoverageState(CoverageFilter Filter, PageStart Start)
{
    private const int UsualSize = 25;

    private static readonly Dictionary<FactorState, string> States = new()
    {
        [FactorState.Overdue] = "overdue",
        [FactorState.InGrace] = "in-grace",
        [FactorState.NotRequired] = "not-required",
    };

    public static string NameOf(FactorState state) => state switch
    {
        FactorState.Overdue => "Overdue",
        FactorState.InGrace => "In grace",
        _ => "Not required",
    };

    public static CoverageState Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        string? Text(string name) => query.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;
        return new(new()
        {
            Search = Text("search") is { } search ? Core.Common.Text.Shorten(search, 200) : null,
            RoleId = Guid.TryParse(Text("role"), out var role) ? role : null,
            State = States.Where(pair => pair.Value == Text("state")).Select(pair => (FactorState?)pair.Key).FirstOrDefault(),
            PageSize = int.TryParse(Text("size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : UsualSize,
        }, new(Text("after"), Text("before"), Text("at") == "end"));
    }

    public string Url() => QueryHelpers.AddQueryString("/security/coverage", new Dictionary<string, string?>
    {
        ["search"] = Filter.Search,
        ["role"] = Filter.RoleId?.ToString(),
        ["state"] = Filter.State is { } state ? States[state] : null,
        ["size"] = Filter.PageSize == UsualSize ? null : Filter.PageSize.ToString(CultureInfo.InvariantCulture),
        ["after"] = Start.After,
        ["before"] = Start.Before,
        ["at"] = Start.AtEnd ? "end" : null,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    /// <summary>The same list with another filter, from its first page.</summary>
    public CoverageState With(CoverageFilter filter) => new(filter, PageStart.First);
}
