using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Roles;

public static class Reaches
{
    extension(UserAdminDbContext db)
    {
        /// <summary>Whether the actor's permission reaches this person, who may be anybody.</summary>
        public async Task<bool> ReachesAsync(Actor actor, Permission permission, Guid userId, CancellationToken cancel) =>
            actor.CanSomewhere(permission) && await db.Users.Where(u => u.Id == userId).Within(actor, permission, db).AnyAsync(cancel);

        internal IQueryable<Guid> MembersBelow(IReadOnlyList<Guid> organizations) =>
            from path in db.OrganizationPaths
            join membership in db.Memberships on path.OrganizationId equals membership.OrganizationId
            where organizations.Contains(path.AncestorId)
            select membership.UserId;
    }
}
