using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Dormancy;

/// <summary>
/// Warns people who have not signed in for long, later deactivates and at last deletes their accounts. Each step is one transaction that looks again whether it still holds, so a run
/// that is killed goes on where it was, and a second one does nothing twice.
/// </summary>
public sealed class DormancyService(UserAdminDbContext db, UserLifecycle users, Policies policies, Outbox outbox, PublicAddress address, TimeProvider clock)
{
    /// <summary>The most accounts that a step takes in one run: a mistake in the policy is noticed before it has reached everybody.</summary>
    public const int AtOnce = 500;

    private const string Reason = "Nobody has signed in for a long time (rule about dormant accounts).";

    public async Task RunAsync(JobLog log, CancellationToken cancel)
    {
        var (policy, now) = (await policies.GetAsync<DormancyPolicy>(cancel), clock.GetUtcNow());
        var ask = new DormancyQueries(db, policy, now);
        await db.WriteAsync(async () =>
        {
            await ask.Over().ExecuteDeleteAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (!policy.IsOn)
        {
            log.Conclude("The rule is off.");
            return;
        }

        var deleted = await EachAsync(ask.ToDelete(), id => users.EndDormantAsync(id, Reason, isDeletion: true, User.Never, () => MoveAsync(id, DormancyStage.Deleted, now, cancel), cancel), cancel);
        var deactivated = await EachAsync(ask.ToDeactivate(), id => DeactivateAsync(id, policy, now, cancel), cancel);
        var warned = await EachAsync(ask.ToWarn(), id => WarnAsync(id, policy, now, cancel), cancel);
        log.Conclude($"Warned {warned}, deactivated {deactivated} and deleted {deleted} accounts.");
        if (Math.Max(warned, Math.Max(deactivated, deleted)) == AtOnce)
            log.Say($"A run takes {AtOnce} of each step; the next one goes on.");
    }

    private async Task<int> EachAsync(IQueryable<User> people, Func<Guid, Task<Result>> step, CancellationToken cancel)
    {
        var done = 0;
        foreach (var id in await people.Select(u => u.Id).Take(AtOnce).ToListAsync(cancel))
        {
            cancel.ThrowIfCancellationRequested();
            if ((await step(id)).Succeeded)
                done++;
            db.ChangeTracker.Clear();
        }
        return done;
    }

    private Task<Result> WarnAsync(Guid id, DormancyPolicy policy, DateTimeOffset now, CancellationToken cancel) => db.WriteAsync(async () =>
    {
        if (await new DormancyQueries(db, policy, now).ToWarn().SingleOrDefaultAsync(u => u.Id == id, cancel) is not { } user)
            return UserProblems.NotFound;
        var reader = await outbox.ReaderAsync(id, cancel);
        db.DormantUsers.Add(new() { UserId = id, Stage = DormancyStage.Warned, StageAt = now });
        db.Record(AuditAction.DormancyWarned, Actor.System, user, now);
        await outbox.AddAsync(MailKind.DormancyWarning, MailRecipient.Of(user, reader.Language), null, cancel,
            ("since", user.LastSignInAt > User.Never ? reader.Moment(user.LastSignInAt) : reader.Moment(user.ActivatedAt ?? user.CreatedAt)), ("until", reader.Moment(now + policy.Warning)), ("link", address.Link("/")));
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }, cancel);

    private async Task<Result> DeactivateAsync(Guid id, DormancyPolicy policy, DateTimeOffset now, CancellationToken cancel)
    {
        var warnedAt = await db.DormantUsers.Where(d => d.UserId == id).Select(d => d.StageAt).SingleOrDefaultAsync(cancel);
        return await users.EndDormantAsync(id, Reason, isDeletion: false, warnedAt, async () =>
        {
            await MoveAsync(id, DormancyStage.Deactivated, now, cancel);
            var user = await db.Users.SingleAsync(u => u.Id == id, cancel);
            var reader = await outbox.ReaderAsync(id, cancel);
            await outbox.AddAsync(policy.DeleteAfterDays > 0 ? MailKind.DormancyEnding : MailKind.DormancyEnded, MailRecipient.Of(user, reader.Language), null, cancel,
                policy.DeleteAfterDays > 0 ? [("until", reader.Moment(now + policy.Rest))] : []);
        }, cancel);
    }

    private Task<int> MoveAsync(Guid id, DormancyStage stage, DateTimeOffset now, CancellationToken cancel) =>
        db.DormantUsers.Where(d => d.UserId == id).ExecuteUpdateAsync(row => row.SetProperty(d => d.Stage, stage).SetProperty(d => d.StageAt, now), cancel);
}
