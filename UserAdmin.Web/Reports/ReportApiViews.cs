using System.ComponentModel;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Reports.Builder;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Reports;

/// <summary>A report that comes with the product; <paramref name="Parameters"/> are the parts of its address that it takes.</summary>
internal sealed record BuiltInReportView(string Code, string Title, string Description, string Group, IReadOnlyList<string> Parameters)
{
    public static BuiltInReportView Of(BuiltInReport report) => new(report.Code, report.Title, report.Description, report.Group,
    [
        .. report.TakesRange ? ["range", "from", "to"] : Array.Empty<string>(), .. report.TakesInterval ? ["interval"] : Array.Empty<string>(), .. report.TakesOrganization ? ["organization"] : Array.Empty<string>(),
        .. report.TakesRole ? ["role"] : Array.Empty<string>(), .. report.TakesDays ? ["days"] : Array.Empty<string>(), "time_zone",
    ]);
}

internal sealed record FigureView(string Name, string Value);

internal sealed record ReportColumnView(string Key, string Name, CellKind Kind);

internal sealed record SeriesView(string Name, IReadOnlyList<double> Values);

internal sealed record ChartView(ChartKind Kind, string Title, string Of, IReadOnlyList<string> Labels, IReadOnlyList<SeriesView> Series);

/// <summary>What a report says. Rows are by the keys of the columns; <paramref name="IsCut"/>: there are more, which a file has.</summary>
internal sealed record ReportAnswerView(
    string Title, DateTimeOffset? CountedAt, IReadOnlyList<FigureView> Figures, IReadOnlyList<ChartView> Charts, IReadOnlyList<ReportColumnView> Columns, IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows, bool IsCut, string? Note)
{
    public static ReportAnswerView Of(string title, ReportResult result, DateTimeOffset? at) => new(title, at,
        [.. result.Figures.Select(figure => new FigureView(figure.Name, figure.Value))],
        [.. result.Charts.Select(chart => new ChartView(chart.Kind, chart.Title, chart.Of, chart.Labels, [.. chart.Series.Select(series => new SeriesView(series.Name, series.Values))]))],
        [.. result.Columns.Select(column => new ReportColumnView(column.Key, column.Name, column.Kind))],
        [.. result.Rows.Select(row => RowOf(result.Columns, row))], result.IsCut, result.Note);

    private static Dictionary<string, object?> RowOf(IReadOnlyList<ExportColumn> columns, object?[] cells)
    {
        var row = new Dictionary<string, object?>();
        for (var i = 0; i < columns.Count; i++)
            row[columns[i].Key] = cells[i] is ReportLink link ? link.Text : cells[i];
        return row;
    }
}

internal sealed record CustomReportRowView(Guid Id, string Name, string? Description, bool IsShared, bool IsOwn, string Owner, DateTimeOffset UpdatedAt)
{
    public static CustomReportRowView Of(ReportRow row) => new(row.Id, row.Name, row.Description, row.IsShared, row.IsOwn, row.Owner, row.ChangedAt);
}

/// <summary>A report that somebody built; <paramref name="Definition"/> is null when what it was built on is not there any more.</summary>
internal sealed record CustomReportView([property: Fixed] Guid Id, string Name, string? Description, bool IsShared, bool MayEdit, ReportDefinition? Definition)
{
    public static CustomReportView Of(ReportDetails report) => new(report.Id, report.Name, report.Description, report.IsShared, report.MayEdit, report.Definition);
}

internal sealed record ChoiceView(string Key, string Title);

internal sealed record DataColumnView(string Key, string Title, ColumnKind Kind, IReadOnlyList<ChoiceView> Choices, IReadOnlyList<ConditionKind> Conditions, IReadOnlyList<MeasureKind> Measures);

internal sealed record DataSetView(string Key, string Title, string Description, IReadOnlyList<DataColumnView> Columns)
{
    public static DataSetView Of(DataSet set) => new(set.Key, set.Title, set.Description, [.. set.Columns.Select(column => new DataColumnView(
        column.Key, column.Title, column.Kind, [.. column.Choices.Select(choice => new ChoiceView(choice.Key, choice.Title))], ReportCheck.KindsFor(column.Kind), ReportCheck.MeasuresFor(column.Kind)))]);
}

internal sealed record ScheduleRowView(Guid Id, string Name, string Report, string Cron, string TimeZone, ExportFormat Format, int Recipients, bool IsActive, DateTimeOffset? NextRunAt, DateTimeOffset? LastRunAt, ReportRunState? LastState)
{
    public static ScheduleRowView Of(ScheduleRow row) =>
        new(row.Id, row.Name, row.Report, row.Cron, row.TimeZone, row.Format, row.Recipients, row.IsActive, row.NextRunAt, row.LastRunAt, row.LastState);
}

/// <summary>Which report is made when, as what and for whom. <paramref name="Report"/> is the code of a built-in one or the id of one that somebody built.</summary>
internal sealed record ScheduleView(
    [property: Fixed] Guid Id, string Name, string Report, string ReportName, ReportParameters Parameters, ExportFormat Format, string Cron, string TimeZone, IReadOnlyList<Guid> Recipients, bool IsActive, string Owner, DateTimeOffset? NextRunAt)
{
    public static ScheduleView Of(ScheduleDetails found) => new(found.Id, found.Form.Name, found.Form.Report, found.ReportName, found.Form.Parameters, found.Form.Format, found.Form.Cron, found.Form.TimeZone,
        found.Form.Recipients, found.Form.IsActive, found.Owner, found.NextRunAt);
}

internal sealed record ScheduleRunView(Guid Id, DateTimeOffset ScheduledFor, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, ReportRunState State, long Rows, int Recipients, string? Problem)
{
    public static ScheduleRunView Of(ScheduleRun run) => new(run.Id, run.ScheduledFor, run.StartedAt, run.EndedAt, run.State, run.Rows, run.Recipients, run.Problem);
}
