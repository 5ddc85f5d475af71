using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Core.Users;

/// <summary>One authenticator app, without its seed.</summary>
public sealed record AuthenticatorFact(string Name, DateTimeOffset Since, DateTimeOffset? LastUsedAt);

public sealed record OpenPass(string GivenByName, string Reason, DateTimeOffset ExpiresAt);

/// <summary>How an account is protected, as far as others may know.</summary>
public sealed record SecurityDetails(
    bool HasSecondFactor, IReadOnlyList<AuthenticatorFact> Authenticators, int Passkeys, int RecoveryCodesLeft, int RememberedDevices,
    DateTimeOffset? PasswordChangedAt, bool MustChangePassword, FactorState State, DateTimeOffset? DueAt, bool IsRequiredByName, DateTimeOffset? RemindedAt,
    OpenPass? Pass, IReadOnlyList<FactorResetRow> Resets, bool ResetNeedsApproval, int UsualPassHours, bool MayBeActedOn);

/// <summary>Shows how somebody's account is protected, and signs them out everywhere.</summary>
public sealed class UserSecurity(
    UserAdminDbContext db, SecurityActs acts, AccessEvaluator access, CoverageDirectory coverage, AccessPassService passes, FactorResetService resets, Settings.Policies policies,
    SessionService sessions, Notices notices, TimeProvider clock)
{
    /// <summary>Null when there is no such user, or the actor may not see them.</summary>
    public async Task<SecurityDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var user = await db.Users.AsNoTracking().VisibleTo(actor, db).SingleOrDefaultAsync(u => u.Id == id, cancel);
        if (user is null)
            return null;

        var (policy, rule) = (await policies.GetAsync<SecondFactorPolicy>(cancel), await coverage.RuleAsync(cancel));
        var byRoleSince = await db.Users.Where(u => u.Id == id).Select(rule.ByRoleSince(db)).SingleAsync(cancel);
        var dueAt = rule.DueAt(user.ActivatedAt, user.SecondFactorDueAt, byRoleSince);
        return new(
            user.TwoFactorEnabled,
            await db.Authenticators.Where(a => a.UserId == id && a.ConfirmedAt != null).OrderBy(a => a.ConfirmedAt)
                .Select(a => new AuthenticatorFact(a.Name, a.ConfirmedAt!.Value, a.LastUsedAt)).ToListAsync(cancel),
            await db.UserPasskeys.CountAsync(p => p.UserId == id, cancel),
            await db.RecoveryCodes.CountAsync(c => c.UserId == id && c.UsedAt == null, cancel),
            await db.Devices.CountAsync(d => d.UserId == id && d.RememberedUntil > now, cancel),
            user.PasswordChangedAt ?? user.ActivatedAt, user.MustChangePassword,
            rule.StateOf(dueAt), dueAt, user.SecondFactorDueAt is not null, user.SecondFactorRemindedAt,
            await passes.Open(id, now).Select(p => new OpenPass(p.GivenByName, p.Reason, p.ExpiresAt)).FirstOrDefaultAsync(cancel),
            await resets.ListAsync(id, actor, cancel), policy.ResetNeedsApproval, policy.AccessPassHours,
            user.DeletedAt is null && id != actor.UserId && actor.Access.Covers(await access.EvaluateAsync(id, cancel)));
    }

    /// <summary>Ends every session, half-open sign-in and remembered device of somebody else (U7). Problems of <see cref="SecurityActs"/>.</summary>
    public async Task<Result> SignOutEverywhereAsync(Guid id, string reason, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(id, Permission.SessionsEnd, reason, actor, cancel) is { } refused)
            return refused;

        IReadOnlyList<Guid> ended = [];
        var result = await db.WriteAsync(async () =>
        {
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == id, cancel);
            ended = await sessions.EndOthersAsync(id, null, $"Ended by {actor.Name}", cancel);
            db.Record(AuditAction.SessionsEnded, actor, user, clock.GetUtcNow(), reason: Text.Squeeze(reason));
            await notices.SendAsync(user, "An administrator signed you out everywhere", actor, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            sessions.Announce(ended);
        return result;
    }
}
