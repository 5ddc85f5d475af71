using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Reports.Builder;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Reports;

/// <summary>Reports that people build, over HTTP.</summary>
internal static class CustomReportApi
{
    private const string Sample =
        """{"name": "Locked accounts", "description": null, "is_shared": true, "definition": {"data_set": "users", "columns": ["email", "status"], "conditions": [{"column": "status", "kind": "is", "value": "locked"}], "groups": [], "measures": [], "order": null, "chart": null}}""";

    public static void MapCustomReportApi(this RouteGroupBuilder api)
    {
        var reports = api.MapGroup("/reports").WithTags("Reports");
        reports.MapGet("/data-sets", ListSets).Needs(Permission.ReportsBuild).Answers<Paged<DataSetView>>()
            .Describe("list_report_data_sets", "List what reports can be built on", "Data sets with their columns, and the conditions and measures that each column can have.");
        reports.MapGet("/custom", ListAsync).Needs(Permission.ReportsView).Answers<Paged<CustomReportRowView>>()
            .Describe("list_custom_reports", "List reports that people built", "The caller's own and those that are shared.");
        reports.MapPost("/custom", CreateAsync).Needs(Permission.ReportsBuild).Idempotent().Answers<CustomReportView>(StatusCodes.Status201Created)
            .Describe("create_custom_report", "Build a report", "Without measures it lists rows, with measures it groups them. Nothing but the columns of a data set can be named.").Example(Sample);
        reports.MapGet("/custom/{id:guid}", FindAsync).Needs(Permission.ReportsView).Answers<CustomReportView>()
            .Describe("get_custom_report", "Read how a report is built", "With the version for If-Match in ETag.");
        reports.MapGet("/custom/{id:guid}/answer", ReadAsync).Needs(Permission.ReportsView).Answers<ReportAnswerView>()
            .Describe("read_custom_report", "Read a report that somebody built", "Up to 500 rows that the caller may see; all rows come as a file (POST /exports with the list `report`).");
        reports.MapPut("/custom/{id:guid}", SaveAsync).Needs(Permission.ReportsBuild).Answers<CustomReportView>()
            .Describe("replace_custom_report", "Change a report", "Who shares it decides that alone.").Example(Sample);
        reports.MapDelete("/custom/{id:guid}", DeleteAsync).Needs(Permission.ReportsBuild).AnswersNothing()
            .Describe("delete_custom_report", "Delete a report", "Its schedules are deleted with it.");
    }

    private static async Task<IResult> ListSets(HttpContext http, [AsParameters] ListQuery query, Caller caller) =>
        await Task.FromResult(query.Refuse(http) ?? ApiLists.Answer(http, query, ReportBuilder.DataSetsFor(caller), DataSetView.Of));

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, ReportService reports, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, [.. (await reports.ListAsync(caller, cancel)).Where(row => query.Search is not { } words || row.Name.Contains(words, StringComparison.OrdinalIgnoreCase))], CustomReportRowView.Of);

    private static async Task<IResult> CreateAsync(HttpContext http, Body<ReportForm> body, ReportService reports, Caller caller, CancellationToken cancel)
    {
        var made = await reports.CreateAsync(body.Value, caller, cancel);
        return !made.Succeeded ? ApiAnswers.Refuse(http, made.Problem)
            : await reports.FindAsync(made.Value, caller, cancel) is { } report ? ApiAnswers.Created(http, $"/api/v1/reports/custom/{made.Value}", CustomReportView.Of(report)) : ApiAnswers.Created(http, $"/api/v1/reports/custom/{made.Value}");
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, ReportService reports, Caller caller, CancellationToken cancel) =>
        await reports.FindAsync(id, caller, cancel) is { } report ? ApiAnswers.Record(http, CustomReportView.Of(report)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> ReadAsync(
        HttpContext http, Guid id, [FromQuery(Name = "time_zone"), Description("Whose days these are, such as Europe/Berlin; UTC by default.")] string? timeZone, ReportService reports, ReportBuilder builder, Caller caller, CancellationToken cancel)
    {
        var (zone, wrong) = ApiWord.ReadZone(timeZone);
        if (wrong is not null)
            return ApiAnswers.Refuse(http, wrong);
        if (await reports.FindAsync(id, caller, cancel) is not { } report)
            return ApiAnswers.NotFound(http);
        if (report.Definition is not { } definition)
            return ApiAnswers.Refuse(http, new(ProblemKind.Conflict, "report.unreadable", "What this report was built on is not there any more."));
        var answer = await builder.AnswerAsync(definition, ReportResult.Shown, zone, caller, cancel);
        return answer.Succeeded ? ApiAnswers.Json(ReportAnswerView.Of(report.Name, answer.Value, null)) : ApiAnswers.Refuse(http, answer.Problem);
    }

    private static async Task<IResult> SaveAsync(HttpContext http, Guid id, Put<ReportForm, CustomReportView> put, ReportService reports, Caller caller, CancellationToken cancel)
    {
        if (await reports.FindAsync(id, caller, cancel) is not { } report)
            return ApiAnswers.NotFound(http);
        if (put.Refuse(http, CustomReportView.Of(report)) is { } refused)
            return refused;
        var saved = await reports.SaveAsync(id, put.Value, report.Stamp, caller, cancel);
        return saved.Succeeded ? await FindAsync(http, id, reports, caller, cancel) : ApiAnswers.Refuse(http, saved.Problem);
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, Guid id, ReportService reports, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await reports.DeleteAsync(id, caller, cancel));
}
