using System.Linq.Expressions;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

public static class UserQueries
{
    extension(IQueryable<User> users)
    {
        /// <summary>Oneself, and those on whom <see cref="Permission.UsersView"/> reaches.</summary>
        public IQueryable<User> VisibleTo(Actor actor, UserAdminDbContext db)
        {
            var reach = actor.Access.ReachOf(Permission.UsersView);
            return reach.IsUnlimited ? users
                : !actor.CanSomewhere(Permission.UsersView) ? users.Where(u => u.Id == actor.UserId)
                : users.Where(u => u.Id == actor.UserId
                    || ((reach.IsEverywhere || db.Memberships.Any(m => m.UserId == u.Id && db.OrganizationPaths.Any(path => path.OrganizationId == m.OrganizationId && reach.Granted.Contains(path.AncestorId))))
                        && !db.Memberships.Any(m => m.UserId == u.Id && db.OrganizationPaths.Any(path => path.OrganizationId == m.OrganizationId && reach.Denied.Contains(path.AncestorId)))));
        }

        /// <summary>The same people, found from their organizations: right where they are few among many.</summary>
        public IQueryable<User> AmongVisibleTo(Actor actor, UserAdminDbContext db)
        {
            var reach = actor.Access.ReachOf(Permission.UsersView);
            if (reach.IsEverywhere || !actor.CanSomewhere(Permission.UsersView))
                return users.VisibleTo(actor, db);
            var among = db.MembersBelow(reach.Granted).Concat(db.Users.Where(self => self.Id == actor.UserId).Select(self => self.Id));
            return (reach.Denied.Count == 0 ? users : users.VisibleTo(actor, db)).Where(u => among.Contains(u.Id));
        }

        /// <summary>
        /// Those who show something of themselves to the actor as one who is signed in: whoever belongs to organizations does so to people of the same
        /// company, the topmost organization; whoever belongs to none, to everybody.
        /// </summary>
        public IQueryable<User> KnownTo(Actor actor, UserAdminDbContext db)
        {
            var companies = from membership in db.Memberships
                            join path in db.OrganizationPaths on membership.OrganizationId equals path.OrganizationId
                            join top in db.Organizations on path.AncestorId equals top.Id
                            where membership.UserId == actor.UserId && top.ParentId == null
                            select top.Id;
            return users.Where(u => u.Id == actor.UserId || !db.Memberships.Any(m => m.UserId == u.Id)
                || db.Memberships.Any(m => m.UserId == u.Id && db.OrganizationPaths.Any(path => path.OrganizationId == m.OrganizationId && companies.Contains(path.AncestorId)))
                || db.Users.VisibleTo(actor, db).Any(seen => seen.Id == u.Id));
        }

        public IQueryable<User> Existing() => users.Where(u => u.DeletedAt == null);

        public IQueryable<User> WithStatus(UserStatus status, DateTimeOffset now) => users.Where(Has(status, now));

        public IQueryable<User> WithAnyStatus(IEnumerable<UserStatus> statuses, DateTimeOffset now) =>
            users.Where(statuses.Select(status => Has(status, now)).Aggregate(Either));
    }

    // The same rule as User.StatusOf, in words a database understands.
    private static Expression<Func<User, bool>> Has(UserStatus status, DateTimeOffset now) => status switch
    {
        UserStatus.Deleted => u => u.DeletedAt != null,
        UserStatus.Inactive => u => u.DeletedAt == null && u.DeactivatedAt != null,
        UserStatus.Locked => u => u.DeletedAt == null && u.DeactivatedAt == null && u.LockedUntil > now,
        UserStatus.Expired => u => u.DeletedAt == null && u.DeactivatedAt == null && (u.LockedUntil == null || u.LockedUntil <= now) && u.ExpiresAt <= now,
        UserStatus.Pending => u => u.DeletedAt == null && u.DeactivatedAt == null && (u.LockedUntil == null || u.LockedUntil <= now) && (u.ExpiresAt == null || u.ExpiresAt > now) && u.ActivatedAt == null,
        _ => u => u.DeletedAt == null && u.DeactivatedAt == null && (u.LockedUntil == null || u.LockedUntil <= now) && (u.ExpiresAt == null || u.ExpiresAt > now) && u.ActivatedAt != null,
    };

    private static Expression<Func<User, bool>> Either(Expression<Func<User, bool>> one, Expression<Func<User, bool>> other) =>
        Expression.Lambda<Func<User, bool>>(Expression.OrElse(one.Body, new Replace(other.Parameters[0], one.Parameters[0]).Visit(other.Body)), one.Parameters);

    private sealed class Replace(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
