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
        public IQueryable<User> VisibleTo(Actor actor, UserAdminDbContext db) =>
            actor.Access.ReachOf(Permission.UsersView) is { IsEverywhere: true, Denied: [] } ? users
            : !actor.CanSomewhere(Permission.UsersView) ? users.Where(u => u.Id == actor.UserId)
            : users.Where(u => u.Id == actor.UserId || db.Users.Within(actor, Permission.UsersView, db).Select(other => other.Id).Contains(u.Id));

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
