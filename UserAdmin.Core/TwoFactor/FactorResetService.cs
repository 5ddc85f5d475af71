using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

/// <summary>A request that waits for a second administrator. <paramref name="IsOwn"/>: the reader asked for it, or it is about them, so they can't approve it.</summary>
public sealed record FactorResetRow(
    Guid Id, Guid UserId, string FullName, string RequestedByName, string Reason, DateTimeOffset RequestedAt, DateTimeOffset ExpiresAt, bool IsOwn);

/// <summary>
/// Removes every second factor of somebody who lost theirs (M6): at once, or when a second administrator has approved it, as the policy
/// says. Requests live for a day.
/// </summary>
public sealed class FactorResetService(
    UserAdminDbContext db, SecurityActs acts, FactorChanges changes, Policies policies, SessionService sessions, Notices notices, TimeProvider clock)
{
    private const int Shown = 100;
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    /// <summary>True when the factors are gone, false when a second administrator has to approve. Problems of <see cref="SecurityActs"/> besides.</summary>
    public async Task<Result<bool>> ResetAsync(Guid userId, string reason, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(userId, Permission.FactorsReset, reason, actor, cancel) is { } refused)
            return refused;
        var needsApproval = (await policies.GetAsync<SecondFactorPolicy>(cancel)).ResetNeedsApproval;
        var done = needsApproval
            ? await db.WriteAsync(() => RequestAsync(userId, Text.Squeeze(reason), actor, cancel), cancel)
            : await RemoveAsync(userId, actor, () => Task.FromResult(Result.Ok), Text.Squeeze(reason), [], cancel);
        return done.Succeeded ? !needsApproval : done.Problem;
    }

    /// <summary>Approves a request and does it. Neither who asked for it nor whom it is about can; of two who decide at once, one does.</summary>
    public async Task<Result> ApproveAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        var (reset, problem) = await FindOpenAsync(id, "Approved", actor, cancel);
        if (reset is null)
            return problem!;
        if (reset.RequestedById == actor.UserId)
            return TwoFactorProblems.OwnRequest;
        return await RemoveAsync(reset.UserId, actor, () => DecideAsync(id, true, actor, cancel), reset.Reason, [new("RequestedBy", null, reset.RequestedByName)], cancel);
    }

    /// <summary>Declines a request; who asked for it may so withdraw it.</summary>
    public async Task<Result> DeclineAsync(Guid id, string reason, Actor actor, CancellationToken cancel)
    {
        var (reset, problem) = await FindOpenAsync(id, reason, actor, cancel);
        if (reset is null)
            return problem!;
        return await db.WriteAsync(async () =>
        {
            if (await DecideAsync(id, false, actor, cancel) is { Succeeded: false } late)
                return late;
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == reset.UserId, cancel);
            db.Record(AuditAction.FactorResetDeclined, actor, user, clock.GetUtcNow(), [new("RequestedBy", null, reset.RequestedByName)], Text.Squeeze(reason));
            await notices.SendAsync(user, "The reset of your second factors was declined", actor, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>The open requests, oldest first, a hundred at most; of one person when given. Empty without <see cref="Permission.FactorsReset"/>.</summary>
    public async Task<IReadOnlyList<FactorResetRow>> ListAsync(Guid? userId, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.FactorsReset))
            return [];
        var open = Open(clock.GetUtcNow());
        return await (from reset in userId is null ? open : open.Where(r => r.UserId == userId)
                      join user in db.Users.VisibleTo(actor, db).Within(actor, Permission.FactorsReset, db).Existing() on reset.UserId equals user.Id
                      orderby reset.RequestedAt
                      select new FactorResetRow(
                          reset.Id, reset.UserId, (user.FirstName + " " + user.LastName).Trim(), reset.RequestedByName, reset.Reason, reset.RequestedAt, reset.ExpiresAt,
                          reset.RequestedById == actor.UserId || reset.UserId == actor.UserId)).Take(Shown).ToListAsync(cancel);
    }

    private async Task<Result> RequestAsync(Guid userId, string reason, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var user = await LockAsync(userId, cancel);
        if (!await HasAnyAsync(user, cancel))
            return TwoFactorProblems.NothingToReset;
        if (await Open(now).AnyAsync(r => r.UserId == userId, cancel))
            return TwoFactorProblems.AlreadyRequested;

        db.FactorResets.Add(new()
        {
            UserId = userId,
            RequestedById = actor.UserId,
            RequestedByName = actor.Name,
            Reason = reason,
            RequestedAt = now,
            ExpiresAt = now + Life,
        });
        db.Record(AuditAction.FactorResetRequested, actor, user, now, reason: reason);
        await notices.SendAsync(user, "An administrator asked for your second factors to be reset", actor, cancel);
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }

    private async Task<(FactorReset? Reset, Problem? Problem)> FindOpenAsync(Guid id, string reason, Actor actor, CancellationToken cancel)
    {
        var reset = actor.CanSomewhere(Permission.FactorsReset) ? await Open(clock.GetUtcNow()).AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancel) : null;
        if (await acts.RefuseAsync(reset?.UserId ?? Guid.Empty, Permission.FactorsReset, reason, actor, cancel) is { } refused)
            return (null, refused == UserProblems.NotFound ? TwoFactorProblems.AlreadyDecided : refused);
        return (reset, null);
    }

    private async Task<Result> DecideAsync(Guid id, bool isApproved, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var decided = await Open(now).Where(r => r.Id == id).ExecuteUpdateAsync(reset => reset
            .SetProperty(r => r.DecidedAt, now).SetProperty(r => r.DecidedById, actor.UserId).SetProperty(r => r.DecidedByName, actor.Name).SetProperty(r => r.IsApproved, isApproved), cancel);
        return decided == 1 ? Result.Ok : TwoFactorProblems.AlreadyDecided;
    }

    private async Task<Result> RemoveAsync(
        Guid userId, Actor actor, Func<Task<Result>> decide, string reason, IReadOnlyList<FieldChange> more, CancellationToken cancel)
    {
        IReadOnlyList<Guid> ended = [];
        var result = await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            var user = await LockAsync(userId, cancel);
            if (await decide() is { Succeeded: false } late)
                return late;
            if (!await HasAnyAsync(user, cancel))
                return TwoFactorProblems.NothingToReset;

            var removed = await RemoveFactorsAsync(userId, now, cancel);
            ended = await changes.FollowAsync(userId, AuditAction.FactorsReset.Title, null, cancel);
            db.Record(AuditAction.FactorsReset, actor, user, now, [.. removed, .. more], reason);
            await notices.SendAsync(user, "An administrator removed your second factors", actor, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            sessions.Announce(ended);
        return result;
    }

    private async Task<IReadOnlyList<FieldChange>> RemoveFactorsAsync(Guid userId, DateTimeOffset now, CancellationToken cancel)
    {
        IReadOnlyList<FieldChange> removed =
        [
            new("Authenticators", $"{await db.Authenticators.Where(a => a.UserId == userId).ExecuteDeleteAsync(cancel)}", "0"),
            new("Passkeys", $"{await db.UserPasskeys.Where(p => p.UserId == userId).ExecuteDeleteAsync(cancel)}", "0"),
            new("RecoveryCodes", $"{await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancel)}", "0"),
        ];
        await db.AccessPasses.Where(p => p.UserId == userId && p.UsedAt == null && p.RevokedAt == null).ExecuteUpdateAsync(pass => pass.SetProperty(p => p.RevokedAt, now), cancel);
        await Open(now).Where(r => r.UserId == userId).ExecuteDeleteAsync(cancel);
        return [.. removed.Where(change => change.Before != "0")];
    }

    // Whoever else decides about this person's factors at this moment waits.
    private async Task<User> LockAsync(Guid userId, CancellationToken cancel)
    {
        await changes.LockAsync(userId, cancel);
        return await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);
    }

    private async Task<bool> HasAnyAsync(User user, CancellationToken cancel) =>
        user.TwoFactorEnabled || await db.Authenticators.AnyAsync(a => a.UserId == user.Id, cancel) || await db.UserPasskeys.AnyAsync(p => p.UserId == user.Id, cancel);

    private IQueryable<FactorReset> Open(DateTimeOffset now) => db.FactorResets.Where(r => r.DecidedAt == null && r.ExpiresAt > now);
}
