using UserAdmin.Core.Common;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Reports;

/// <summary>Which reports are made by the clock, over HTTP.</summary>
internal static class ReportScheduleApi
{
    private const string Sample =
        """{"name": "Sign-ins of the week", "report": "sign-ins", "parameters": {"range": "last7_days"}, "format": "pdf", "cron": "0 0 7 ? * MON", "time_zone": "Europe/Berlin", "recipients": ["0193a1b2-1111-7000-8000-000000000001"], "is_active": true}""";

    public static void MapReportScheduleApi(this RouteGroupBuilder api)
    {
        var schedules = api.MapGroup("/reports/schedules").WithTags("Scheduled reports");
        schedules.MapGet("", ListAsync).Needs(Permission.ReportsSchedule).Answers<Paged<ScheduleRowView>>()
            .Describe("list_report_schedules", "List schedules", "Of all reports that the caller may see.");
        schedules.MapPost("", CreateAsync).Needs(Permission.ReportsSchedule).Idempotent().Answers<ScheduleView>(StatusCodes.Status201Created)
            .Describe("create_report_schedule", "Schedule a report", "Each of its recipients, 50 at most, gets a file of their own with what they may see.").Example(Sample);
        schedules.MapGet("/{id:guid}", FindAsync).Needs(Permission.ReportsSchedule).Answers<ScheduleView>()
            .Describe("get_report_schedule", "Read a schedule", "With the version for If-Match in ETag.");
        schedules.MapPut("/{id:guid}", SaveAsync).Needs(Permission.ReportsSchedule).Answers<ScheduleView>()
            .Describe("replace_report_schedule", "Change a schedule", "The report stays.").Example(Sample);
        schedules.MapDelete("/{id:guid}", DeleteAsync).Needs(Permission.ReportsSchedule).AnswersNothing()
            .Describe("delete_report_schedule", "Delete a schedule", "Files that were made stay with their recipients until they expire.");
        schedules.MapPost("/{id:guid}/run", RunAsync).Needs(Permission.ReportsSchedule).Produces(StatusCodes.Status202Accepted)
            .Describe("run_report_schedule", "Make a report now", "Beside its timetable; it is sent as always.");
        schedules.MapGet("/{id:guid}/runs", ListRunsAsync).Needs(Permission.ReportsSchedule).Answers<Paged<ScheduleRunView>>()
            .Describe("list_report_schedule_runs", "List runs", "The newest 50.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, ReportScheduleService schedules, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, [.. (await schedules.ListAsync(caller, cancel)).Where(row => query.Search is not { } words || row.Name.Contains(words, StringComparison.OrdinalIgnoreCase))], ScheduleRowView.Of);

    private static async Task<IResult> CreateAsync(HttpContext http, Body<ReportScheduleForm> body, ReportScheduleService schedules, Caller caller, CancellationToken cancel)
    {
        var made = await schedules.CreateAsync(body.Value, caller, cancel);
        return !made.Succeeded ? ApiAnswers.Refuse(http, made.Problem)
            : await schedules.FindAsync(made.Value, caller, cancel) is { } found ? ApiAnswers.Created(http, $"/api/v1/reports/schedules/{made.Value}", ScheduleView.Of(found)) : ApiAnswers.Created(http, $"/api/v1/reports/schedules/{made.Value}");
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, ReportScheduleService schedules, Caller caller, CancellationToken cancel) =>
        await schedules.FindAsync(id, caller, cancel) is { } found ? ApiAnswers.Record(http, ScheduleView.Of(found)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> SaveAsync(HttpContext http, Guid id, Put<ReportScheduleForm, ScheduleView> put, ReportScheduleService schedules, Caller caller, CancellationToken cancel)
    {
        if (await schedules.FindAsync(id, caller, cancel) is not { } found)
            return ApiAnswers.NotFound(http);
        if (put.Refuse(http, ScheduleView.Of(found)) is { } refused)
            return refused;
        var saved = await schedules.SaveAsync(id, put.Value, found.Stamp, caller, cancel);
        return saved.Succeeded ? await FindAsync(http, id, schedules, caller, cancel) : ApiAnswers.Refuse(http, saved.Problem);
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, Guid id, ReportScheduleService schedules, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await schedules.DeleteAsync(id, caller, cancel));

    private static async Task<IResult> RunAsync(HttpContext http, Guid id, ReportScheduleService schedules, Caller caller, CancellationToken cancel)
    {
        var begun = await schedules.RunNowAsync(id, caller, cancel);
        return begun.Succeeded ? Results.Accepted(ApiLists.Absolute(http, $"/api/v1/reports/schedules/{id}/runs")) : ApiAnswers.Refuse(http, begun.Problem);
    }

    private static async Task<IResult> ListRunsAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, ReportScheduleService schedules, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? (await schedules.FindAsync(id, caller, cancel) is { } found ? ApiLists.Answer(http, query, found.Runs, ScheduleRunView.Of) : ApiAnswers.NotFound(http));
}
