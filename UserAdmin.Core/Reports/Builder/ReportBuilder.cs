using System.Globalization;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Reports.Builder;

/// <summary>Answers what somebody built, for whoever looks: the data set asks for their permission, and its rows are those they may see.</summary>
public sealed class ReportBuilder(UserAdminDbContext db, TimeProvider clock)
{
    public const int Preview = 50;

    private const int MostSeries = 6, MostPoints = 400;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly Problem NotOpen = new(ProblemKind.NotAllowed, "report.not_open", "You may not see what this report is about.");

    public static IReadOnlyList<DataSet> DataSetsFor(Actor actor) => [.. DataSets.All.Where(set => set.IsOpenTo(actor))];

    /// <summary>The first rows, and a chart of as many as it can hold. Problems: what <see cref="ReportCheck"/> finds, a data set that is closed to the actor, too long.</summary>
    public async Task<Result<ReportResult>> AnswerAsync(ReportDefinition definition, int most, TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsView))
            return NotOpen;
        var opened = Open(definition, zone, actor);
        if (!opened.Succeeded)
            return opened.Problem;
        var query = opened.Value;
        return await QueryTime.LimitAsync(db, Limit, async within =>
        {
            await query.PrepareAsync(within);
            var wanted = definition.IsGrouped ? Math.Max(most, MostPoints) : most;
            var rows = new List<object?[]>();
            await foreach (var row in query.RowsAsync(wanted + 1, within))
                rows.Add(row);
            var isCut = rows.Count > most;
            IReadOnlyList<Chart> charts = definition.Chart is { } kind ? [ChartOf(kind, definition, query, rows)] : [];
            return new ReportResult([], charts, query.Columns, [.. rows.Take(most)]) { IsCut = isCut };
        }, cancel);
    }

    /// <summary>Every row, for a file.</summary>
    internal async Task<Result<(IReadOnlyList<ExportColumn> Columns, IAsyncEnumerable<object?[]> Rows)>> ReadAsync(ReportDefinition definition, TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        var opened = Open(definition, zone, actor);
        if (!opened.Succeeded)
            return opened.Problem;
        await opened.Value.PrepareAsync(cancel);
        return (opened.Value.Columns, opened.Value.RowsAsync(null, cancel));
    }

    private Result<ReportQuery> Open(ReportDefinition definition, TimeZoneInfo zone, Actor actor)
    {
        if (ReportCheck.Find(definition) is { } wrong)
            return wrong;
        // What it is about asks for its own permission, and for that to see reports.
        var set = DataSets.Find(definition.DataSet)!;
        return set.IsOpenTo(actor) ? set.Open(definition, db, actor, zone, clock.GetUtcNow()) : NotOpen;
    }

    private static Chart ChartOf(ChartKind kind, ReportDefinition definition, ReportQuery query, List<object?[]> rows)
    {
        var columns = query.Columns;
        var groups = definition.Groups.Count;
        string Label(object? value) => value switch { null => "None", bool yes => yes ? "Yes" : "No", IFormattable each => each.ToString(null, CultureInfo.InvariantCulture), _ => value.ToString() ?? "" };
        double Number(object? value) => value is null or DateTimeOffset or string ? 0 : Convert.ToDouble(value, CultureInfo.InvariantCulture);
        // By time every interval shows, the others in the order of the rows.
        IReadOnlyList<string> labels = query.Intervals is { } intervals ? intervals : [.. rows.Select(row => Label(row[0])).Distinct().Take(kind == ChartKind.Shares ? 20 : MostPoints)];
        var places = labels.Select((label, i) => (label, i)).ToDictionary(each => each.label, each => each.i);
        ChartSeries Series(string name, IEnumerable<object?[]> of, int column)
        {
            var values = new double[labels.Count];
            foreach (var row in of)
                if (places.TryGetValue(Label(row[0]), out var at))
                    values[at] += Number(row[column]);
            return new(name, values);
        }
        IReadOnlyList<ChartSeries> series = kind == ChartKind.Shares || groups < 2
            ? [.. Enumerable.Range(groups, kind == ChartKind.Shares ? 1 : definition.Measures.Count).Select(column => Series(columns[column].Name, rows, column))]
            : [.. rows.GroupBy(row => Label(row[1])).OrderByDescending(group => group.Sum(row => Number(row[2]))).Take(MostSeries).Select(group => Series(group.Key, group, 2))];
        return new(kind == ChartKind.Bars && series.Count > 1 ? ChartKind.Stacked : kind, columns[groups].Name, columns[0].Name, labels, series);
    }
}
