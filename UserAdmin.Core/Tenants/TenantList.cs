using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Tenants;

/// <summary>How many people a tenant has and how much room they take, a minute old at most.</summary>
public sealed record TenantFigures(int People, long? Bytes);

public sealed record TenantRow(
    Guid Id, string Name, string Title, TenantStatus Status, bool IsReady, bool IsBroken, bool IsPurged, string? PrimaryHost, int Domains, DateTimeOffset CreatedAt, KeptFigure<TenantFigures>? Figures);

public sealed record TenantListing(Page<TenantRow> Page, int Count);

public sealed record TenantDomainRow(string Host, bool IsPrimary, DateTimeOffset AddedAt);

public sealed record TenantDetails(
    TenantRow Tenant, IReadOnlyList<TenantDomainRow> Domains, string? Reason, DateTimeOffset? SuspendedAt, DateTimeOffset? DeletedAt, DateTimeOffset? PurgeAfter, bool IsElsewhere, string? Address);

/// <summary>Shows tenants. Only in the default tenant, to whoever holds <see cref="Permission.TenantsManage"/>; to others there are none.</summary>
public sealed class TenantList(
    UserAdminDbContext db, CurrentTenant current, TenantDirectory directory, TenantConnections connections, TenantDatabases databases, KeptFigures kept, PortalAddress portal)
{
    public const int PageSize = 25;

    /// <summary>By name. Those that are removed for good are left out.</summary>
    public async Task<TenantListing> ListAsync(TenantStatus? status, string? search, PageStart start, Actor actor, CancellationToken cancel, int size = PageSize)
    {
        if (!current.Tenant.IsHost || !actor.Can(Permission.TenantsManage))
            return new(new([], null, null), 0);

        var matching = db.Tenants.AsNoTracking().Where(t => t.PurgedAt == null);
        matching = status switch
        {
            TenantStatus.Deleted => matching.Where(t => t.DeletedAt != null),
            TenantStatus.Suspended => matching.Where(t => t.DeletedAt == null && t.SuspendedAt != null),
            TenantStatus.Active => matching.Where(t => t.DeletedAt == null && t.SuspendedAt == null),
            _ => matching,
        };
        var typed = Text.Compose(Text.Visible(search));
        if (typed.ToLowerInvariant() is { Length: > 0 } part)
            matching = matching.Where(t => t.Name.Contains(part) || t.Title.Contains(typed) || db.TenantDomains.Any(d => d.TenantId == t.Id && d.Host.Contains(part)));
        var count = await matching.CountAsync(cancel);

        var (after, before) = (start.After, start.Before);
        var backwards = before is not null || start.AtEnd;
        if (after is not null)
            matching = matching.Where(t => string.Compare(t.Name, after) > 0);
        if (before is not null)
            matching = matching.Where(t => string.Compare(t.Name, before) < 0);
        var records = await (backwards ? matching.OrderByDescending(t => t.Name) : matching.OrderBy(t => t.Name)).Skip(start.Skip).Take(size + 1).ToListAsync(cancel);
        var page = Page.Of(records, size, backwards, after is not null || before is not null || start.Skip > 0, record => record.Name);
        return new(new(await RowsAsync(page.Rows, cancel), page.Previous, page.Next), count);
    }

    public async Task<TenantDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!current.Tenant.IsHost || !actor.Can(Permission.TenantsManage) || await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, cancel) is not { } record)
            return null;
        var row = (await RowsAsync([record], cancel))[0];
        var domains = await db.TenantDomains.AsNoTracking().Where(d => d.TenantId == id).OrderByDescending(d => d.IsPrimary).ThenBy(d => d.Host)
            .Select(d => new TenantDomainRow(d.Host, d.IsPrimary, d.AddedAt)).ToListAsync(cancel);
        return new(row, domains, record.StatusReason, record.SuspendedAt, record.DeletedAt, record.PurgeAfter,
            record.PurgedAt is null && !connections.IsOwn(connections.Open(record)), row.PrimaryHost is { } host ? portal.At(host) : null);
    }

    /// <summary>What the base domain would give a new tenant; null without one.</summary>
    public string? SuggestDomain(string name) => directory.BelowBase(name);

    private async Task<List<TenantRow>> RowsAsync(IReadOnlyList<TenantRecord> records, CancellationToken cancel)
    {
        var ids = records.Select(r => r.Id).ToList();
        var domains = (await db.TenantDomains.AsNoTracking().Where(d => ids.Contains(d.TenantId)).ToListAsync(cancel)).ToLookup(d => d.TenantId);
        var figures = await Task.WhenAll(records.Select(record => record.ReadyAt is null || record.PurgedAt is not null ? Task.FromResult<KeptFigure<TenantFigures>?>(null) : FiguresAsync(connections.Open(record), cancel)));
        return [.. records.Select((record, i) => new TenantRow(
            record.Id, record.Name, record.Title, record.Status, record.ReadyAt is not null, directory.IsBroken(record.Name), record.PurgedAt is not null,
            domains[record.Id].FirstOrDefault(d => d.IsPrimary)?.Host ?? directory.BelowBase(record.Name), domains[record.Id].Count(), record.CreatedAt, figures[i]))];
    }

    // Kept for the default tenant, with a look that keeps no connection: there may be hundreds of tenants.
    private Task<KeptFigure<TenantFigures>?> FiguresAsync(Tenant tenant, CancellationToken cancel) =>
        kept.FindAsync(directory.Default, $"tenant:{tenant.Name}", async _ =>
        {
            await using var its = databases.OpenOnce(tenant);
            return new TenantFigures(await its.Users.CountAsync(u => u.DeletedAt == null, CancellationToken.None), await TenantProvisioning.SizeAsync(tenant, its, CancellationToken.None));
        }, cancel);
}
