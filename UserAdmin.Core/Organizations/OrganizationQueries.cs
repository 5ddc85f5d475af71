using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Organizations;

public static class OrganizationQueries
{
    extension(IQueryable<Organization> organizations)
    {
        public IQueryable<Organization> Existing() => organizations.Where(o => o.DeletedAt == null);

        /// <summary>Neither it nor one above it is deactivated or deleted.</summary>
        public IQueryable<Organization> InForce(UserAdminDbContext db) => organizations.Where(o => !db.OrganizationPaths.Any(path => path.OrganizationId == o.Id
            && db.Organizations.Any(above => above.Id == path.AncestorId && (above.DeactivatedAt != null || above.DeletedAt != null))));

        /// <summary>Those in which the actor holds the permission.</summary>
        public IQueryable<Organization> Within(Actor actor, Permission permission, UserAdminDbContext db)
        {
            var reach = actor.Access.ReachOf(permission);
            return reach.IsUnlimited ? organizations : organizations.Where(o =>
                (reach.IsEverywhere || db.OrganizationPaths.Any(path => path.OrganizationId == o.Id && reach.Granted.Contains(path.AncestorId)))
                && !db.OrganizationPaths.Any(path => path.OrganizationId == o.Id && reach.Denied.Contains(path.AncestorId)));
        }
    }
}
