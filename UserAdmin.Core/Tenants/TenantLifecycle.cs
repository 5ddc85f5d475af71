using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Tenants;

/// <summary>Suspends tenants, deletes them and brings them back. Only in the default tenant, by whoever holds <see cref="Permission.TenantsManage"/>.</summary>
public sealed partial class TenantLifecycle(
    UserAdminDbContext db, CurrentTenant current, TenantDirectory directory, TenantConnections connections, TenantProvisioning provisioning, SessionDirectory sessions,
    IServiceScopeFactory scopes, IOptions<TenantSettings> settings, TimeProvider clock, ILogger<TenantLifecycle> logger)
{
    public Task<Result> RenameAsync(Guid id, string title, Actor actor, CancellationToken cancel) =>
        Text.Squeeze(title) is not { Length: > 0 and <= 200 } wanted || Text.HasHiddenCharacters(wanted, allowLineBreaks: false)
            ? Task.FromResult<Result>(new Problem(ProblemKind.Invalid, "tenant.title", "Enter a title of up to 200 characters."))
            : ChangeAsync(id, actor, (tenant, now) =>
            {
                if (tenant.Title == wanted)
                    return Result.Ok;
                db.Record(AuditAction.TenantEdited, actor, tenant, now, [new("Title", tenant.Title, wanted)]);
                tenant.Title = wanted;
                return Result.Ok;
            }, cancel);

    /// <summary>Nobody gets in any more, and whoever is in leaves at once.</summary>
    public Task<Result> SuspendAsync(Guid id, string reason, Actor actor, CancellationToken cancel) => ActAsync(id, reason, actor, (tenant, now) =>
    {
        if (tenant.Status != TenantStatus.Active)
            return TenantProblems.WrongState;
        (tenant.SuspendedAt, tenant.StatusReason) = (now, reason);
        db.Record(AuditAction.TenantSuspended, actor, tenant, now, reason: reason);
        return Result.Ok;
    }, cancel);

    /// <summary>Lets people sign in again. Their sessions are not brought back.</summary>
    public Task<Result> ResumeAsync(Guid id, string reason, Actor actor, CancellationToken cancel) => ActAsync(id, reason, actor, (tenant, now) =>
    {
        if (tenant.Status != TenantStatus.Suspended)
            return TenantProblems.WrongState;
        (tenant.SuspendedAt, tenant.StatusReason) = (null, null);
        db.Record(AuditAction.TenantResumed, actor, tenant, now, reason: reason);
        return Result.Ok;
    }, cancel);

    /// <summary>Closes the tenant and removes its database after the days of grace. <paramref name="name"/> is typed in again, so that nobody deletes the wrong one.</summary>
    public Task<Result> DeleteAsync(Guid id, string name, string reason, Actor actor, CancellationToken cancel) => ActAsync(id, reason, actor, (tenant, now) =>
    {
        if (tenant.Status == TenantStatus.Deleted)
            return TenantProblems.WrongState;
        if (name != tenant.Name)
            return TenantProblems.WrongName;
        (tenant.DeletedAt, tenant.PurgeAfter, tenant.StatusReason) = (now, now.AddDays(settings.Value.GraceDays), reason);
        db.Record(AuditAction.TenantDeleted, actor, tenant, now, reason: reason);
        return Result.Ok;
    }, cancel);

    /// <summary>Undoes deleting while the database is there. A tenant that was suspended before is suspended again.</summary>
    public Task<Result> RestoreAsync(Guid id, string reason, Actor actor, CancellationToken cancel) => ActAsync(id, reason, actor, (tenant, now) =>
    {
        if (tenant.Status != TenantStatus.Deleted || tenant.PurgeAfter <= now)
            return TenantProblems.WrongState;
        (tenant.DeletedAt, tenant.PurgeAfter, tenant.StatusReason) = (null, null, null);
        db.Record(AuditAction.TenantRestored, actor, tenant, now, reason: reason);
        return Result.Ok;
    }, cancel);

    /// <summary>Removes the databases of tenants whose days of grace are over; gives back how many. The rows stay, so that no name is used again.</summary>
    internal async Task<int> PurgeAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var purged = 0;
        foreach (var record in await db.Tenants.AsNoTracking().Where(t => t.PurgedAt == null && t.PurgeAfter <= now).ToListAsync(cancel))
            try
            {
                var tenant = connections.Open(record);
                await provisioning.RemoveAsync(tenant, cancel);
                await db.WriteAsync(async () =>
                {
                    if (await db.Tenants.Where(t => t.Id == record.Id && t.PurgedAt == null)
                        .ExecuteUpdateAsync(row => row.SetProperty(t => t.PurgedAt, now).SetProperty(t => t.ConnectionString, ""), cancel) == 0)
                        return TenantProblems.WrongState;
                    await db.TenantDomains.Where(d => d.TenantId == record.Id).ExecuteDeleteAsync(cancel);
                    await db.ChangeStampAsync(ChangeStamp.Tenants, cancel);
                    db.Record(AuditAction.TenantPurged, Actor.System, record, now, [new("DatabaseRemoved", null, connections.IsOwn(tenant) ? "yes" : "no")]);
                    await db.SaveChangesAsync(cancel);
                    purged++;
                    return Result.Ok;
                }, cancel);
                directory.MarkBroken(tenant, false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Carrying on is safe: it is tried again tomorrow.
                LogFailed(failure, record.Name);
            }
        if (purged > 0)
            await directory.RefreshAsync(cancel);
        return purged;
    }

    private async Task<Result> ActAsync(Guid id, string reason, Actor actor, Func<TenantRecord, DateTimeOffset, Result> change, CancellationToken cancel) =>
        UserLifecycle.RefuseReason(reason) is { } bad ? bad : await ChangeAsync(id, actor, change, cancel);

    private async Task<Result> ChangeAsync(Guid id, Actor actor, Func<TenantRecord, DateTimeOffset, Result> change, CancellationToken cancel)
    {
        if (!current.Tenant.IsHost || !actor.Can(Permission.TenantsManage))
            return await db.DenyAsync(actor, Permission.TenantsManage, id, clock, cancel);
        var now = clock.GetUtcNow();
        if (actor.NeedsStepUpAt(now))
            return StepUp.Needed;

        TenantRecord? changed = null;
        var result = await db.WriteAsync(async () =>
        {
            // First, so that changes of tenants wait for each other.
            await db.ChangeStampAsync(ChangeStamp.Tenants, cancel);
            changed = await db.Tenants.SingleOrDefaultAsync(t => t.Id == id && t.PurgedAt == null, cancel);
            if (changed is null)
                return TenantProblems.NotFound;
            if (changed.ReadyAt is null)
                return TenantProblems.Unfinished;
            var done = change(changed, now);
            if (done.Succeeded)
                await db.SaveChangesAsync(cancel);
            return done;
        }, cancel);
        if (!result.Succeeded)
            return result;
        await directory.RefreshAsync(cancel);
        if (changed!.Status != TenantStatus.Active)
            await EndSessionsAsync(connections.Open(changed));
        return result;
    }

    // It is shut already; ending the sessions keeps them ended when it opens again.
    private async Task EndSessionsAsync(Tenant tenant)
    {
        sessions.AnnounceAll(tenant);
        try
        {
            await using var scope = scopes.CreateFor(tenant);
            await scope.ServiceProvider.GetRequiredService<SessionService>().EndEverybodysAsync("The portal was closed", CancellationToken.None);
            sessions.AnnounceAll(tenant);
        }
        catch (Exception failure)
        {
            // Carrying on is safe: a tenant is suspended also because its database is away.
            LogFailed(failure, tenant.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Something about closing the tenant {Tenant} failed")]
    private partial void LogFailed(Exception failure, string tenant);
}
