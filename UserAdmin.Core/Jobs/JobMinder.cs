using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Jobs;

/// <summary>Finds what is to be run besides the timetable: what failed and is tried again, what a dead server left, and what was missed while none ran.</summary>
public sealed class JobMinder(UserAdminDbContext db, CurrentTenant tenant, JobBook book, JobRunner runner, JobEnd end, TimeProvider clock)
{
    /// <summary>A moment counts as missed when nobody has claimed it after this time.</summary>
    public static readonly TimeSpan Missed = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)];

    private sealed record Newest(string Job, DateTimeOffset ScheduledFor, JobTrigger Trigger, int Attempt, JobOutcome Outcome, DateTimeOffset? EndedAt);

    public async Task<IReadOnlyList<(JobDefinition Job, DueRun Due)>> FindDueAsync(CancellationToken cancel)
    {
        await EndDeadAsync(cancel);
        var now = clock.GetUtcNow();
        var schedules = await db.JobSchedules.AsNoTracking().ToDictionaryAsync(s => s.Job, cancel);
        var newest = await db.JobRuns.Where(r => r.ScheduledFor == db.JobRuns.Where(other => other.Job == r.Job).Max(other => other.ScheduledFor))
            .Select(r => new Newest(r.Job, r.ScheduledFor, r.Trigger, r.Attempt, r.Outcome, r.EndedAt)).ToListAsync(cancel);
        var last = newest.GroupBy(run => run.Job).ToDictionary(runs => runs.Key, runs => runs.MaxBy(run => run.Attempt)!);

        List<(JobDefinition, DueRun)> found = [];
        foreach (var job in book.Of(tenant.Tenant).Where(job => !job.IsFrequent))
            if (last.GetValueOrDefault(job.Code) is { } run && (Again(run, now) ?? CatchUp(job, run, schedules.GetValueOrDefault(job.Code), now)) is { } due)
                found.Add((job, due));
        return found;
    }

    private static DueRun? Again(Newest run, DateTimeOffset now) => run switch
    {
        { Outcome: JobOutcome.Interrupted, Attempt: < JobEnd.MostInterruptions } => new(run.ScheduledFor, JobTrigger.Retry, run.Attempt + 1),
        { Outcome: JobOutcome.Failed, Attempt: < JobEnd.MostAttempts } when run.EndedAt + Pauses[run.Attempt - 1] <= now => new(run.ScheduledFor, JobTrigger.Retry, run.Attempt + 1),
        _ => null,
    };

    // What was due while it was paused, or by a timetable that came later, was not missed.
    private static DueRun? CatchUp(JobDefinition job, Newest run, JobSchedule? schedule, DateTimeOffset now) =>
        job.CatchUp && schedule is not { IsPaused: true } && run.Outcome != JobOutcome.Running
            && JobTimes.Of(job, schedule).LastUntil(now - Missed) is { } moment && moment > run.ScheduledFor && !(moment <= schedule?.ChangedAt)
            ? new(moment, JobTrigger.CatchUp) : null;

    private async Task EndDeadAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var silent = await db.JobRuns.AsNoTracking().Where(r => r.Outcome == JobOutcome.Running && r.HeldUntil < now).ToListAsync(cancel);
        foreach (var run in silent.Where(run => !runner.IsRunning(run.Id)))
            await db.WriteAsync(async () =>
            {
                var summary = $"The server {run.Server} stopped without a word.";
                if (await db.JobRuns.Where(r => r.Id == run.Id && r.Outcome == JobOutcome.Running && r.HeldUntil < now)
                    .ExecuteUpdateAsync(row => row.SetProperty(r => r.Outcome, JobOutcome.Interrupted).SetProperty(r => r.EndedAt, now).SetProperty(r => r.Summary, summary), cancel) == 1
                    && book.Find(run.Job, tenant.Tenant) is { } job)
                    await end.RecordInterruptedAsync(job, run, summary, now, cancel);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
    }
}
