using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Tenants;

/// <summary>A tenant that was made. <paramref name="Link"/> is where its owner chooses a password; empty when it was mailed.</summary>
public sealed record NewTenant(Guid Id, string Host, string Link);

/// <summary>Makes tenants. Only in the default tenant, by whoever holds <see cref="Permission.TenantsManage"/>.</summary>
public sealed partial class TenantService(
    UserAdminDbContext db, CurrentTenant current, TenantDirectory directory, TenantConnections connections, TenantProvisioning provisioning, TenantDomains domains,
    TimeProvider clock, ILogger<TenantService> logger)
{
    private static readonly string[] Reserved = [Tenant.HostName, "www"];

    // Whoever makes a tenant needs seconds. What is older was left behind by a server that died.
    private static readonly TimeSpan LongestMaking = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Makes the tenant with its database and its first owner, who gets an activation mail. Until all of it is there nobody can reach it; when something
    /// fails, everything is taken back. With a <paramref name="connectionString"/> its database is on another server, and stays there when the tenant goes.
    /// </summary>
    public async Task<Result<NewTenant>> CreateAsync(TenantForm form, Actor actor, CancellationToken cancel, string? connectionString = null)
    {
        if (await RefuseAsync(actor, cancel) is { } refused)
            return refused;
        var results = new List<ValidationResult>();
        if (!Validator.TryValidateObject(form, new(form), results, validateAllProperties: true))
            return new Problem(ProblemKind.Invalid, "tenant.invalid", results[0].ErrorMessage!, results[0].MemberNames.FirstOrDefault());
        if (Reserved.Contains(form.Name))
            return TenantProblems.NameReserved;
        if (connectionString is not null && connections.Provider == DatabaseProvider.Sqlite)
            return TenantProblems.OwnServerOnly;

        var tenant = connectionString is null ? connections.OwnOf(form.Name) : new Tenant(form.Name, connections.Provider, connectionString);
        var record = new TenantRecord { Name = form.Name, Title = Text.Squeeze(form.Title), ConnectionString = connections.Protect(tenant.ConnectionString), CreatedAt = clock.GetUtcNow() };
        if (await RemoveUnfinishedAsync(form.Name, cancel) is { } taken)
            return taken;
        var claimed = await ClaimAsync(record, form.Domain, actor, cancel);
        if (!claimed.Succeeded)
            return claimed.Problem;
        var made = await MakeAsync(record, tenant, form, claimed.Value, cancel);
        if (!made.Succeeded)
            return made.Problem;
        await directory.RefreshAsync(cancel);
        return new NewTenant(record.Id, claimed.Value, made.Value);
    }

    /// <summary>Null when the actor may manage tenants, here and now.</summary>
    internal async Task<Problem?> RefuseAsync(Actor actor, CancellationToken cancel) =>
        !current.Tenant.IsHost || !actor.Can(Permission.TenantsManage) ? await db.DenyAsync(actor, Permission.TenantsManage, null, clock, cancel)
        : actor.NeedsStepUpAt(clock.GetUtcNow()) ? StepUp.Needed
        : null;

    /// <summary>Takes away what a server left behind that died while it made a tenant; gives back how many.</summary>
    internal async Task<int> RemoveUnfinishedAsync(CancellationToken cancel)
    {
        var before = clock.GetUtcNow() - LongestMaking;
        var left = await db.Tenants.AsNoTracking().Where(t => t.ReadyAt == null && t.CreatedAt < before).ToListAsync(cancel);
        foreach (var record in left)
            await TakeBackAsync(record, cancel);
        return left.Count;
    }

    private async Task<Problem?> RemoveUnfinishedAsync(string name, CancellationToken cancel)
    {
        if (await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Name == name, cancel) is not { } there)
            return null;
        if (there.ReadyAt is not null || there.CreatedAt > clock.GetUtcNow() - LongestMaking)
            return TenantProblems.NameTaken;
        await TakeBackAsync(there, cancel);
        return null;
    }

    // The name and the domain are ours before anything is made: of two who want the same, one gets it.
    private async Task<Result<string>> ClaimAsync(TenantRecord record, string typed, Actor actor, CancellationToken cancel)
    {
        var host = "";
        try
        {
            var result = await db.WriteAsync(async () =>
            {
                if (await db.Tenants.AnyAsync(t => t.Name == record.Name, cancel))
                    return TenantProblems.NameTaken;
                var free = await domains.FindFreeAsync(typed, record.Name, cancel);
                if (!free.Succeeded)
                    return free.Problem;
                host = free.Value;
                db.Tenants.Add(record);
                db.TenantDomains.Add(new() { Host = host, TenantId = record.Id, IsPrimary = true, AddedAt = record.CreatedAt });
                db.Record(AuditAction.TenantCreated, actor, record, record.CreatedAt, [new("Title", null, record.Title), new("Domain", null, host)]);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
            return result.Succeeded ? host : result.Problem;
        }
        catch (DbUpdateException)
        {
            return TenantProblems.NameTaken;
        }
    }

    private async Task<Result<string>> MakeAsync(TenantRecord record, Tenant tenant, TenantForm form, string host, CancellationToken cancel)
    {
        Result<string> made;
        try
        {
            made = await provisioning.MakeAsync(tenant, form, host, cancel);
        }
        catch (Exception failure)
        {
            // Carrying on is safe: nobody has seen this tenant, and what was made of it is taken back below.
            LogFailed(failure, record.Name);
            made = TenantProblems.Failed(failure.Message.ReplaceLineEndings(" "));
        }
        if (made.Succeeded)
        {
            var now = clock.GetUtcNow();
            await db.WriteAsync(async () =>
            {
                await db.Tenants.Where(t => t.Id == record.Id).ExecuteUpdateAsync(row => row.SetProperty(t => t.ReadyAt, now), CancellationToken.None);
                await db.ChangeStampAsync(ChangeStamp.Tenants, CancellationToken.None);
                return Result.Ok;
            }, CancellationToken.None);
            return made;
        }
        // Also when whoever asked has left.
        await TakeBackAsync(record, CancellationToken.None, keepDatabase: made.Problem == TenantProblems.DatabaseInUse);
        return made;
    }

    private async Task TakeBackAsync(TenantRecord record, CancellationToken cancel, bool keepDatabase = false)
    {
        if (!keepDatabase)
            await provisioning.RemoveAsync(connections.Open(record), cancel);
        await db.WriteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await db.Tenants.Where(t => t.Id == record.Id && t.ReadyAt == null).ExecuteDeleteAsync(cancel);
            db.Record(AuditAction.TenantTakenBack, Actor.System, record, clock.GetUtcNow());
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The tenant {Tenant} could not be made")]
    private partial void LogFailed(Exception failure, string tenant);
}
