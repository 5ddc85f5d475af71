using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Reports.Builder;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Reports;

/// <summary>Which report a file is of: the code of a built-in one, or the id of one that somebody built.</summary>
public sealed record ReportFile(string Report, ReportParameters? Parameters, string TimeZone)
{
    public string ToJson() => JsonSerializer.Serialize(this, ReportParameters.Json);
}

/// <summary>A report as a file: its figures, and all its rows as far as whoever gets the file may see them.</summary>
public sealed class ReportExport(ReportReader reports, ReportService built, ReportBuilder builder, OrganizationDirectory organizations, UserAdminDbContext db) : IExportList
{
    public const string List = "report";

    private const int Batch = 500;

    private static readonly Problem
        BadQuery = new(ProblemKind.Invalid, "report.bad_query", "This report can't be read any more."),
        NotFound = new(ProblemKind.NotFound, "report.not_found", "There is no such report, or it is not yours to see.");

    public string Name => List;

    public async Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsView))
            return NotFound;
        if (Read(query) is not { } file || !TimeZoneInfo.TryFindSystemTimeZoneById(file.TimeZone, out var zone))
            return BadQuery;
        return Guid.TryParse(file.Report, out var id) ? await OpenBuiltAsync(id, zone, actor, cancel) : await OpenBuiltInAsync(file, zone, actor, cancel);
    }

    private async Task<Result<ExportTable>> OpenBuiltInAsync(ReportFile file, TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        var parameters = file.Parameters ?? new();
        if (BuiltInReports.Find(file.Report) is not { } report || await reports.ReadAsync(file.Report, parameters, zone, actor, cancel) is not var (result, rows, period))
            return NotFound;
        List<(string, string)> facts = report.TakesRange ? [("From", Day(period.From)), ("Until", Day(period.To)), ("Time zone", zone.Id)] : [("Time zone", zone.Id)];
        if (report.TakesOrganization && await organizations.NameInFilterAsync(parameters.OrganizationId, actor, cancel) is { } place)
            facts.Add(("Organization", place));
        if (report.TakesRole && await db.NameOfRoleAsync(parameters.RoleId, cancel) is { } role)
            facts.Add(("Role", role));
        if (report.TakesDays)
            facts.Add(("Days without a sign-in", parameters.Days.ToString(CultureInfo.InvariantCulture)));
        return new ExportTable(report.Title, result.Columns, InBatches(rows, cancel), facts) { Figures = [.. result.Figures.Select(figure => (figure.Name, figure.Value))] };
    }

    private async Task<Result<ExportTable>> OpenBuiltAsync(Guid id, TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        if (await built.FindAsync(id, actor, cancel) is not { } report)
            return NotFound;
        if (report.Definition is not { } definition)
            return BadQuery;
        var opened = await builder.ReadAsync(definition, zone, actor, cancel);
        if (!opened.Succeeded)
            return opened.Problem;
        var set = DataSets.Find(definition.DataSet)!;
        return new ExportTable(report.Name, opened.Value.Columns, InBatches(opened.Value.Rows, cancel),
            [("About", set.Title), .. definition.Conditions.Select(condition => (set.Find(condition.Column)!.Title, $"{ReportWords.NameOf(condition.Kind)} {condition.Value}".Trim())), ("Time zone", zone.Id)]);
    }

    private static ReportFile? Read(string query)
    {
        try
        {
            return JsonSerializer.Deserialize<ReportFile>(query, ReportParameters.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<object?[]>> InBatches(IAsyncEnumerable<object?[]> rows, [EnumeratorCancellation] CancellationToken cancel)
    {
        var batch = new List<object?[]>(Batch);
        await foreach (var row in rows.WithCancellation(cancel))
        {
            batch.Add([.. row.Select(cell => cell is ReportLink link ? link.Text : cell)]);
            if (batch.Count < Batch)
                continue;
            yield return batch;
            batch = new(Batch);
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
