using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

/// <summary>What every change of somebody's second factors needs and brings with it, in one place (B06, C03).</summary>
public sealed class FactorChanges(UserAdminDbContext db, SessionService sessions, SignInGuard guard, Notices notices, TimeProvider clock)
{
    /// <summary>
    /// Changes the actor's own factors in one transaction: asks for a recent proof of who they are, records, ends their other sessions
    /// and tells them by mail with the sentence <paramref name="notice"/>. <paramref name="change"/> gives back what the audit log shall
    /// say, or the problem that stops it all.
    /// </summary>
    public async Task<Result> ChangeAsync(Actor actor, AuditAction action, string notice, Func<Guid, Task<Result<FieldChange[]>>> change, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var now = clock.GetUtcNow();
        if (actor.UserId is not { } userId)
            return UserProblems.NotAllowed;
        if (actor.NeedsStepUpAt(now))
            return StepUp.Needed;

        IReadOnlyList<Guid> ended = [];
        var result = await db.WriteAsync(async () =>
        {
            await LockAsync(userId, cancel);
            var changed = await change(userId);
            if (!changed.Succeeded)
                return changed.Problem;
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);
            db.Record(action, actor, user, now, changed.Value);
            await notices.SendAsync(user, notice, actor, cancel);
            await db.SaveChangesAsync(cancel);
            ended = await FollowAsync(userId, action.Title, actor.SessionId, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            sessions.Announce(ended, actor.SessionId);
        return result;
    }

    /// <summary>
    /// Call in the transaction of a change of factors, after it is saved; save again, and announce the ended sessions it gives back.
    /// Whether somebody has a second factor is kept true here and nowhere else.
    /// </summary>
    internal async Task<IReadOnlyList<Guid>> FollowAsync(Guid userId, string reason, Guid? exceptSession, CancellationToken cancel)
    {
        var hasAny = await db.Authenticators.AnyAsync(a => a.UserId == userId && a.ConfirmedAt != null, cancel)
            || await db.UserPasskeys.AnyAsync(p => p.UserId == userId, cancel);
        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(row => row.SetProperty(u => u.TwoFactorEnabled, hasAny), cancel);
        if (!hasAny)
            await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancel);
        await guard.ForgetCodesAsync(userId, cancel);
        return await sessions.EndOthersAsync(userId, exceptSession, reason, cancel);
    }

    /// <summary>Makes changes of one person's factors wait for each other: two removals at once would each think that the other factor stays.</summary>
    internal Task LockAsync(Guid userId, CancellationToken cancel) =>
        db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(row => row.SetProperty(u => u.TwoFactorEnabled, u => u.TwoFactorEnabled), cancel);
}
