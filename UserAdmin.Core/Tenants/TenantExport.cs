using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Tenants;

public sealed record TenantListQuery(TenantStatus? Status, string? Search);

public sealed class TenantExport(TenantList tenants, CurrentTenant current) : PagedExport<TenantListQuery, TenantRow>(ListName, "Tenants", Permission.TenantsManage, Columns)
{
    public const string ListName = "tenants";

    private static readonly ListColumns<TenantRow> Columns = new ListColumns<TenantRow>()
        .Text("Name", "name", row => row.Name).Text("Title", "title", row => row.Title, 32).Text("Status", "status", row => row.IsReady ? row.IsBroken ? "Broken" : row.Status.ToString() : "Unfinished", 12).Text("Domain", "domain", row => row.PrimaryHost, 32)
        .Number("Domains", "domains", row => row.Domains).Number("People", "people", row => row.Figures?.Value.People).Number("Bytes", "bytes", row => row.Figures?.Value.Bytes).Instant("Created", "created_at", row => row.CreatedAt);

    protected override async Task<(Page<TenantRow> Page, long? Count)> ReadAsync(TenantListQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await tenants.ListAsync(query.Status, query.Search, start, actor, cancel);
        return (page, count);
    }

    protected override Task<bool> MayAsync(Actor actor, CancellationToken cancel) => Task.FromResult(current.Tenant.IsHost && actor.Can(Permission.TenantsManage));

    protected override IEnumerable<(string Name, string? Value)> Describe(TenantListQuery query) => [("Search", query.Search), ("Status", query.Status?.ToString()), ("Sorted by", "Name")];
}
