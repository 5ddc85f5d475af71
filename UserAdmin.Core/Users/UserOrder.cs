using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Users;

/// <summary>The orders a list of users can have, and how its pages follow each other by key: the last page costs what the first does.</summary>
internal static class UserOrder
{
    extension(UserAdminDbContext db)
    {
        /// <summary>
        /// All users, to be read along the index of the order. SQLite would rather collect half a million rows by a filter and sort them;
        /// the others' planners know how few rows a page is.
        /// </summary>
        public IQueryable<User> UsersAlong(UserSort sort) => db is SqliteUserAdminDbContext
            ? db.Users.FromSqlRaw(AlongIndex(sort))
            : db.Users;
    }

    public static IQueryable<User> InOrder(this IQueryable<User> users, UserSort sort, bool descending) => sort switch
    {
        UserSort.UserName => By(users, u => u.NormalizedUserName, descending),
        UserSort.Email => By(users, u => u.NormalizedEmail, descending),
        UserSort.Created => By(users, u => u.CreatedAt, descending),
        UserSort.LastSignIn => By(users, u => u.LastSignInAt, descending),
        _ => By(users, u => u.SortName, descending),
    };

    public static IQueryable<User> Following(this IQueryable<User> users, User row, UserSort sort, bool descending) => sort switch
    {
        UserSort.UserName => After(users, u => u.NormalizedUserName, row.NormalizedUserName, row.Id, descending),
        UserSort.Email => After(users, u => u.NormalizedEmail, row.NormalizedEmail, row.Id, descending),
        UserSort.Created => After(users, u => u.CreatedAt, row.CreatedAt, row.Id, descending),
        UserSort.LastSignIn => After(users, u => u.LastSignInAt, row.LastSignInAt, row.Id, descending),
        _ => After(users, u => u.SortName, row.SortName, row.Id, descending),
    };

    private static string AlongIndex(UserSort sort) => sort switch
    {
        UserSort.UserName => """SELECT * FROM users INDEXED BY "UserNameIndex" """,
        UserSort.Email => """SELECT * FROM users INDEXED BY "EmailIndex" """,
        UserSort.Created => """SELECT * FROM users INDEXED BY "IX_users_created_at_id" """,
        UserSort.LastSignIn => """SELECT * FROM users INDEXED BY "IX_users_last_sign_in_at_id" """,
        _ => """SELECT * FROM users INDEXED BY "IX_users_sort_name_id" """,
    };

    private static IQueryable<User> By<TKey>(IQueryable<User> users, Expression<Func<User, TKey>> key, bool descending) =>
        descending ? users.OrderByDescending(key).ThenByDescending(u => u.Id) : users.OrderBy(key).ThenBy(u => u.Id);

    // key >= value AND (key > value OR id > id): the first half is what an index can seek to.
    private static IQueryable<User> After<TKey>(IQueryable<User> users, Expression<Func<User, TKey>> key, TKey value, Guid id, bool descending)
    {
        Expression<Func<TKey>> keyValue = () => value;
        Expression<Func<Guid>> idValue = () => id;
        var (user, column) = (key.Parameters[0], key.Body);
        var sameOrLater = Compare(column, keyValue.Body, descending ? ExpressionType.LessThanOrEqual : ExpressionType.GreaterThanOrEqual);
        var strict = descending ? ExpressionType.LessThan : ExpressionType.GreaterThan;
        var later = Expression.OrElse(Compare(column, keyValue.Body, strict), Compare(Expression.Property(user, nameof(User.Id)), idValue.Body, strict));
        return users.Where(Expression.Lambda<Func<User, bool>>(Expression.AndAlso(sameOrLater, later), user));
    }

    private static BinaryExpression Compare(Expression left, Expression right, ExpressionType comparison) => left.Type == typeof(string)
        ? Expression.MakeBinary(comparison, Expression.Call(typeof(string), nameof(string.Compare), null, left, right), Expression.Constant(0))
        : Expression.MakeBinary(comparison, left, right);
}
