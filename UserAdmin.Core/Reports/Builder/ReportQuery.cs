using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Exports;

namespace UserAdmin.Core.Reports.Builder;

/// <summary>A definition on its way to the database.</summary>
internal abstract class ReportQuery
{
    public abstract IReadOnlyList<ExportColumn> Columns { get; }

    /// <summary>Finds out what the query needs to know beforehand: over which time its instants are spread.</summary>
    public abstract Task PrepareAsync(CancellationToken cancel);

    /// <summary>The rows in their order, at most so many.</summary>
    public abstract IAsyncEnumerable<object?[]> RowsAsync(int? most, CancellationToken cancel);

    /// <summary>The query in the words of the database.</summary>
    public abstract string ToSql();

    /// <summary>The names of all intervals of the first group, so that those without rows show as nothing; null when it isn't by time.</summary>
    public abstract IReadOnlyList<string>? Intervals { get; }

    /// <summary>Carries a value into a query as a parameter.</summary>
    internal sealed record Carrier<T>(T Value);

    internal sealed class Key<T1, T2>
    {
        public T1? First { get; init; }
        public T2? Second { get; init; }
    }
}

/// <summary>Makes expressions of a definition over the columns of its data set; the names in it were checked before (<see cref="ReportCheck"/>).</summary>
internal sealed class ReportQuery<TRow>(DataSet<TRow> set, ReportDefinition definition, IQueryable<TRow> rows, TimeZoneInfo zone, DateTimeOffset now) : ReportQuery where TRow : class
{
    private static readonly ParameterExpression Row = Expression.Parameter(typeof(TRow), "row");

    private readonly Dictionary<int, ReportPeriod?> periods = [];

    public override IReadOnlyList<ExportColumn> Columns => definition.IsGrouped
        ? [.. definition.Groups.Select((group, i) => ColumnOf(i, group)), .. definition.Measures.Select(ColumnOf)]
        : [.. definition.Columns.Select(key => set.Find(key)!).Select(column => new ExportColumn(column.Title, column.Key, KindOf(column), WidthOf(column)))];

    public override IReadOnlyList<string>? Intervals => periods.TryGetValue(0, out var period) && period is not null ? period.Names : null;

    private IQueryable<TRow> Found
    {
        get
        {
            var found = rows;
            foreach (var condition in definition.Conditions)
                found = found.Where(Expression.Lambda<Func<TRow, bool>>(Test(condition, set.Find(condition.Column)!), Row));
            return found;
        }
    }

    public override async Task PrepareAsync(CancellationToken cancel)
    {
        for (var i = 0; i < definition.Groups.Count; i++)
            if (definition.IsGrouped && definition.Groups[i] is { Interval: { } interval } group && set.Find(group.Column) is { } column)
                periods[i] = await SpreadAsync(column, cancel) is var (first, last) ? ReportPeriod.Of(ReportRange.Custom, DayOf(first), DayOf(last), interval, zone, now) : null;
    }

    public override string ToSql() => (definition.IsGrouped ? Grouped() : Listed()).ToQueryString();

    public override async IAsyncEnumerable<object?[]> RowsAsync(int? most, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var query = definition.IsGrouped ? Grouped() : Listed();
        var shown = definition.IsGrouped ? [.. definition.Groups.Select((group, i) => (Func<object?, object?>)(value => NameOf(i, group, value))), .. definition.Measures.Select(measure => (Func<object?, object?>)(value => set.Find(measure.Column)?.Show(value) ?? Plain(value)))]
            : definition.Columns.Select(key => (Func<object?, object?>)set.Find(key)!.Show).ToList();
        await foreach (var row in (most is { } limit ? query.Take(limit) : query).AsAsyncEnumerable().WithCancellation(cancel))
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = shown[i](row[i]);
            yield return row;
        }
    }

    private IQueryable<object?[]> Listed()
    {
        var found = Found;
        if (definition.Order is { } order)
            found = InOrder(found, Value(set.Find(order.Of)!), Row, order.Descending);
        return found.Select(Expression.Lambda<Func<TRow, object?[]>>(Expression.NewArrayInit(typeof(object), definition.Columns.Select(key => Expression.Convert(Value(set.Find(key)!), typeof(object)))), Row));
    }

    private IQueryable<object?[]> Grouped()
    {
        List<Expression> keys = [.. definition.Groups.Select((group, i) => KeyOf(i, group))];
        Expression key = keys.Count switch { 0 => Expression.Constant(0), 1 => keys[0], _ => Pair(keys[0], keys[1]) };
        return (IQueryable<object?[]>)GroupedBy.MakeGenericMethod(key.Type).Invoke(this, [key])!;
    }

    private static readonly MethodInfo GroupedBy = typeof(ReportQuery<TRow>).GetMethod(nameof(GroupBy), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private static MemberInitExpression Pair(Expression first, Expression second)
    {
        var key = typeof(Key<,>).MakeGenericType(first.Type, second.Type);
        return Expression.MemberInit(Expression.New(key), Expression.Bind(key.GetProperty("First")!, first), Expression.Bind(key.GetProperty("Second")!, second));
    }

    private IQueryable<object?[]> GroupBy<TKey>(Expression key)
    {
        var by = Expression.Lambda<Func<TRow, TKey>>(key, Row);
        var group = Expression.Parameter(typeof(IGrouping<TKey, TRow>), "group");
        var found = Expression.Property(group, "Key");
        Expression Part(int i) => definition.Groups.Count == 1 ? found : Expression.Property(found, i == 0 ? "First" : "Second");

        var groups = Found.GroupBy(by);
        List<(string Key, Expression Value)> outputs =
            [.. definition.Groups.Select((each, i) => (each.Column, Part(i))), .. definition.Measures.Select(measure => (measure.Key, Measure(measure, group)))];
        var order = outputs.FirstOrDefault(output => output.Key == definition.Order?.Of);
        var sorted = order.Value is null ? (definition.Groups.Count == 0 ? groups : InOrder(groups, outputs[0].Value, group, false)) : InOrder(groups, order.Value, group, definition.Order!.Descending);
        return sorted.Select(Expression.Lambda<Func<IGrouping<TKey, TRow>, object?[]>>(Expression.NewArrayInit(typeof(object), outputs.Select(output => Expression.Convert(output.Value, typeof(object)))), group));
    }

    private Expression Value(DataColumn column)
    {
        var value = column.Value(now);
        return new Rewrite(value.Parameters[0], Row).Visit(value.Body)!;
    }

    private Expression KeyOf(int i, ReportGroup group)
    {
        var column = set.Find(group.Column)!;
        var value = Value(column);
        if (group.Interval is null)
            return value;
        if (periods[i] is not { } period)
            return Expression.Constant(null, typeof(int?));
        var bounds = period.Starts.Skip(1).Select(start => InstantConstant(column, ReportPeriod.InstantOf(start, zone), value.Type)).ToList();
        return Expression.Condition(Expression.Equal(value, Expression.Constant(null, value.Type)), Expression.Constant(null, typeof(int?)), Expression.Convert(InstantBuckets.Of(value, bounds), typeof(int?)));
    }

    private MethodCallExpression Measure(ReportMeasure measure, ParameterExpression group)
    {
        if (set.Find(measure.Column) is not { } column)
            return Call(nameof(Enumerable.LongCount), [typeof(TRow)], group);
        var value = Value(column);
        if (measure.Kind == MeasureKind.Sum)
            value = Expression.Convert(value, typeof(long?));
        var chosen = Expression.Lambda(value, Row);
        return measure.Kind switch
        {
            MeasureKind.Distinct => Call(nameof(Enumerable.LongCount), [value.Type], Call(nameof(Enumerable.Distinct), [value.Type], Call(nameof(Enumerable.Select), [typeof(TRow), value.Type], group, chosen))),
            MeasureKind.Sum => Call(nameof(Enumerable.Sum), [typeof(TRow)], group, chosen),
            MeasureKind.Min => Call(nameof(Enumerable.Min), [typeof(TRow), value.Type], group, chosen),
            _ => Call(nameof(Enumerable.Max), [typeof(TRow), value.Type], group, chosen),
        };
    }

    private static MethodCallExpression Call(string method, Type[] types, params Expression[] arguments) => Expression.Call(typeof(Enumerable), method, types, arguments);

    private BinaryExpression Test(ReportCondition condition, DataColumn column)
    {
        var value = Value(column);
        Expression Nothing() => Expression.Constant(null, value.Type);
        Expression Carried(object? carried) => Carry(carried, value.Type);
        return condition.Kind switch
        {
            ConditionKind.IsEmpty => column.Kind == ColumnKind.Text ? Expression.OrElse(Expression.Equal(value, Nothing()), Expression.Equal(value, Expression.Constant(""))) : Expression.Equal(value, Nothing()),
            ConditionKind.IsNotEmpty => column.Kind == ColumnKind.Text ? Expression.AndAlso(Expression.NotEqual(value, Nothing()), Expression.NotEqual(value, Expression.Constant(""))) : Expression.NotEqual(value, Nothing()),
            ConditionKind.Contains or ConditionKind.StartsWith => Expression.AndAlso(Expression.NotEqual(value, Nothing()),
                Expression.Call(Expression.Call(value, Lower), condition.Kind == ConditionKind.Contains ? Contains : StartsWith, Carry(condition.Value!.ToLowerInvariant(), typeof(string)))),
            ConditionKind.From => Expression.GreaterThanOrEqual(value, Carried(InstantOf(column, DayStart(condition)))),
            ConditionKind.Before => Expression.LessThan(value, Carried(InstantOf(column, DayStart(condition)))),
            ConditionKind.InLastDays => Expression.GreaterThanOrEqual(value, Carried(InstantOf(column, now.AddDays(-int.Parse(condition.Value!, CultureInfo.InvariantCulture))))),
            ConditionKind.NotInLastDays => Expression.LessThan(value, Carried(InstantOf(column, now.AddDays(-int.Parse(condition.Value!, CultureInfo.InvariantCulture))))),
            ConditionKind.AtLeast => Expression.GreaterThanOrEqual(value, Carried(int.Parse(condition.Value!, CultureInfo.InvariantCulture))),
            ConditionKind.AtMost => Expression.LessThanOrEqual(value, Carried(int.Parse(condition.Value!, CultureInfo.InvariantCulture))),
            ConditionKind.IsNot => Expression.NotEqual(value, Carried(Read(condition, column))),
            _ => Expression.Equal(value, Carried(Read(condition, column))),
        };
    }

    private static readonly MethodInfo Lower = typeof(string).GetMethod(nameof(string.ToLower), Type.EmptyTypes)!;
    private static readonly MethodInfo Contains = typeof(string).GetMethod(nameof(string.Contains), [typeof(string)])!;
    private static readonly MethodInfo StartsWith = typeof(string).GetMethod(nameof(string.StartsWith), [typeof(string)])!;

    private static object? Read(ReportCondition condition, DataColumn column) => column.Kind switch
    {
        ColumnKind.Choice => column.ValueOf(condition.Value!),
        ColumnKind.YesNo => condition.Value == "yes",
        ColumnKind.Number => int.Parse(condition.Value!, CultureInfo.InvariantCulture),
        _ => condition.Value,
    };

    // As a parameter of the query, so that no text of anybody ever stands in it.
    private static MemberExpression Carry(object? value, Type type)
    {
        var carrier = typeof(Carrier<>).MakeGenericType(type);
        return Expression.Property(Expression.Constant(Activator.CreateInstance(carrier, value), carrier), "Value");
    }

    private DateTimeOffset DayStart(ReportCondition condition) => ReportPeriod.InstantOf(DateOnly.ParseExact(condition.Value!, "yyyy-MM-dd", CultureInfo.InvariantCulture), zone);

    private static object InstantOf(DataColumn column, DateTimeOffset instant) => column.IsMicroseconds ? AuditRecording.ToMicroseconds(instant) : instant;

    private static ConstantExpression InstantConstant(DataColumn column, DateTimeOffset instant, Type type) => Expression.Constant(InstantOf(column, instant), type);

    private DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    private async Task<(DateTimeOffset First, DateTimeOffset Last)?> SpreadAsync(DataColumn column, CancellationToken cancel)
    {
        if (column.IsMicroseconds)
        {
            var numbers = Found.Select(Expression.Lambda<Func<TRow, long?>>(Value(column), Row));
            return await numbers.MinAsync(cancel) is { } low && await numbers.MaxAsync(cancel) is { } high ? (AuditRecording.FromMicroseconds(low), AuditRecording.FromMicroseconds(high)) : null;
        }
        var instants = Found.Select(Expression.Lambda<Func<TRow, DateTimeOffset?>>(Value(column), Row));
        return await instants.MinAsync(cancel) is { } first && await instants.MaxAsync(cancel) is { } last ? (first, last) : null;
    }

    private static IQueryable<T> InOrder<T>(IQueryable<T> query, Expression value, ParameterExpression of, bool descending) =>
        query.Provider.CreateQuery<T>(Expression.Call(typeof(Queryable), descending ? nameof(Queryable.OrderByDescending) : nameof(Queryable.OrderBy), [typeof(T), value.Type], query.Expression, Expression.Quote(Expression.Lambda(value, of))));

    private object? NameOf(int i, ReportGroup group, object? value) => value is null ? null
        : group.Interval is not null && value is int index && periods[i] is { } period ? period.Names[index] : set.Find(group.Column)!.Show(value);

    private static object? Plain(object? value) => value is int number ? (long)number : value;

    private ExportColumn ColumnOf(int i, ReportGroup group)
    {
        var column = set.Find(group.Column)!;
        return group.Interval is { } interval ? new($"{column.Title} ({(periods.GetValueOrDefault(i)?.Interval ?? interval).ToString().ToLowerInvariant()})", column.Key, Width: 18) : new(column.Title, column.Key, KindOf(column), WidthOf(column));
    }

    private ExportColumn ColumnOf(ReportMeasure measure)
    {
        var column = set.Find(measure.Column);
        return new(ReportWords.NameOf(measure, column), measure.Key, measure.Kind is MeasureKind.Min or MeasureKind.Max && column is not null ? KindOf(column) : CellKind.Number, 18);
    }

    private static CellKind KindOf(DataColumn column) => column.Kind switch
    {
        ColumnKind.Number => CellKind.Number,
        ColumnKind.Instant => CellKind.Instant,
        ColumnKind.YesNo => CellKind.YesNo,
        _ => CellKind.Text,
    };

    private static int WidthOf(DataColumn column) => column.Kind == ColumnKind.Text ? 28 : 18;
}
