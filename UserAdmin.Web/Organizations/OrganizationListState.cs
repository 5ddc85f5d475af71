using Microsoft.AspNetCore.WebUtilities;

namespace UserAdmin.Web.Organizations;

/// <summary>The tree of organizations as its address says it: what is searched for, and which branches are open. Unreadable parts are left out.</summary>
public sealed record OrganizationListState
{
    // An address has its limits; whoever opens more closes what they opened first.
    private const int MostOpen = 30;

    public string? Search { get; init; }
    public bool Deleted { get; init; }
    public IReadOnlyList<Guid> Open { get; init; } = [];

    public bool IsTree => Search is null && !Deleted;

    public static OrganizationListState Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        string? Text(string name) => query.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;
        return new()
        {
            Search = Text("search") is { } search ? Core.Common.Text.Shorten(search, 200) : null,
            Deleted = Text("status") == "deleted",
            Open = [.. (Text("open") ?? "").Split(',').Select(part => Guid.TryParse(part, out var id) ? id : (Guid?)null).OfType<Guid>().Distinct().Take(MostOpen)],
        };
    }

    public string Url() => QueryHelpers.AddQueryString("/organizations", new Dictionary<string, string?>
    {
        ["search"] = Search,
        ["status"] = Deleted ? "deleted" : null,
        ["open"] = Open.Count > 0 ? string.Join(',', Open.Select(id => id.ToString("N"))) : null,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    public OrganizationListState Toggle(Guid id) => this with { Open = Open.Contains(id) ? [.. Open.Where(open => open != id)] : [.. Open.TakeLast(MostOpen - 1), id] };
}
