using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Roles;

/// <summary>A role for somebody: everywhere or in an organization, from now or later, for good or until a time.</summary>
public sealed record NewAssignment(Guid UserId, Guid RoleId, Guid? OrganizationId, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, string Reason);

/// <summary>Gives roles to people and takes them away. The evaluator stops an assignment at its minute; here nothing has to run for that.</summary>
public sealed class RoleAssignmentService(
    UserAdminDbContext db, AccessCatalogue catalogue, Owners owners, SecurityActs acts, Notices notices, SessionDirectory directory, CurrentTenant tenant, TimeProvider clock)
{
    private const int AtOnce = 500;

    /// <summary>
    /// Needs <see cref="Permission.RolesAssign"/> in that place, a role that gives no more there than the actor may do, a person within reach and not above the
    /// actor, and a recent sign-in for a role that gives more than everybody has. The person is told by mail of such a role.
    /// </summary>
    public async Task<Result<Guid>> AssignAsync(NewAssignment wanted, Actor actor, CancellationToken cancel)
    {
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        if (UserLifecycle.RefuseReason(wanted.Reason) is { } bad)
            return bad;
        if (await acts.RefuseAsync(wanted.UserId, Permission.RolesAssign, actor, cancel) is { } refused)
            return refused;
        if (GrantRule.RefusePlace(book, wanted.RoleId, wanted.OrganizationId) is { } unfit)
            return unfit;
        if (wanted.EndsAt is { } end && (end <= now || end <= wanted.StartsAt))
            return RoleProblems.EndsTooEarly;
        if (await RefuseHandlingAsync(book, wanted.RoleId, wanted.OrganizationId, wanted.UserId, isTaking: false, actor, now, cancel) is { } above)
            return above;

        var id = Ids.New();
        return await WriteAsync(async () => await AddAsync(id, wanted, actor, cancel), cancel) is { Succeeded: false } failed ? failed.Problem : id;
    }

    /// <summary>Ends an assignment now. Never the last owner's.</summary>
    public Task<Result> EndAsync(Guid id, string reason, Actor actor, CancellationToken cancel) => ChangeAsync(id, reason, isTaking: true, actor, async (assignment, user, now) =>
    {
        if (await RefuseToLoseAsync(assignment, now, cancel) is { } last)
            return last;
        db.Record(AuditAction.RoleEnded, actor, user, now, await DescribeAsync(assignment, isEnd: true, cancel), Text.Squeeze(reason));
        db.RoleAssignments.Remove(assignment);
        return Result.Ok;
    }, cancel);

    /// <summary>Changes until when an assignment counts; null for good. The last owner's gets no end.</summary>
    public Task<Result> ChangeEndAsync(Guid id, DateTimeOffset? endsAt, string reason, Actor actor, CancellationToken cancel) => ChangeAsync(id, reason, isTaking: endsAt is not null, actor, async (assignment, user, now) =>
    {
        if (endsAt is { } end && (end <= now || end <= assignment.StartsAt))
            return RoleProblems.EndsTooEarly;
        if (endsAt is not null && await RefuseToLoseAsync(assignment, now, cancel) is { } last)
            return last with { Field = "EndsAt" };
        if (assignment.EndsAt == endsAt)
            return Result.Ok;
        var before = assignment.EndsAt;
        assignment.EndsAt = endsAt;
        db.Record(AuditAction.RoleAssignmentChanged, actor, user, now,
            [.. (await DescribeAsync(assignment, isEnd: false, cancel)).Where(change => change.Field is "Role" or "Organization"), new("Until", FieldChange.AsText(before), FieldChange.AsText(endsAt))], Text.Squeeze(reason));
        return Result.Ok;
    }, cancel);

    /// <summary>Adds an assignment to what the next save writes, with its event and its mail; for services that have asked who may. Call inside a transaction.</summary>
    internal async Task<Result> AddAsync(Guid id, NewAssignment wanted, Actor actor, CancellationToken cancel)
    {
        await db.ChangeStampAsync(ChangeStamp.Assignments, cancel);
        var now = clock.GetUtcNow();
        var book = await catalogue.GetAsync(tenant.Tenant, cancel);
        if (await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == wanted.UserId, cancel) is not { } user)
            return UserProblems.NotFound;
        if (!await db.Roles.AnyAsync(r => r.Id == wanted.RoleId && r.IsActive, cancel))
            return RoleProblems.NotFound;
        var starts = wanted.StartsAt > now ? wanted.StartsAt.Value : now;
        if (await db.RoleAssignments.AnyAsync(a => a.UserId == wanted.UserId && a.RoleId == wanted.RoleId && a.OrganizationId == wanted.OrganizationId
            && (a.EndsAt == null || a.EndsAt > starts) && (wanted.EndsAt == null || a.StartsAt < wanted.EndsAt), cancel))
            return RoleProblems.HeldAlready;

        var assignment = new RoleAssignment
        {
            Id = id,
            UserId = wanted.UserId,
            RoleId = wanted.RoleId,
            OrganizationId = wanted.OrganizationId,
            StartsAt = starts,
            EndsAt = wanted.EndsAt,
            Reason = Text.SqueezeToNull(wanted.Reason),
            AssignedAt = now,
            AssignedById = actor.UserId,
            AssignedByName = actor.Name,
        };
        db.RoleAssignments.Add(assignment);
        db.Record(AuditAction.RoleAssigned, actor, user, now, await DescribeAsync(assignment, isEnd: false, cancel), Text.SqueezeToNull(wanted.Reason));
        if (user.ActivatedAt is not null && AccessEvaluator.OfRole(book, wanted.RoleId, wanted.OrganizationId, tenant.Tenant.IsHost).IsPrivileged)
            await notices.SendAsync(user, "Your account was given the role {0}", actor, cancel, book.Find(wanted.RoleId)?.Name);
        return Result.Ok;
    }

    /// <summary>Removes what has ended, with an event for each; gives back how many. Called daily: they stopped counting at their minute.</summary>
    internal async Task<int> RemoveEndedAsync(CancellationToken cancel)
    {
        var (all, removed) = (0, AtOnce);
        while (removed == AtOnce)
        {
            await db.WriteAsync(async () =>
            {
                var now = clock.GetUtcNow();
                var ended = await db.RoleAssignments.Where(a => a.EndsAt <= now).OrderBy(a => a.EndsAt).Take(AtOnce).ToListAsync(cancel);
                var ids = ended.ConvertAll(a => a.UserId);
                var people = await db.Users.Where(u => ids.Contains(u.Id)).ToDictionaryAsync(u => u.Id, cancel);
                foreach (var assignment in ended)
                {
                    db.Record(AuditAction.RoleOver, Actor.System, people[assignment.UserId], now, await DescribeAsync(assignment, isEnd: true, cancel));
                    db.RoleAssignments.Remove(assignment);
                }
                await db.SaveChangesAsync(cancel);
                removed = ended.Count;
                return Result.Ok;
            }, cancel);
            db.ChangeTracker.Clear();
            all += removed;
        }
        return all;
    }

    private async Task<Result> ChangeAsync(Guid id, string reason, bool isTaking, Actor actor, Func<RoleAssignment, User, DateTimeOffset, Task<Result>> change, CancellationToken cancel)
    {
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;
        if (await db.RoleAssignments.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id && (a.EndsAt == null || a.EndsAt > now), cancel) is not { } found)
            return RoleProblems.AssignmentGone;
        if (await acts.RefuseAsync(found.UserId, Permission.RolesAssign, actor, cancel) is { } refused)
            return refused;
        if (await RefuseHandlingAsync(book, found.RoleId, found.OrganizationId, found.UserId, isTaking, actor, now, cancel) is { } above)
            return above;
        return await WriteAsync(async () =>
        {
            await db.ChangeStampAsync(ChangeStamp.Assignments, cancel);
            // Read anew: somebody else may have ended it while this waited its turn.
            if (await db.RoleAssignments.SingleOrDefaultAsync(a => a.Id == id && (a.EndsAt == null || a.EndsAt > now), cancel) is not { } assignment)
                return RoleProblems.AssignmentGone;
            return await change(assignment, await db.Users.SingleAsync(u => u.Id == assignment.UserId, cancel), now);
        }, cancel);
    }

    private async Task<Result> WriteAsync(Func<Task<Result>> change, CancellationToken cancel)
    {
        var done = await db.WriteAsync(async () =>
        {
            var changed = await change();
            if (changed.Succeeded)
                await db.SaveChangesAsync(cancel);
            return changed;
        }, cancel);
        if (done.Succeeded)
            await directory.RefreshAccessAsync(tenant.Tenant, cancel);
        return done;
    }

    private async Task<Problem?> RefuseHandlingAsync(AccessBook book, Guid roleId, Guid? organizationId, Guid userId, bool isTaking, Actor actor, DateTimeOffset now, CancellationToken cancel) =>
        !GrantRule.Allows(actor.Access, book, roleId, organizationId, tenant.Tenant.IsHost, isTaking) ? await db.DenyAsync(actor, Permission.RolesAssign, userId, clock, cancel)
        : actor.NeedsStepUpAt(now) && AccessEvaluator.OfRole(book, roleId, organizationId, tenant.Tenant.IsHost).IsPrivileged ? StepUp.Needed
        : null;

    private async Task<Problem?> RefuseToLoseAsync(RoleAssignment assignment, DateTimeOffset now, CancellationToken cancel) =>
        assignment.RoleId == SystemRoles.Owner.Id ? await owners.RefuseToLoseAsync(assignment.UserId, now, cancel) : null;

    private async Task<IReadOnlyList<FieldChange>> DescribeAsync(RoleAssignment assignment, bool isEnd, CancellationToken cancel)
    {
        var book = await catalogue.GetAsync(tenant.Tenant, cancel);
        (string Field, string? Value)[] said =
        [
            ("Role", book.Find(assignment.RoleId)?.Name ?? $"{assignment.RoleId}"),
            ("Organization", assignment.OrganizationId is { } place ? book.Organizations.Find(place)?.Name ?? $"{place}" : null),
            ("From", FieldChange.AsText(assignment.StartsAt)),
            ("Until", FieldChange.AsText(assignment.EndsAt)),
        ];
        return [.. said.Where(each => each.Value is not null).Select(each => isEnd ? new FieldChange(each.Field, each.Value, null) : new FieldChange(each.Field, null, each.Value))];
    }
}
