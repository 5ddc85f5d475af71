using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Tenants;

/// <summary>The host names of tenants. Only in the default tenant, by whoever holds <see cref="Permission.TenantsManage"/>.</summary>
public sealed class TenantDomains(UserAdminDbContext db, CurrentTenant current, TenantDirectory directory, PortalAddress portal, TimeProvider clock)
{
    /// <summary>The names of this machine, which lead to the default tenant.</summary>
    public static IReadOnlyList<string> OfThisMachine { get; } = ["localhost", "127.0.0.1", "[::1]"];

    public Task<Result> AddAsync(Guid id, DomainForm form, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, async tenant =>
    {
        var free = await FindFreeAsync(form.Host, tenant.Name, cancel);
        if (!free.Succeeded)
            return free.Problem with { Field = nameof(DomainForm.Host) };
        db.TenantDomains.Add(new() { Host = free.Value, TenantId = id, AddedAt = clock.GetUtcNow() });
        db.Record(AuditAction.TenantDomainAdded, actor, tenant, clock.GetUtcNow(), [new("Domain", null, free.Value)]);
        return Result.Ok;
    }, cancel);

    /// <summary>The primary one stays: links in mails name it.</summary>
    public Task<Result> RemoveAsync(Guid id, string host, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, async tenant =>
    {
        if (await db.TenantDomains.SingleOrDefaultAsync(d => d.TenantId == id && d.Host == host, cancel) is not { } domain)
            return TenantProblems.WrongState;
        if (domain.IsPrimary)
            return await db.TenantDomains.CountAsync(d => d.TenantId == id, cancel) == 1 ? TenantProblems.LastDomain : TenantProblems.PrimaryDomain;
        db.TenantDomains.Remove(domain);
        db.Record(AuditAction.TenantDomainRemoved, actor, tenant, clock.GetUtcNow(), [new("Domain", host, null)]);
        return Result.Ok;
    }, cancel);

    public Task<Result> MakePrimaryAsync(Guid id, string host, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, async tenant =>
    {
        var all = await db.TenantDomains.Where(d => d.TenantId == id).ToListAsync(cancel);
        if (all.Find(d => d.Host == host) is not { } wanted)
            return TenantProblems.WrongState;
        var before = all.Find(d => d.IsPrimary)?.Host;
        all.ForEach(domain => domain.IsPrimary = domain == wanted);
        db.Record(AuditAction.TenantPrimaryDomainChosen, actor, tenant, clock.GetUtcNow(), [new("PrimaryDomain", before, host)]);
        return Result.Ok;
    }, cancel);

    /// <summary>The typed domain in its normal form, when it can lead to the tenant of this name; without one, the name below the base domain.</summary>
    internal async Task<Result<string>> FindFreeAsync(string typed, string name, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return directory.BelowBase(name) is { } below ? await FindFreeAsync(below, name, cancel) : TenantProblems.DomainMissing;
        if (DomainName.Normalize(typed) is not { } host)
            return TenantProblems.DomainBad;
        if (OfThisMachine.Contains(host) || Uri.TryCreate(portal.Url, UriKind.Absolute, out var own) && own.IdnHost == host || directory.IsBase(host))
            return TenantProblems.DomainOfHost;
        // What the base domain gives to a name belongs to it, be there a tenant of that name yet or not.
        return (directory.NameBelowBase(host) is { } other && other != name) || await db.TenantDomains.AnyAsync(d => d.Host == host, cancel) ? TenantProblems.DomainTaken : host;
    }

    private async Task<Result> ChangeAsync(Guid id, Actor actor, Func<TenantRecord, Task<Result>> change, CancellationToken cancel)
    {
        if (!current.Tenant.IsHost || !actor.Can(Permission.TenantsManage))
            return await db.DenyAsync(actor, Permission.TenantsManage, id, clock, cancel);
        if (actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;
        try
        {
            var result = await db.WriteAsync(async () =>
            {
                // First, so that changes of one tenant's domains wait for each other.
                await db.ChangeStampAsync(ChangeStamp.Tenants, cancel);
                if (await db.Tenants.SingleOrDefaultAsync(t => t.Id == id && t.PurgedAt == null, cancel) is not { } tenant)
                    return TenantProblems.NotFound;
                var changed = await change(tenant);
                if (changed.Succeeded)
                    await db.SaveChangesAsync(cancel);
                return changed;
            }, cancel);
            if (result.Succeeded)
                await directory.RefreshAsync(cancel);
            return result;
        }
        catch (DbUpdateException)
        {
            return TenantProblems.DomainTaken with { Field = nameof(DomainForm.Host) };
        }
    }
}
