using System.Linq.Expressions;
using System.Reflection;

namespace UserAdmin.Core.Reports;

/// <summary>
/// Says in which interval an instant falls, as an expression: a balanced tree of comparisons with the bounds. Every database can do that along with a GROUP BY, whatever the time zone
/// and its changes of the clock, and for as few comparisons as there are levels.
/// </summary>
internal static class InstantBuckets
{
    /// <param name="column">An instant, or microseconds since 1970.</param>
    /// <param name="bounds">Where an interval ends and the next begins, rising. Interval 0 is all that is before the first.</param>
    public static Expression<Func<TRow, int>> Of<TRow, TValue>(Expression<Func<TRow, TValue>> column, IReadOnlyList<TValue> bounds) =>
        Expression.Lambda<Func<TRow, int>>(Of(column.Body, [.. bounds.Select(bound => Expression.Constant(bound, typeof(TValue)))]), column.Parameters);

    /// <summary>Two intervals as the members of one key.</summary>
    public static Expression<Func<TRow, TKey>> Pair<TRow, TKey>(Expression<Func<TRow, int>> first, Expression<Func<TRow, int>> second, PropertyInfo firstOfKey, PropertyInfo secondOfKey)
    {
        var row = first.Parameters[0];
        var other = new Rewrite(second.Parameters[0], row).Visit(second.Body)!;
        return Expression.Lambda<Func<TRow, TKey>>(Expression.MemberInit(Expression.New(typeof(TKey)), Expression.Bind(firstOfKey, first.Body), Expression.Bind(secondOfKey, other)), row);
    }

    public static Expression Of(Expression column, IReadOnlyList<ConstantExpression> bounds) => Between(column, bounds, 0, bounds.Count);

    private static Expression Between(Expression column, IReadOnlyList<ConstantExpression> bounds, int low, int high)
    {
        if (low == high)
            return Expression.Constant(low);
        var middle = (low + high) / 2;
        return Expression.Condition(Expression.LessThan(column, bounds[middle]), Between(column, bounds, low, middle), Between(column, bounds, middle + 1, high));
    }
}

/// <summary>Puts one expression in the place of another.</summary>
internal sealed class Rewrite(Expression from, Expression to) : ExpressionVisitor
{
    public override Expression? Visit(Expression? node) => node == from ? to : base.Visit(node);
}
