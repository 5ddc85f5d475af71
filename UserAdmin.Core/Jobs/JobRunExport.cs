using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Jobs;

/// <summary>The runs of jobs as a file.</summary>
public sealed class JobRunExport(JobDirectory jobs) : IExportList
{
    public const string ListName = "job-runs";

    public string Name => ListName;

    public Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.JobsView))
            return Task.FromResult<Result<ExportTable>>(ExportProblems.ListNotFound);
        if (ExportQuery.Read<JobRunFilter>(query) is not { } filter)
            return Task.FromResult<Result<ExportTable>>(ExportProblems.BadQuery);
        var rows = ExportRows.ByPage((start, stop) => jobs.RunsAsync(filter with { PageSize = 500 }, start, actor, stop),
            run => [run.Title, run.Trigger.ToString(), run.ScheduledFor, run.StartedAt, run.EndedAt, run.EndedAt is { } end ? (end - run.StartedAt).TotalSeconds : null, run.Outcome.ToString(), (long)run.Attempt, run.Server, run.ActorName, run.Summary], cancel);
        List<(string, string)> facts = [];
        if (filter.Job is { } job)
            facts.Add(("Job", Timetable.Find(job)?.Title ?? job));
        if (filter.Outcome is { } outcome)
            facts.Add(("Outcome", outcome.ToString()));
        if (filter.WentWrong)
            facts.Add(("Which", "Failed or interrupted within a day"));
        return Task.FromResult<Result<ExportTable>>(new ExportTable("Runs of jobs",
            [
                new("Job", "job", Width: 30), new("Why", "trigger", Width: 12), new("Due", "scheduled_for", CellKind.Instant), new("Started", "started_at", CellKind.Instant), new("Ended", "ended_at", CellKind.Instant),
                new("Seconds", "seconds", CellKind.Number, 10), new("Outcome", "outcome", Width: 12), new("Attempt", "attempt", CellKind.Number, 8), new("Server", "server"), new("Started by", "started_by"), new("What came of it", "summary", Width: 60),
            ], rows, facts));
    }
}
