using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Common;
using UserAdmin.Core.Sessions;
using UserAdmin.Web.Shell;
using UserAdmin.Web.Ui;

namespace UserAdmin.Web.Sessions;

/// <summary>The list of all sessions as its address says it. The day is the viewer's own. Unreadable parts are left out.</summary>
public sealed record SessionListState
{
    public string? Search { get; init; }
    public Guid? User { get; init; }
    public bool? IsOpen { get; init; }
    public string? Browser { get; init; }
    public string? System { get; init; }
    public string? Address { get; init; }
    public RiskFilter? Risk { get; init; }
    public DateOnly? Since { get; init; }
    public PageStart Start { get; init; } = PageStart.First;

    public static SessionListState Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        string? Text(string name) => query.GetValueOrDefault(name) is { Length: > 0 and <= 200 } text && !Core.Common.Text.HasHiddenCharacters(text) ? text : null;
        string? OneOf(string name, IReadOnlyList<string> known) => known.FirstOrDefault(value => value.Equals(Text(name), StringComparison.OrdinalIgnoreCase));

        return new()
        {
            Search = Text("search"),
            User = Guid.TryParse(Text("user"), out var id) ? id : null,
            IsOpen = Text("state") switch { "open" => true, "over" => false, _ => null },
            Browser = OneOf("browser", SessionFilter.Browsers),
            System = OneOf("system", SessionFilter.Systems),
            Address = Text("address"),
            Risk = Enum.TryParse<RiskFilter>(Text("risk"), ignoreCase: true, out var risk) && Enum.IsDefined(risk) ? risk : null,
            Since = Day.Parse(Text("since")),
            Start = new(Text("after"), Text("before"), Text("at") == "end"),
        };
    }

    public string Url(string path = "/sessions") => QueryHelpers.AddQueryString(path, new Dictionary<string, string?>
    {
        ["search"] = Search,
        ["user"] = User?.ToString(),
        ["state"] = IsOpen switch { true => "open", false => "over", null => null },
        ["browser"] = Browser?.ToLowerInvariant(),
        ["system"] = System?.ToLowerInvariant(),
        ["address"] = Address,
        ["risk"] = Risk?.ToString().ToLowerInvariant(),
        ["since"] = Day.Text(Since),
        ["after"] = Start.After,
        ["before"] = Start.Before,
        ["at"] = Start.AtEnd ? "end" : null,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    public SessionFilter ToFilter(Viewer viewer) => new()
    {
        Search = Search,
        UserId = User,
        IsOpen = IsOpen,
        Browser = Browser,
        System = System,
        Address = Address,
        Risk = Risk,
        Since = Since is { } since ? viewer.StartOf(since) : null,
    };

    /// <summary>What narrows the list, in words, each with the list without it.</summary>
    public IEnumerable<(string Text, SessionListState Without)> Chips(Func<Guid, string> nameOf)
    {
        var first = this with { Start = PageStart.First };
        if (User is { } user) yield return ($"Of {nameOf(user)}", first with { User = null });
        if (IsOpen is { } isOpen) yield return (isOpen ? "Open" : "Over", first with { IsOpen = null });
        if (Browser is { } browser) yield return ($"Browser is {browser}", first with { Browser = null });
        if (System is { } system) yield return ($"System is {system}", first with { System = null });
        if (Address is { } address) yield return ($"From the address {address}", first with { Address = null });
        if (Risk is { } risk) yield return (risk == RiskFilter.Unusual ? "Unusual" : "Suspicious", first with { Risk = null });
        if (Since is { } since) yield return ($"Signed in on or after {Day.Text(since)}", first with { Since = null });
    }
}
