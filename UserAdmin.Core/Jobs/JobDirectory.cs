using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Jobs;

/// <summary>A run in a list; <paramref name="EndedAt"/> is null while it goes on.</summary>
public sealed record JobRunRow(
    Guid Id, string Job, JobTrigger Trigger, DateTimeOffset ScheduledFor, int Attempt, JobOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Server, string? ActorName, string? Summary)
{
    public string Title => Timetable.Find(Job)?.Title ?? Job;
}

/// <param name="Next">Null while it is paused.</param>
/// <param name="Stamp">What a change must give back; null while nobody has changed it.</param>
public sealed record JobRow(JobDefinition Job, JobTimes Times, bool IsChanged, bool IsPaused, DateTimeOffset? Next, JobRunRow? Last, JobRunRow? Running, Guid? Stamp);

public sealed record JobRunDetails(JobRunRow Run, string? Log);

/// <param name="WentWrong">Those that failed or were interrupted within the last day.</param>
public sealed record JobRunFilter(string? Job = null, JobOutcome? Outcome = null, int PageSize = 50, bool WentWrong = false);

/// <summary>What runs by itself, when, and how it went; nothing without <see cref="Permission.JobsView"/>.</summary>
public sealed class JobDirectory(UserAdminDbContext db, JobBook book, CurrentTenant tenant, TimeProvider clock)
{
    public async Task<IReadOnlyList<JobRow>> ListAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.JobsView))
            return [];
        var schedules = await db.JobSchedules.AsNoTracking().ToDictionaryAsync(s => s.Job, cancel);
        var newest = await Rows(db.JobRuns.Where(r => r.Outcome == JobOutcome.Running || r.ScheduledFor == db.JobRuns.Where(other => other.Job == r.Job).Max(other => other.ScheduledFor))).ToListAsync(cancel);
        return [.. book.Of(tenant.Tenant).Select(job => RowOf(job, schedules.GetValueOrDefault(job.Code), newest))];
    }

    public async Task<JobRow?> FindAsync(string code, Actor actor, CancellationToken cancel) => (await ListAsync(actor, cancel)).FirstOrDefault(row => row.Job.Code == code);

    /// <summary>Newest first, by key.</summary>
    public async Task<Page<JobRunRow>> RunsAsync(JobRunFilter filter, PageStart start, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.JobsView))
            return new([], null, null);
        var runs = db.JobRuns.AsNoTracking();
        if (filter.Job is { } job)
            runs = runs.Where(r => r.Job == job);
        if (filter.Outcome is { } outcome)
            runs = runs.Where(r => r.Outcome == outcome);
        if (filter.WentWrong)
        {
            var yesterday = clock.GetUtcNow().AddDays(-1);
            runs = runs.Where(r => r.StartedAt >= yesterday && (r.Outcome == JobOutcome.Failed || r.Outcome == JobOutcome.Interrupted));
        }
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await db.JobRuns.Where(r => r.Id == id).Select(r => new { r.Id, r.StartedAt }).SingleOrDefaultAsync(cancel) : null;
        var backwards = start.AtEnd || (start.Before is not null && cursor is not null);
        if (cursor is not null)
        {
            var (at, last) = (cursor.StartedAt, cursor.Id);
            runs = backwards ? runs.Where(r => r.StartedAt >= at && (r.StartedAt > at || r.Id > last)) : runs.Where(r => r.StartedAt <= at && (r.StartedAt < at || r.Id < last));
        }
        runs = backwards ? runs.OrderBy(r => r.StartedAt).ThenBy(r => r.Id) : runs.OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id);
        var skip = cursor is null ? start.Skip : 0;
        return Page.Of(await Rows(runs.Skip(skip).Take(filter.PageSize + 1)).ToListAsync(cancel), filter.PageSize, backwards, cursor is not null || skip > 0, row => row.Id.ToString());
    }

    public async Task<JobRunDetails?> FindRunAsync(Guid id, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.JobsView) && await Rows(db.JobRuns.Where(r => r.Id == id)).SingleOrDefaultAsync(cancel) is { } run
            ? new(run, await db.JobRuns.Where(r => r.Id == id).Select(r => r.Log).SingleOrDefaultAsync(cancel)) : null;

    private JobRow RowOf(JobDefinition job, JobSchedule? schedule, List<JobRunRow> newest)
    {
        var times = JobTimes.Of(job, schedule);
        var runs = newest.Where(run => run.Job == job.Code).ToList();
        return new(job, times, schedule?.Cron is not null, schedule?.IsPaused == true, schedule?.IsPaused == true ? null : times.NextAfter(clock.GetUtcNow()),
            runs.Where(run => run.Outcome != JobOutcome.Running).MaxBy(run => (run.ScheduledFor, run.Attempt)), runs.Find(run => run.Outcome == JobOutcome.Running), schedule?.Stamp);
    }

    private static IQueryable<JobRunRow> Rows(IQueryable<JobRun> runs) =>
        runs.Select(r => new JobRunRow(r.Id, r.Job, r.Trigger, r.ScheduledFor, r.Attempt, r.Outcome, r.StartedAt, r.EndedAt, r.Server, r.ActorName, r.Summary));
}
