using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Jobs;

/// <summary>What runs by itself, over HTTP.</summary>
internal static class JobApi
{
    public static void MapJobApi(this RouteGroupBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapGet("", ListAsync).Needs(Permission.JobsView).Answers<Paged<JobView>>()
            .Describe("list_jobs", "List jobs", "What runs by itself, when, and how it went last.");
        jobs.MapGet("/{code}", FindAsync).Needs(Permission.JobsView).Answers<JobView>()
            .Describe("get_job", "Read a job", "One job by its code, such as report.daily.");
        api.MapGet("/job-runs", ListRunsAsync).WithTags("Jobs").Needs(Permission.JobsView).Answers<Paged<JobRunView>>()
            .Describe("list_job_runs", "List runs", "The runs of all jobs or of one, newest first.");
        api.MapGet("/job-runs/{id:guid}", FindRunAsync).WithTags("Jobs").Needs(Permission.JobsView).Answers<JobRunDetailsView>()
            .Describe("get_job_run", "Read a run", "One run with the lines it wrote.");
        jobs.MapPost("/{code}/run", RunAsync).Needs(Permission.JobsManage).Idempotent().Answers<JobRunDetailsView>(StatusCodes.Status202Accepted)
            .Describe("run_job", "Run a job now", "Starts it beside its timetable; Location names the run. A job that can't be undone (`is_drastic`) needs a `reason` and a fresh sign-in.");
        jobs.MapPost("/{code}/pause", PauseAsync).Needs(Permission.JobsManage).Answers<JobView>()
            .Describe("pause_job", "Pause a job", "It runs only when somebody starts it.");
        jobs.MapPost("/{code}/resume", ResumeAsync).Needs(Permission.JobsManage).Answers<JobView>()
            .Describe("resume_job", "Resume a job", "It runs by its timetable again.");
        jobs.MapGet("/{code}/schedule", FindScheduleAsync).Needs(Permission.JobsView).Answers<JobScheduleView>()
            .Describe("get_job_schedule", "Read when a job runs", "A cron expression of Quartz, with seconds, read in a time zone; the version for If-Match is in ETag.");
        jobs.MapPut("/{code}/schedule", ScheduleAsync).Needs(Permission.JobsManage).Answers<JobScheduleView>()
            .Describe("replace_job_schedule", "Say when a job runs", "Once a minute is as often as it can be.");
        jobs.MapDelete("/{code}/schedule", ResetAsync).Needs(Permission.JobsManage).AnswersNothing()
            .Describe("reset_job_schedule", "Go back to the job's own timetable", "Forgets what was chosen.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, JobDirectory jobs, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, [.. (await jobs.ListAsync(caller, cancel)).Where(row => query.Search is not { } words || $"{row.Job.Code} {row.Job.Title}".Contains(words, StringComparison.OrdinalIgnoreCase))], JobView.Of);

    private static async Task<IResult> FindAsync(HttpContext http, string code, JobDirectory jobs, Caller caller, CancellationToken cancel) =>
        await jobs.FindAsync(code, caller, cancel) is { } row ? ApiAnswers.Record(http, JobView.Of(row)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> ListRunsAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery(Name = "job"), Description("The code of a job.")] string? job, [FromQuery(Name = "outcome"), Description("running, succeeded, failed or interrupted.")] string? outcome,
        JobDirectory jobs, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        var (wanted, wrong) = ApiWord.Read<JobOutcome>(outcome, "outcome");
        return wrong is not null ? ApiAnswers.Refuse(http, wrong) : ApiLists.Answer(http, query, await jobs.RunsAsync(new(job, wanted, query.Size), query.Start, caller, cancel), null, JobRunView.Of);
    }

    private static async Task<IResult> FindRunAsync(HttpContext http, Guid id, JobDirectory jobs, Caller caller, CancellationToken cancel) =>
        await jobs.FindRunAsync(id, caller, cancel) is { } found ? ApiAnswers.Json(JobRunDetailsView.Of(found)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> RunAsync(HttpContext http, string code, Body<RunJobBody> body, JobService service, JobDirectory jobs, Caller caller, CancellationToken cancel)
    {
        var begun = await service.RunNowAsync(code, body.Value.Reason, caller, cancel);
        if (!begun.Succeeded)
            return ApiAnswers.Refuse(http, begun.Problem);
        http.Response.Headers.Location = ApiLists.Absolute(http, $"/api/v1/job-runs/{begun.Value}");
        return await jobs.FindRunAsync(begun.Value, caller, cancel) is { } run ? ApiAnswers.Json(JobRunDetailsView.Of(run), StatusCodes.Status202Accepted) : Results.Accepted();
    }

    private static Task<IResult> PauseAsync(HttpContext http, string code, JobService service, JobDirectory jobs, Caller caller, CancellationToken cancel) =>
        ChangeAsync(http, code, row => service.PauseAsync(code, row.Stamp, caller, cancel), jobs, caller, cancel);

    private static Task<IResult> ResumeAsync(HttpContext http, string code, JobService service, JobDirectory jobs, Caller caller, CancellationToken cancel) =>
        ChangeAsync(http, code, row => service.ResumeAsync(code, row.Stamp, caller, cancel), jobs, caller, cancel);

    private static async Task<IResult> ChangeAsync(HttpContext http, string code, Func<JobRow, Task<Result>> change, JobDirectory jobs, Caller caller, CancellationToken cancel)
    {
        if (await jobs.FindAsync(code, caller, cancel) is not { } row)
            return ApiAnswers.NotFound(http);
        var done = await change(row);
        return done.Succeeded ? await FindAsync(http, code, jobs, caller, cancel) : ApiAnswers.Refuse(http, done.Problem);
    }

    private static async Task<IResult> FindScheduleAsync(HttpContext http, string code, JobDirectory jobs, Caller caller, CancellationToken cancel) =>
        await jobs.FindAsync(code, caller, cancel) is { } row ? ApiAnswers.Record(http, JobScheduleView.Of(row)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> ScheduleAsync(HttpContext http, string code, Body<JobScheduleBody> body, JobService service, JobDirectory jobs, Caller caller, CancellationToken cancel)
    {
        if (await jobs.FindAsync(code, caller, cancel) is not { } row)
            return ApiAnswers.NotFound(http);
        if (ApiAnswers.RefuseStale(http, JobScheduleView.Of(row)) is { } stale)
            return stale;
        var saved = await service.ScheduleAsync(code, new() { Rhythm = JobRhythm.Expression, Expression = body.Value.Cron, TimeZone = body.Value.TimeZone }, row.Stamp, caller, cancel);
        return saved.Succeeded ? await FindScheduleAsync(http, code, jobs, caller, cancel)
            : ApiAnswers.Refuse(http, saved.Problem.Field == nameof(JobScheduleForm.Expression) ? saved.Problem with { Field = nameof(JobScheduleBody.Cron) } : saved.Problem);
    }

    private static async Task<IResult> ResetAsync(HttpContext http, string code, JobService service, JobDirectory jobs, Caller caller, CancellationToken cancel) =>
        await jobs.FindAsync(code, caller, cancel) is { } row ? ApiAnswers.Done(http, await service.ResetAsync(code, row.Stamp, caller, cancel)) : ApiAnswers.NotFound(http);
}

internal sealed class RunJobBody
{
    [StringLength(500, ErrorMessage = "The reason can have 500 characters at most.")]
    public string? Reason { get; set; }
}

internal sealed class JobScheduleBody
{
    [Required(ErrorMessage = "Say when it runs."), StringLength(120), Description("A cron expression of Quartz, with seconds, such as 0 30 6 ? * MON-FRI.")]
    public string Cron { get; set; } = "";

    [StringLength(60)]
    public string TimeZone { get; set; } = "UTC";
}

internal sealed record JobRunView(
    Guid Id, string Job, string Title, JobTrigger Trigger, DateTimeOffset ScheduledFor, int Attempt, JobOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Server, string? StartedBy, string? Summary)
{
    public static JobRunView Of(JobRunRow row) =>
        new(row.Id, row.Job, row.Title, row.Trigger, row.ScheduledFor, row.Attempt, row.Outcome, row.StartedAt, row.EndedAt, row.Server, row.ActorName, row.Summary);
}

internal sealed record JobRunDetailsView(JobRunView Run, string? Log)
{
    public static JobRunDetailsView Of(JobRunDetails found) => new(JobRunView.Of(found.Run), found.Log);
}

internal sealed record JobScheduleView(string Cron, string TimeZone, bool IsChanged, bool IsPaused)
{
    public static JobScheduleView Of(JobRow row) => new(row.Times.Cron, row.Times.Zone.Id, row.IsChanged, row.IsPaused);
}

internal sealed record JobView(
    string Code, string Title, string Description, string Cron, string TimeZone, bool IsChanged, bool IsPaused, bool IsDrastic, DateTimeOffset? NextRunAt, JobRunView? LastRun, JobRunView? RunningNow)
{
    public static JobView Of(JobRow row) => new(
        row.Job.Code, row.Job.Title, row.Job.Description, row.Times.Cron, row.Times.Zone.Id, row.IsChanged, row.IsPaused, row.Job.IsDrastic, row.Next,
        row.Last is null ? null : JobRunView.Of(row.Last), row.Running is null ? null : JobRunView.Of(row.Running));
}
