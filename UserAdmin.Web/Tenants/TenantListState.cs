using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Common;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Tenants;

/// <summary>What the list of tenants shows, as its address says it.</summary>
public sealed record TenantListState(TenantStatus? Status = null, string? Search = null)
{
    public PageStart Start { get; init; } = PageStart.First;

    public bool IsFiltered => Status is not null || !string.IsNullOrEmpty(Search);

    public static TenantListState Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query);
        string? One(string name) => query.TryGetValue(name, out var values) && values[0] is { Length: > 0 and <= 200 } value ? Text.Visible(value) : null;
        return new(StatusOf(One("status")), One("search")) { Start = new(One("after"), One("before"), One("at") == "end") };
    }

    public static TenantStatus? StatusOf(string? name) => Enum.GetValues<TenantStatus>().Cast<TenantStatus?>().FirstOrDefault(status => NameOf(status!.Value) == name);

    public static string NameOf(TenantStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>The address of the same list at another place.</summary>
    public string With(string? place = null)
    {
        var address = QueryHelpers.AddQueryString("/tenants", new Dictionary<string, string?> { ["status"] = Status is { } status ? NameOf(status) : null, ["search"] = Search });
        return place is null ? address : $"{address}{(address.Contains('?') ? '&' : '?')}{place}";
    }
}
