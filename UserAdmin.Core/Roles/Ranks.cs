using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Roles;

/// <summary>Whom an actor reaches.</summary>
public static class Ranks
{
    extension(IQueryable<User> users)
    {
        /// <summary>
        /// Those on whom the actor's permission reaches: everybody, or the members of the organizations in which they hold it. Asked of each person, so right
        /// for a few of them and along the index of an order.
        /// </summary>
        public IQueryable<User> Within(Actor actor, Permission permission, UserAdminDbContext db)
        {
            var reach = actor.Access.ReachOf(permission);
            if (!reach.IsEverywhere)
                users = users.Where(u => db.Memberships.Any(m => m.UserId == u.Id
                    && db.OrganizationPaths.Any(path => path.OrganizationId == m.OrganizationId && reach.Granted.Contains(path.AncestorId))));
            return users.OutsideOf(reach.Denied, db);
        }

        /// <summary>The same people, found from their organizations: right where they are few among many.</summary>
        public IQueryable<User> MembersWithin(Actor actor, Permission permission, UserAdminDbContext db)
        {
            var reach = actor.Access.ReachOf(permission);
            if (!reach.IsEverywhere)
            {
                var members = db.MembersBelow(reach.Granted);
                users = users.Where(u => members.Contains(u.Id));
            }
            return users.OutsideOf(reach.Denied, db);
        }

        /// <summary>Those who hold no role that gives more than the actor may do (E05), for acts on many at once; on one <see cref="Access.Covers"/> is asked.</summary>
        public IQueryable<User> NotAbove(Actor actor, AccessBook book, DateTimeOffset now, UserAdminDbContext db)
        {
            var higher = book.Roles.Where(role => !role.Granted.IsSubsetOf(actor.Access.Everywhere)).Select(role => role.Id).ToList();
            var held = db.RoleAssignments.InForce(now);
            return higher.Count == 0 ? users : users.Where(u => !held.Any(a => a.UserId == u.Id && higher.Contains(a.RoleId)));
        }

        private IQueryable<User> OutsideOf(IReadOnlyList<Guid> organizations, UserAdminDbContext db) => organizations.Count == 0 ? users
            : users.Where(u => !db.Memberships.Any(m => m.UserId == u.Id && db.OrganizationPaths.Any(path => path.OrganizationId == m.OrganizationId && organizations.Contains(path.AncestorId))));
    }
}
