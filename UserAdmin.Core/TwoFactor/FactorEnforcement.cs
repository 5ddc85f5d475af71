using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

/// <summary>How many people something was done for, and for how many there was nothing to do.</summary>
public sealed record FactorTally(int Done, int Skipped);

/// <summary>
/// Requires second factors of people and roles and reminds those who lack one (M5, M9). What concerns many goes through them by key, some hundred
/// in one transaction, however many they are: stopped in the middle, what is done is done, and doing it again goes on from there.
/// </summary>
public sealed class FactorEnforcement(UserAdminDbContext db, SecurityActs acts, CoverageDirectory coverage, TwoFactorMail mail, AccessCatalogue catalogue, CurrentTenant tenant, TimeProvider clock)
{
    private const int Batch = 200;
    private const int Tries = 5;
    private static readonly TimeSpan ReminderPause = TimeSpan.FromDays(1);

    /// <summary>Requires a second factor of one person from the end of the policy's days on. Problems of <see cref="SecurityActs"/> besides.</summary>
    public async Task<Result> RequireAsync(Guid userId, string reason, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(userId, Permission.FactorsEnforce, reason, actor, cancel) is { } refused)
            return refused;
        var rule = await coverage.RuleAsync(cancel);
        return await ChangeAsync(userId, async user =>
        {
            if (user.SecondFactorDueAt is not null)
                return TwoFactorProblems.AlreadySo;
            await RequireAsync(user, rule.DueFromNow, Text.Squeeze(reason), actor, cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Takes back what was required of one person by name; the policy and roles may still require it.</summary>
    public async Task<Result> ReleaseAsync(Guid userId, string reason, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(userId, Permission.FactorsEnforce, reason, actor, cancel) is { } refused)
            return refused;
        return await ChangeAsync(userId, user =>
        {
            if (user.SecondFactorDueAt is null)
                return Task.FromResult<Result>(TwoFactorProblems.AlreadySo);
            user.SecondFactorDueAt = null;
            db.Record(AuditAction.FactorReleased, actor, user, clock.GetUtcNow(), FieldChange.Of(db.Entry(user)), Text.Squeeze(reason));
            return Task.FromResult(Result.Ok);
        }, cancel);
    }

    /// <summary>Requires a second factor of everybody with the role and tells those who lack one, or no longer requires it.</summary>
    public async Task<Result<FactorTally>> RequireOfRoleAsync(Guid roleId, bool isRequired, string reason, Actor actor, CancellationToken cancel)
    {
        // A role is the same everywhere: a right held in some organizations isn't enough.
        if (!actor.Can(Permission.FactorsEnforce))
            return await db.DenyAsync(actor, Permission.FactorsEnforce, roleId, clock, cancel);
        if (await RefuseManyAsync(reason, actor, cancel) is { } refused)
            return refused;
        // Nobody loosens what protects people above them (E05).
        if (!actor.Access.Covers(AccessEvaluator.OfRole(await catalogue.GetAsync(tenant.Tenant, cancel), roleId, null, tenant.Tenant.IsHost)))
            return await db.DenyAsync(actor, Permission.FactorsEnforce, roleId, clock, cancel);
        var now = clock.GetUtcNow();
        var done = await db.WriteAsync(async () =>
        {
            var role = await db.Roles.SingleOrDefaultAsync(r => r.Id == roleId, cancel);
            if (role is null)
                return TwoFactorProblems.RoleMissing;
            if (role.RequiresSecondFactor == isRequired)
                return TwoFactorProblems.AlreadySo;
            role.RequireSecondFactor(isRequired, now);
            role.ConcurrencyStamp = Guid.NewGuid().ToString("N");
            db.Record(isRequired ? AuditAction.RoleFactorRequired : AuditAction.RoleFactorReleased, actor, new(role.Id, role.Name), now, FieldChange.Of(db.Entry(role)), Text.Squeeze(reason));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (!done.Succeeded)
            return done.Problem;
        if (!isRequired)
            return new FactorTally(0, 0);

        var rule = await coverage.RuleAsync(cancel);
        var told = await EachAsync(await coverage.LackingAsync(new() { RoleId = roleId }, rule, actor, Permission.FactorsEnforce, cancel), user => mail.RequireAsync(user, rule.DueFromNow, actor, cancel), null, cancel);
        return new FactorTally(told, 0);
    }

    /// <summary>Requires a second factor of the people chosen who lack one. Skipped are those of whom it is required already, and those above the actor.</summary>
    public async Task<Result<FactorTally>> RequireAsync(CoverageChoice chosen, string reason, Actor actor, Action<int>? progress, CancellationToken cancel)
    {
        if (await RefuseManyAsync(reason, actor, cancel) is { } refused)
            return refused;
        var rule = await coverage.RuleAsync(cancel);
        var (lacking, book) = (await ChosenAsync(chosen, rule, actor, cancel), await catalogue.GetAsync(tenant.Tenant, cancel));
        return await TallyAsync(lacking, rule.In(FactorState.NotRequired, lacking.NotAbove(actor, book, clock.GetUtcNow(), db), db),
            user => RequireAsync(user, rule.DueFromNow, Text.Squeeze(reason), actor, cancel), progress, cancel);
    }

    /// <summary>Mails the people chosen who lack one. Skipped are those who were reminded within a day.</summary>
    public async Task<Result<FactorTally>> RemindAsync(CoverageChoice chosen, Actor actor, Action<int>? progress, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.FactorsEnforce))
            return await db.DenyAsync(actor, Permission.FactorsEnforce, null, clock, cancel);
        var now = clock.GetUtcNow();
        var (rule, pausedSince) = (await coverage.RuleAsync(cancel), now - ReminderPause);
        var lacking = await ChosenAsync(chosen, rule, actor, cancel);
        return await TallyAsync(lacking, lacking.Where(u => u.SecondFactorRemindedAt == null || u.SecondFactorRemindedAt <= pausedSince), async user =>
        {
            var since = await db.Users.Where(u => u.Id == user.Id).Select(rule.ByRoleSince(db)).SingleAsync(cancel);
            user.SecondFactorRemindedAt = now;
            await mail.RemindAsync(user, rule.DueAt(user.ActivatedAt, user.SecondFactorDueAt, since), actor, cancel);
            db.Record(AuditAction.FactorReminded, actor, user, now);
        }, progress, cancel);
    }

    private async Task RequireAsync(User user, DateTimeOffset dueAt, string reason, Actor actor, CancellationToken cancel)
    {
        user.SecondFactorDueAt = dueAt;
        await mail.RequireAsync(user, dueAt, actor, cancel);
        db.Record(AuditAction.FactorRequired, actor, user, clock.GetUtcNow(), FieldChange.Of(db.Entry(user)), reason);
    }

    private async Task<Problem?> RefuseManyAsync(string reason, Actor actor, CancellationToken cancel) =>
        !actor.CanSomewhere(Permission.FactorsEnforce) ? await db.DenyAsync(actor, Permission.FactorsEnforce, null, clock, cancel)
        : actor.NeedsStepUpAt(clock.GetUtcNow()) ? StepUp.Needed
        : UserLifecycle.RefuseReason(reason);

    private async Task<IQueryable<User>> ChosenAsync(CoverageChoice chosen, SecondFactorRule rule, Actor actor, CancellationToken cancel)
    {
        var lacking = await coverage.LackingAsync(chosen.Filter, rule, actor, Permission.FactorsEnforce, cancel);
        return chosen.Ids is { } ids ? lacking.Where(u => ids.Contains(u.Id)) : lacking;
    }

    private async Task<Result<FactorTally>> TallyAsync(IQueryable<User> all, IQueryable<User> open, Func<User, Task> change, Action<int>? progress, CancellationToken cancel)
    {
        var wanted = await all.CountAsync(cancel);
        var done = await EachAsync(open, change, progress, cancel);
        return new FactorTally(done, Math.Max(0, wanted - done));
    }

    /// <summary>Goes through the people by key. Who was changed by somebody else at the same moment is read again.</summary>
    private async Task<int> EachAsync(IQueryable<User> people, Func<User, Task> change, Action<int>? progress, CancellationToken cancel)
    {
        var (done, last, tries) = (0, Guid.Empty, 0);
        while (true)
        {
            List<User> batch = [];
            try
            {
                await db.WriteAsync(async () =>
                {
                    batch = await people.Where(u => u.Id > last).OrderBy(u => u.Id).Take(Batch).ToListAsync(cancel);
                    foreach (var user in batch)
                    {
                        await change(user);
                        user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
                    }
                    await db.SaveChangesAsync(cancel);
                    return Result.Ok;
                }, cancel);
            }
            catch (DbUpdateConcurrencyException) when (tries++ < Tries)
            {
                db.ChangeTracker.Clear();
                continue;
            }
            db.ChangeTracker.Clear();
            if (batch.Count == 0)
                return done;
            (done, last, tries) = (done + batch.Count, batch[^1].Id, 0);
            progress?.Invoke(done);
        }
    }

    private async Task<Result> ChangeAsync(Guid userId, Func<User, Task<Result>> change, CancellationToken cancel) => await db.WriteAsync(async () =>
    {
        var user = await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == userId, cancel);
        if (user is null)
            return UserProblems.NotFound;
        if (await change(user) is { Succeeded: false } refused)
            return refused;
        user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        try
        {
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }
        catch (DbUpdateConcurrencyException)
        {
            return TwoFactorProblems.AlreadySo;
        }
    }, cancel);
}
