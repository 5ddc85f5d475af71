using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

/// <summary>What every act on somebody else's security asks first: a permission, a recent sign-in, a reason, and a person not above the actor (B11, C11).</summary>
public sealed class SecurityActs(UserAdminDbContext db, TimeProvider clock)
{
    /// <summary>Null when it may be done. Refusals for a missing permission or for the person's rank are recorded.</summary>
    public async Task<Problem?> RefuseAsync(Guid userId, Permission permission, string reason, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(permission))
            return await db.DenyAsync(actor, permission, userId, clock, cancel);
        if (actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;
        return await RefuseAsync(userId, permission, actor, cancel);
    }

    private async Task<Problem?> RefuseAsync(Guid userId, Permission permission, Actor actor, CancellationToken cancel)
    {
        var person = await db.Users.VisibleTo(actor).Existing().Where(u => u.Id == userId)
            .Select(u => new { IsAdministrator = db.UserRoles.Any(r => r.UserId == u.Id && r.RoleId == Role.AdministratorId) }).SingleOrDefaultAsync(cancel);
        if (person is null)
            return UserProblems.NotFound;
        if (userId == actor.UserId)
            return UserProblems.Yourself;
        return actor.MayActOn(Role.PermissionsOf(person.IsAdministrator)) ? null : await db.DenyAsync(actor, permission, userId, clock, cancel);
    }
}
