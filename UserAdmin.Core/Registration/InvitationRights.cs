using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

/// <summary>Whether somebody may stand for an invitation: asked when it is sent, and of its sender again whenever it is used (E06, E10).</summary>
public sealed class InvitationRights(UserAdminDbContext db, RoleGrants grants)
{
    /// <summary>
    /// Null when the holder of this access may invite there and give the role and the team. <see cref="UserProblems.NotAllowed"/> when they may not invite there,
    /// otherwise what is wrong with the organization, the role or the team.
    /// </summary>
    public async Task<Problem?> RefuseAsync(Access inviter, Guid? organizationId, Guid? roleId, Guid? teamId, CancellationToken cancel) =>
        !inviter.CanAt(organizationId, Permission.InvitationsManage) ? UserProblems.NotAllowed
        : organizationId is { } organization && !await db.OrganizationsInForce().ContainsAsync(organization, cancel) ? InvitationProblems.OrganizationGone
        : roleId is { } role && !await grants.MayGiveAsync(inviter, role, organizationId, cancel) ? InvitationProblems.RoleGone
        : teamId is { } team && !(organizationId is { } its && inviter.CanIn(its, Permission.TeamsManage) && await db.Teams.AnyAsync(t => t.Id == team && t.OrganizationId == its, cancel)) ? InvitationProblems.TeamGone
        : null;
}
