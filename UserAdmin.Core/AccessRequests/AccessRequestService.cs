using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.AccessRequests;

/// <summary>Lets people ask for a role for a time, and others decide (R11). Nobody decides their own, or gives more than they hold (E05).</summary>
public sealed class AccessRequestService(
    UserAdminDbContext db, RequestableRoles requestable, RoleGrants grants, RoleAssignmentService assignments, AccessEvaluator evaluator, AccessRequestMail mail, Policies policies,
    SessionDirectory sessions, CurrentTenant tenant, TimeProvider clock)
{
    private const int MostOpen = 20;

    /// <summary>Asks for a role; those who can decide are told by mail.</summary>
    public async Task<Result<Guid>> AskAsync(AccessRequestForm form, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AccessRequestsCreate) || actor.UserId is not { } userId)
            return await db.DenyAsync(actor, Permission.AccessRequestsCreate, null, clock, cancel);
        if (actor.Impersonator is not null)
            return StepUp.NotWhileActing;
        var organizations = db.OrganizationsInForce();
        if (form.OrganizationId is { } organization && !await db.Memberships.AnyAsync(m => m.UserId == userId && m.OrganizationId == organization && organizations.Contains(organization), cancel))
            return AccessRequestProblems.NotMember;
        if (form.RoleId is not { } roleId || !await requestable.IsRequestableAsync(roleId, form.OrganizationId, cancel))
            return AccessRequestProblems.NotRequestable;
        if (!(await policies.GetAsync<AccessRequestPolicy>(cancel)).Allows(form.Hours))
            return AccessRequestProblems.BadSpan;
        if (UserLifecycle.RefuseReason(form.Reason) is { } bad)
            return bad;

        var now = clock.GetUtcNow();
        var request = new AccessRequest { UserId = userId, RoleId = roleId, OrganizationId = form.OrganizationId, Hours = form.Hours, Reason = Text.Squeeze(form.Reason), CreatedAt = now };
        var result = await db.WriteAsync(async () =>
        {
            // Locks the person's row: of two alike that are sent at once the second finds the first.
            await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(row => row.SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount), cancel);
            var open = db.AccessRequests.Where(r => r.UserId == userId && r.State == AccessRequestState.Open);
            if (await open.AnyAsync(r => r.RoleId == roleId && r.OrganizationId == form.OrganizationId, cancel))
                return AccessRequestProblems.AskedAlready;
            if (await open.CountAsync(cancel) >= MostOpen)
                return AccessRequestProblems.TooMany;
            if (await db.RoleAssignments.InForce(now).AnyAsync(a => a.UserId == userId && a.RoleId == roleId && a.OrganizationId == form.OrganizationId, cancel))
                return AccessRequestProblems.HeldAlready;
            db.AccessRequests.Add(request);
            db.Record(AuditAction.AccessRequested, actor, new(userId, actor.Name), now, await DescribeAsync(request, request.Hours, cancel), request.Reason);
            await mail.AskAsync(request, actor, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? request.Id : result.Problem;
    }

    /// <summary>Takes an own request back that is not decided yet.</summary>
    public async Task<Result> WithdrawAsync(Guid id, Actor actor, CancellationToken cancel) => await db.WriteAsync(async () =>
    {
        var now = clock.GetUtcNow();
        if (await db.AccessRequests.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.UserId == actor.UserId, cancel) is not { } request)
            return AccessRequestProblems.NotFound;
        if (await db.AccessRequests.Where(r => r.Id == id && r.State == AccessRequestState.Open)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.State, AccessRequestState.Withdrawn).SetProperty(r => r.DecidedAt, now), cancel) == 0)
            return AccessRequestProblems.Decided;
        db.Record(AuditAction.AccessRequestWithdrawn, actor, new(actor.UserId, actor.Name), now, await DescribeAsync(request, request.Hours, cancel));
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }, cancel);

    /// <summary>Gives what was asked for, or for a shorter time. What gives more than everybody may do asks for a recent sign-in.</summary>
    public async Task<Result> ApproveAsync(Guid id, AccessDecisionForm form, Actor actor, CancellationToken cancel)
    {
        var (request, problem) = await FindAsync(id, actor, cancel);
        if (request is null)
            return problem!;
        if (!await grants.MayGiveAsync(actor.Access, request.RoleId, request.OrganizationId, cancel))
        {
            await db.DenyAsync(actor, Permission.RolesAssign, request.UserId, clock, cancel);
            return AccessRequestProblems.AboveYou;
        }
        var now = clock.GetUtcNow();
        if (actor.NeedsStepUpAt(now) && (await evaluator.OfRoleAsync(request.RoleId, request.OrganizationId, cancel)).IsPrivileged)
            return StepUp.Needed;
        if (form.Hours is < 1 || form.Hours > request.Hours || form.Hours > AccessRequestPolicy.MostHours)
            return AccessRequestProblems.TooLong;

        var hours = form.Hours ?? request.Hours;
        var result = await DecideAsync(request, AccessRequestState.Approved, form.Reason, actor, async user =>
        {
            if (user.StatusAt(now) != UserStatus.Active || !await BelongsAsync(request, cancel))
                return AccessRequestProblems.PersonGone;
            var assignmentId = Ids.New();
            if (await assignments.AddAsync(assignmentId, new(request.UserId, request.RoleId, request.OrganizationId, null, hours is { } span ? now.AddHours(span) : null, $"Asked for: {request.Reason}"), actor, cancel) is { Succeeded: false } refused)
                return refused;
            await db.AccessRequests.Where(r => r.Id == id).ExecuteUpdateAsync(row => row.SetProperty(r => r.AssignmentId, assignmentId), cancel);
            db.Record(AuditAction.AccessRequestApproved, actor, user, now, await DescribeAsync(request, hours, cancel), Text.SqueezeToNull(form.Reason));
            await mail.TellApprovedAsync(request, user, hours, form.Reason, actor, cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            await sessions.RefreshAccessAsync(tenant.Tenant, cancel);
        return result;
    }

    public async Task<Result> DeclineAsync(Guid id, AccessDecisionForm form, Actor actor, CancellationToken cancel)
    {
        var (request, problem) = await FindAsync(id, actor, cancel);
        if (request is null)
            return problem!;
        if (string.IsNullOrWhiteSpace(form.Reason))
            return AccessRequestProblems.ReasonMissing;
        return await DecideAsync(request, AccessRequestState.Declined, form.Reason, actor, async user =>
        {
            db.Record(AuditAction.AccessRequestDeclined, actor, user, clock.GetUtcNow(), await DescribeAsync(request, request.Hours, cancel), Text.Squeeze(form.Reason));
            await mail.TellDeclinedAsync(request, user, form.Reason, actor, cancel);
            return Result.Ok;
        }, cancel);
    }

    // Out of reach looks like missing.
    private async Task<(AccessRequest? Request, Problem? Problem)> FindAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.AccessRequestsDecide))
            return (null, await db.DenyAsync(actor, Permission.AccessRequestsDecide, null, clock, cancel));
        if (actor.Impersonator is not null)
            return (null, StepUp.NotWhileActing);
        var request = await db.AccessRequests.AsNoTracking().Within(actor, db).SingleOrDefaultAsync(r => r.Id == id, cancel);
        return request is null ? (null, AccessRequestProblems.NotFound) : request.UserId == actor.UserId ? (null, AccessRequestProblems.Own) : (request, null);
    }

    // One statement that asks and writes: of two who decide at once, one does.
    private Task<Result> DecideAsync(AccessRequest request, AccessRequestState state, string reason, Actor actor, Func<User, Task<Result>> follow, CancellationToken cancel) => db.WriteAsync(async () =>
    {
        var (now, words) = (clock.GetUtcNow(), Text.SqueezeToNull(reason));
        if (await db.AccessRequests.Where(r => r.Id == request.Id && r.State == AccessRequestState.Open).ExecuteUpdateAsync(row => row
            .SetProperty(r => r.State, state).SetProperty(r => r.DecidedAt, now).SetProperty(r => r.DecidedById, actor.UserId)
            .SetProperty(r => r.DecidedByName, actor.Name).SetProperty(r => r.DecisionReason, words), cancel) == 0)
            return AccessRequestProblems.Decided;
        if (await follow(await db.Users.SingleAsync(u => u.Id == request.UserId, cancel)) is { Succeeded: false } refused)
            return refused;
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }, cancel);

    private async Task<bool> BelongsAsync(AccessRequest request, CancellationToken cancel) => request.OrganizationId is not { } place
        || (await db.OrganizationsInForce().ContainsAsync(place, cancel) && await db.Memberships.AnyAsync(m => m.UserId == request.UserId && m.OrganizationId == place, cancel));

    private async Task<IReadOnlyList<FieldChange>> DescribeAsync(AccessRequest request, int? hours, CancellationToken cancel) =>
    [
        new("Role", null, await db.Roles.Where(r => r.Id == request.RoleId).Select(r => r.Name).SingleOrDefaultAsync(cancel)),
        .. request.OrganizationId is { } place ? new FieldChange[] { new("Organization", null, await db.Organizations.Where(o => o.Id == place).Select(o => o.Name).SingleOrDefaultAsync(cancel)) } : [],
        new("Hours", null, hours is { } span ? $"{span}" : "without an end"),
    ];
}
