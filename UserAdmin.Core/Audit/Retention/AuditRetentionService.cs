using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Audit.Retention;

/// <summary>The policy, its stamp, and what the next run would remove by it.</summary>
public sealed record RetentionView(AuditRetentionPolicy Policy, string Stamp, RetentionForecast Forecast);

/// <summary>How long events are kept, for whoever looks after the audit log.</summary>
public sealed class AuditRetentionService(UserAdminDbContext db, Policies policies, TimeProvider clock)
{
    public async Task<Result<RetentionView>> FindAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditManage))
            return await db.DenyAsync(actor, Permission.AuditManage, null, clock, cancel);
        var (policy, stamp) = await policies.GetWithStampAsync<AuditRetentionPolicy>(cancel);
        return new RetentionView(policy, stamp, await db.ForecastAsync(policy, clock.GetUtcNow(), cancel));
    }

    /// <summary>What the next run would remove if this were the policy.</summary>
    public async Task<Result<RetentionForecast>> ForecastAsync(AuditRetentionPolicy policy, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditManage) ? await db.ForecastAsync(policy, clock.GetUtcNow(), cancel) : await db.DenyAsync(actor, Permission.AuditManage, null, clock, cancel);

    /// <summary>Shortening needs a reason. Problems: those of <see cref="Policies.SaveAsync"/>, a reason that is missing or too long.</summary>
    public async Task<Result> SaveAsync(AuditRetentionPolicy policy, string stamp, string reason, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditManage))
            return await db.DenyAsync(actor, Permission.AuditManage, null, clock, cancel);
        if (policy.IsShorterThan(await policies.GetAsync<AuditRetentionPolicy>(cancel)) && UserLifecycle.RefuseReason(reason) is { } refused)
            return refused with { Field = "Reason" };
        return await policies.SaveAsync(policy, stamp, actor, cancel, Text.SqueezeToNull(reason));
    }
}
