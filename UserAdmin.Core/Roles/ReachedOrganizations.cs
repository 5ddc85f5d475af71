using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Roles;

public static class ReachedOrganizations
{
    extension(UserAdminDbContext db)
    {
        /// <summary>The ids of the organizations in which the actor holds the permission, there or from above; active or not.</summary>
        public IQueryable<Guid> OrganizationsWithin(Actor actor, Permission permission)
        {
            var reach = actor.Access.ReachOf(permission);
            var paths = reach.IsEverywhere ? db.OrganizationPaths.Where(path => path.Depth == 0) : db.OrganizationPaths.Where(path => reach.Granted.Contains(path.AncestorId));
            if (reach.Denied.Count > 0)
                paths = paths.Where(path => !db.OrganizationPaths.Any(above => above.OrganizationId == path.OrganizationId && reach.Denied.Contains(above.AncestorId)));
            return paths.Select(path => path.OrganizationId);
        }

        /// <summary>Those that are active, with everything above them.</summary>
        public IQueryable<Guid> OrganizationsInForce() => db.Organizations.Select(o => o.Id).Where(id => !db.OrganizationPaths.Any(path => path.OrganizationId == id
            && db.Organizations.Any(above => above.Id == path.AncestorId && (above.DeactivatedAt != null || above.DeletedAt != null))));
    }
}
