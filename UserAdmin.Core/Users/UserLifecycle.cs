using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Core.Users;

/// <summary>
/// Takes an account through its states. Each step has a reason (1 to 500 characters), is recorded, and refuses with
/// <c>user.not_found</c>, <c>not_allowed</c>, <c>user.wrong_status</c>, <c>user.yourself</c> or <c>user.last_owner</c>.
/// Whatever takes access away ends the user's sessions in the same transaction, and their open pages right after it.
/// </summary>
public sealed class UserLifecycle(
    UserAdminDbContext db, Owners owners, SecurityActs acts, SessionService sessions, IOptions<UserSettings> options, TimeProvider clock)
{
    public Task<Result> DeactivateAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        TakeAwayAsync(id, reason, actor, Permission.UsersDeactivate, AuditAction.UserDeactivated,
            (user, now) => user.StatusAt(now) is UserStatus.Inactive or UserStatus.Deleted ? UserProblems.WrongStatus(user.StatusAt(now)) : null,
            (user, now) => user.Deactivate(reason, now), cancel);

    public Task<Result> ActivateAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, reason, actor, Permission.UsersDeactivate, AuditAction.UserActivated,
            (user, now) => Expect(user, UserStatus.Inactive, now), (user, _) => user.Activate(), cancel);

    /// <summary>Locks until the given instant, or until somebody unlocks when it is null.</summary>
    public Task<Result> LockAsync(Guid id, DateTimeOffset? until, string reason, Actor actor, CancellationToken cancel) =>
        TakeAwayAsync(id, reason, actor, Permission.UsersLock, AuditAction.UserLocked,
            (user, now) => until <= now ? UserProblems.LockInPast
                : user.StatusAt(now) is UserStatus.Deleted or UserStatus.Inactive ? UserProblems.WrongStatus(user.StatusAt(now)) : null,
            (user, _) => user.Lock(until ?? SignInGuard.UntilSomebodyActs, reason), cancel);

    /// <summary>Ends an administrator's lock and the pause after wrong passwords alike.</summary>
    public Task<Result> UnlockAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, reason, actor, Permission.UsersLock, AuditAction.UserUnlocked,
            (user, now) => user.DeletedAt is null ? null : UserProblems.WrongStatus(user.StatusAt(now)),
            (user, _) => user.Unlock(), cancel,
            user => db.SignInThrottles.Where(t => t.UserId == user.Id).ExecuteDeleteAsync(cancel));

    /// <summary>Deletes softly: the account can be restored for <see cref="UserSettings.RestoreDays"/> days with everything but its sessions and links.</summary>
    public Task<Result> DeleteAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        TakeAwayAsync(id, reason, actor, Permission.UsersDelete, AuditAction.UserDeleted,
            (user, now) => user.DeletedAt is null ? null : UserProblems.WrongStatus(user.StatusAt(now)),
            (user, now) => user.Delete(reason, now), cancel);

    public Task<Result> RestoreAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, reason, actor, Permission.UsersDelete, AuditAction.UserRestored,
            (user, now) => Expect(user, UserStatus.Deleted, now)
                ?? (user.DeletedAt!.Value.AddDays(options.Value.RestoreDays) < now ? UserProblems.RestoreOver(options.Value.RestoreDays) : null),
            (user, _) => user.Restore(), cancel);

    /// <summary>Removes a deleted user's row for good and frees the user name and email address. The audit log keeps what happened.</summary>
    public Task<Result> PurgeAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, reason, actor, Permission.UsersPurge, AuditAction.UserPurged,
            (user, now) => Expect(user, UserStatus.Deleted, now), (user, _) => db.Users.Remove(user), cancel);

    /// <summary>
    /// Ends an account by the rule about dormant ones, if nobody has signed in since. What the rule keeps about the person is changed in the same transaction.
    /// </summary>
    internal Task<Result> EndDormantAsync(Guid id, string reason, bool isDeletion, DateTimeOffset unusedSince, Func<Task> alsoDo, CancellationToken cancel) =>
        TakeAwayAsync(id, reason, Actor.System, isDeletion ? Permission.UsersDelete : Permission.UsersDeactivate, isDeletion ? AuditAction.UserDeleted : AuditAction.UserDeactivated,
            (user, now) => isDeletion ? Expect(user, UserStatus.Inactive, now) : user.LastSignInAt > unusedSince ? UserProblems.WrongStatus(UserStatus.Active) : Expect(user, UserStatus.Active, now),
            (user, now) =>
            {
                if (isDeletion)
                    user.Delete(reason, now);
                else
                    user.Deactivate(reason, now);
            }, cancel, alsoDo);

    private async Task<Result> TakeAwayAsync(
        Guid id, string reason, Actor actor, Permission permission, AuditAction action,
        Func<User, DateTimeOffset, Problem?> refuse, Action<User, DateTimeOffset> change, CancellationToken cancel, Func<Task>? alsoDo = null)
    {
        if (id == actor.UserId)
            return UserProblems.Yourself;

        IReadOnlyList<Guid> ended = [];
        var result = await ChangeAsync(id, reason, actor, permission, action, refuse, change, cancel, async user =>
        {
            ended = await sessions.EndAllInTransactionAsync(user.Id, action.Title, cancel);
            await db.OneTimeTokens.Where(t => t.UserId == user.Id).ExecuteDeleteAsync(cancel);
            if (alsoDo is not null)
                await alsoDo();
        }, guardOwners: true);
        if (result.Succeeded)
            db.Afterwards(() => sessions.Announce(ended));
        return result;
    }

    private async Task<Result> ChangeAsync(
        Guid id, string reason, Actor actor, Permission permission, AuditAction action,
        Func<User, DateTimeOffset, Problem?> refuse, Action<User, DateTimeOffset> change, CancellationToken cancel,
        Func<User, Task>? alsoDo = null, bool guardOwners = false)
    {
        if (await acts.RefuseAsync(id, permission, actor, cancel) is { } refused)
            return refused;
        if (RefuseReason(reason) is { } bad)
            return bad;

        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            if (guardOwners && await owners.RefuseToLoseAsync(id, now, cancel) is { } last)
                return last;

            var user = await db.Users.SingleOrDefaultAsync(u => u.Id == id, cancel);
            if (user is null)
                return UserProblems.NotFound;
            if (refuse(user, now) is { } problem)
                return problem;

            change(user, now);
            user.UpdatedAt = now;
            user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
            db.Record(action, actor, user, now, FieldChange.Of(db.Entry(user)), Text.Squeeze(reason));
            if (alsoDo is not null)
                await alsoDo(user);
            try
            {
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }
            catch (DbUpdateConcurrencyException)
            {
                return UserProblems.WrongStatus(UserStatus.Active);
            }
        }, cancel);
    }

    private static Problem? Expect(User user, UserStatus status, DateTimeOffset now) =>
        user.StatusAt(now) == status ? null : UserProblems.WrongStatus(UserStatus.Active);

    internal static Problem? RefuseReason(string reason) =>
        string.IsNullOrWhiteSpace(reason) ? UserProblems.ReasonMissing
        : Text.CodePoints(reason) > 500 ? UserProblems.ReasonTooLong
        : Text.HasHiddenCharacters(reason, allowLineBreaks: true) ? UserProblems.ReasonHidden
        : null;
}
