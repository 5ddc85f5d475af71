using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Organizations;

public sealed class MembershipForm
{
    [Display(Name = "Title"), PlainText(100)]
    public string? Title { get; set; }
}

/// <summary>
/// Makes people members of organizations. Needs <see cref="Permission.MembersManage"/> in the organization, and the person must be one whom the actor reaches with
/// it already and who is not above them: nobody gets hold of somebody by making them a member. Problems of <see cref="SecurityActs"/> besides.
/// </summary>
public sealed class MembershipService(UserAdminDbContext db, OrganizationService organizations, SecurityActs acts, MemberRoles roles, TreeChanges tree, TimeProvider clock)
{
    public async Task<Result> AddAsync(Guid organizationId, Guid userId, MembershipForm form, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(organizationId, userId, actor, cancel) is { } refused)
            return refused;
        return await tree.WriteMembersAsync(async () =>
        {
            var (organization, user) = await LoadAsync(organizationId, userId, cancel);
            if (organization is null || user is null)
                return organization is null ? OrganizationProblems.NotInForce : UserProblems.NotFound;
            if (await db.Memberships.AnyAsync(m => m.OrganizationId == organizationId && m.UserId == userId, cancel))
                return OrganizationProblems.AlreadyMember;
            db.Join(organization, user, Text.SqueezeToNull(form.Title), actor, clock.GetUtcNow());
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    public async Task<Result> SetTitleAsync(Guid organizationId, Guid userId, MembershipForm form, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(organizationId, userId, actor, cancel) is { } refused)
            return refused;
        return await db.WriteAsync(async () =>
        {
            var membership = await db.Memberships.SingleOrDefaultAsync(m => m.OrganizationId == organizationId && m.UserId == userId, cancel);
            if (membership is null)
                return OrganizationProblems.NoMember;
            membership.Title = Text.SqueezeToNull(form.Title);
            var changes = FieldChange.Of(db.Entry(membership));
            if (changes.Count == 0)
                return Result.Ok;
            var (organization, user) = (await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == organizationId, cancel), await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel));
            db.Record(AuditAction.MemberChanged, actor, OrganizationService.TargetOf(organization), clock.GetUtcNow(), [new("Member", null, ((AuditTarget)user).Name), .. changes]);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Ends the membership, the roles held in this organization, and the places in its teams. The account and its history stay.</summary>
    public async Task<Result> RemoveAsync(Guid organizationId, Guid userId, string reason, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(organizationId, userId, actor, cancel) is { } refused)
            return refused;
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;
        return await tree.WriteMembersAsync(async () =>
        {
            var leaving = await LeaveAsync(organizationId, userId, endRoles: true, actor, cancel);
            if (leaving.Value is not { } left)
                return leaving.Problem!;
            var now = clock.GetUtcNow();
            db.Record(AuditAction.MemberRemoved, actor, OrganizationService.TargetOf(left.Organization), now, [new("Member", ((AuditTarget)left.User).Name, null), .. left.Ended], Text.Squeeze(reason));
            db.Record(AuditAction.OrganizationLeft, actor, left.User, now, [new("Organization", left.Organization.Name, null), .. left.Ended], Text.Squeeze(reason));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>
    /// Makes a member of one organization a member of another instead. The account keeps its id, history and second factors. Whether roles held in the former one end is for
    /// the actor to say; places in teams end that only its members can have.
    /// </summary>
    public async Task<Result> MoveAsync(Guid userId, Guid fromId, Guid toId, bool endRoles, string reason, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(fromId, userId, actor, cancel) is { } refused)
            return refused;
        if (await organizations.RefuseAsync(toId, Permission.MembersManage, actor, cancel) is { } refusedThere)
            return refusedThere;
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;
        return await tree.WriteMembersAsync(async () =>
        {
            var (to, user) = await LoadAsync(toId, userId, cancel);
            if (to is null || user is null)
                return to is null ? OrganizationProblems.NotInForce : UserProblems.NotFound;
            if (await db.Memberships.AnyAsync(m => m.OrganizationId == toId && m.UserId == userId, cancel))
                return OrganizationProblems.AlreadyMember;

            var now = clock.GetUtcNow();
            var title = await db.Memberships.Where(m => m.OrganizationId == fromId && m.UserId == userId).Select(m => m.Title).SingleOrDefaultAsync(cancel);
            db.Memberships.Add(new() { OrganizationId = toId, UserId = userId, Title = title, JoinedAt = now, AddedById = actor.UserId });
            await db.SaveChangesAsync(cancel);
            var leaving = await LeaveAsync(fromId, userId, endRoles, actor, cancel);
            if (leaving.Value is not { } left)
                return leaving.Problem!;
            AuditTarget person = left.User;
            // Each organization hears of its own side alone.
            db.Record(AuditAction.MemberRemoved, actor, OrganizationService.TargetOf(left.Organization), now, [new("Member", person.Name, null), .. left.Ended], Text.Squeeze(reason));
            db.Record(AuditAction.MemberAdded, actor, OrganizationService.TargetOf(to), now, [new("Member", null, person.Name)], Text.Squeeze(reason));
            db.Record(AuditAction.OrganizationChanged, actor, person, now, [new("Organization", left.Organization.Name, to.Name), .. left.Ended], Text.Squeeze(reason));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private async Task<Problem?> RefuseAsync(Guid organizationId, Guid userId, Actor actor, CancellationToken cancel) =>
        await organizations.RefuseAsync(organizationId, Permission.MembersManage, actor, cancel) ?? await acts.RefuseAsync(userId, Permission.MembersManage, actor, cancel);

    private async Task<(Organization?, User?)> LoadAsync(Guid organizationId, Guid userId, CancellationToken cancel) => (
        await db.Organizations.InForce(db).AsNoTracking().SingleOrDefaultAsync(o => o.Id == organizationId, cancel),
        await db.Users.Existing().AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancel));

    private sealed record Left(Organization Organization, User User, IReadOnlyList<FieldChange> Ended);

    private async Task<Result<Left>> LeaveAsync(Guid organizationId, Guid userId, bool endRoles, Actor actor, CancellationToken cancel)
    {
        if (await db.Memberships.Where(m => m.OrganizationId == organizationId && m.UserId == userId).ExecuteDeleteAsync(cancel) == 0)
            return OrganizationProblems.NoMember;
        List<FieldChange> ended = [];
        if (endRoles)
        {
            var taken = await roles.EndAsync(organizationId, userId, actor, cancel);
            if (!taken.Succeeded)
                return taken.Problem;
            ended.AddRange(taken.Value);
        }
        ended.AddRange(await LeaveTeamsAsync(organizationId, userId, cancel));
        return new Left(await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == organizationId, cancel), await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel), ended);
    }

    // Teams of organizations above stay open to whoever still belongs somewhere below them.
    private async Task<List<FieldChange>> LeaveTeamsAsync(Guid organizationId, Guid userId, CancellationToken cancel)
    {
        var lost = db.Teams.Where(team => db.TeamMembers.Any(m => m.TeamId == team.Id && m.UserId == userId)
            && db.OrganizationPaths.Any(path => path.AncestorId == team.OrganizationId && path.OrganizationId == organizationId)
            && !db.Memberships.Any(m => m.UserId == userId && db.OrganizationPaths.Any(path => path.AncestorId == team.OrganizationId && path.OrganizationId == m.OrganizationId)));
        var teams = await lost.Select(team => new { team.Id, team.Name }).ToListAsync(cancel);
        var ids = teams.ConvertAll(team => team.Id);
        await db.Teams.Where(team => ids.Contains(team.Id) && team.LeadId == userId).ExecuteUpdateAsync(team => team.SetProperty(t => t.LeadId, (Guid?)null), cancel);
        await db.TeamMembers.Where(m => m.UserId == userId && ids.Contains(m.TeamId)).ExecuteDeleteAsync(cancel);
        return teams.ConvertAll(team => new FieldChange("Team", team.Name, null));
    }
}
