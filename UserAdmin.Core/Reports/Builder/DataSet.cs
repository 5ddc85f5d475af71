using System.Linq.Expressions;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Reports.Builder;

public enum ColumnKind { Text, Number, Instant, YesNo, Choice }

/// <summary>A column that a report may use.</summary>
public abstract record DataColumn(string Key, string Title, ColumnKind Kind)
{
    /// <summary>What a <see cref="ColumnKind.Choice"/> can be, by key.</summary>
    public IReadOnlyList<(string Key, string Title)> Choices { get; init; } = [];

    /// <summary>An instant kept as microseconds since 1970.</summary>
    internal bool IsMicroseconds { get; init; }

    /// <summary>The value of a choice with this key.</summary>
    internal Func<string, object?> ValueOf { get; init; } = key => key;

    internal abstract LambdaExpression Value(DateTimeOffset now);

    /// <summary>What a value of it means to people.</summary>
    internal object? Show(object? value) => value switch
    {
        null => null,
        _ when Kind == ColumnKind.Choice => TitleOf(value),
        long microseconds when IsMicroseconds => Audit.AuditRecording.FromMicroseconds(microseconds),
        Enum other => other.ToString(),
        int number => (long)number,
        _ => value,
    };

    private string TitleOf(object value)
    {
        foreach (var (key, title) in Choices)
            if (Equals(ValueOf(key), value))
                return title;
        return value.ToString() ?? "";
    }
}

internal sealed record DataColumn<TRow, TValue>(string Key, string Title, ColumnKind Kind, Func<DateTimeOffset, Expression<Func<TRow, TValue>>> Expression) : DataColumn(Key, Title, Kind)
{
    internal override LambdaExpression Value(DateTimeOffset now) => Expression(now);
}

/// <summary>Rows a report can be built on, with the columns that are open to it.</summary>
/// <param name="Needs">Asked of whoever looks at the report, every time; whom it reaches decides about the rows.</param>
public abstract record DataSet(string Key, string Title, string Description, Permission Needs)
{
    public IReadOnlyList<DataColumn> Columns { get; init; } = [];

    public DataColumn? Find(string? key) => Columns.FirstOrDefault(column => column.Key == key);

    /// <summary>Figures of rows of people are for those alone who may see all that the data set is about.</summary>
    public bool IsOpenTo(Actor actor) => actor.Can(Permission.ReportsView) && actor.Can(Needs);

    internal abstract ReportQuery Open(ReportDefinition definition, UserAdminDbContext db, Actor actor, TimeZoneInfo zone, DateTimeOffset now);
}

internal sealed record DataSet<TRow>(string Key, string Title, string Description, Permission Needs, Func<UserAdminDbContext, Actor, IQueryable<TRow>> Rows) : DataSet(Key, Title, Description, Needs)
    where TRow : class
{
    internal override ReportQuery Open(ReportDefinition definition, UserAdminDbContext db, Actor actor, TimeZoneInfo zone, DateTimeOffset now) =>
        new ReportQuery<TRow>(this, definition, Rows(db, actor), zone, now);

    public static DataColumn Text(string key, string title, Expression<Func<TRow, string?>> value) => new DataColumn<TRow, string?>(key, title, ColumnKind.Text, _ => value);

    public static DataColumn Number(string key, string title, Expression<Func<TRow, int?>> value) => new DataColumn<TRow, int?>(key, title, ColumnKind.Number, _ => value);

    public static DataColumn Instant(string key, string title, Expression<Func<TRow, DateTimeOffset?>> value) => new DataColumn<TRow, DateTimeOffset?>(key, title, ColumnKind.Instant, _ => value);

    public static DataColumn Microseconds(string key, string title, Expression<Func<TRow, long?>> value) => new DataColumn<TRow, long?>(key, title, ColumnKind.Instant, _ => value) { IsMicroseconds = true };

    public static DataColumn YesNo(string key, string title, Expression<Func<TRow, bool?>> value) => new DataColumn<TRow, bool?>(key, title, ColumnKind.YesNo, _ => value);

    public static DataColumn YesNoAt(string key, string title, Func<DateTimeOffset, Expression<Func<TRow, bool?>>> value) => new DataColumn<TRow, bool?>(key, title, ColumnKind.YesNo, value);

    public static DataColumn Choice<TEnum>(string key, string title, Expression<Func<TRow, TEnum?>> value, Func<TEnum, string>? name = null) where TEnum : struct, Enum =>
        ChoiceAt<TEnum>(key, title, _ => value, name);

    public static DataColumn ChoiceAt<TEnum>(string key, string title, Func<DateTimeOffset, Expression<Func<TRow, TEnum?>>> value, Func<TEnum, string>? name = null) where TEnum : struct, Enum =>
        new DataColumn<TRow, TEnum?>(key, title, ColumnKind.Choice, value)
        {
            Choices = [.. Enum.GetValues<TEnum>().Select(each => ($"{each}", name?.Invoke(each) ?? $"{each}"))],
            ValueOf = text => Enum.TryParse<TEnum>(text, out var parsed) ? parsed : null,
        };
}
