using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Core.Jobs;

/// <summary>Keeps what came of a run, in one transaction with its audit event and the mail about a failure.</summary>
public sealed class JobEnd(UserAdminDbContext db, Outbox outbox, Administrators administrators, PublicAddress address, TimeProvider clock)
{
    /// <summary>How often a run is tried that fails, and how often one whose server stopped.</summary>
    public const int MostAttempts = 3, MostInterruptions = 5;

    /// <summary>False when the run is no longer this server's.</summary>
    public async Task<bool> SaveAsync(JobDefinition job, JobRun run, JobOutcome outcome, JobLog said, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var (summary, log) = (said.Summary is { } sentence ? Text.Shorten(Text.OneLine(sentence), 1000) : null, said.Text.Length > 0 ? Text.Shorten(said.Text, 100_000) : null);
        var kept = false;
        await db.WriteAsync(async () =>
        {
            kept = await db.JobRuns.Where(r => r.Id == run.Id && r.Outcome == JobOutcome.Running).ExecuteUpdateAsync(row => row
                .SetProperty(r => r.Outcome, outcome).SetProperty(r => r.EndedAt, now).SetProperty(r => r.HeldUntil, now).SetProperty(r => r.Summary, summary).SetProperty(r => r.Log, log), cancel) == 1;
            if (!kept)
                return Result.Ok;
            if (job.IsFrequent && outcome == JobOutcome.Succeeded && summary is null)
                await db.JobRuns.Where(r => r.Job == job.Code && r.ScheduledFor < run.ScheduledFor && r.Outcome == JobOutcome.Succeeded && r.Summary == null).ExecuteDeleteAsync(cancel);
            if (outcome == JobOutcome.Succeeded && !job.IsFrequent)
                db.Record(AuditAction.JobSucceeded, Actor.System, new(run.Id, job.Title), now, Facts(run, summary));
            else if (outcome == JobOutcome.Failed)
                await ReportAsync(job, run, summary, now, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        (run.Outcome, run.EndedAt, run.Summary, run.Log) = kept ? (outcome, now, summary, log) : (JobOutcome.Interrupted, now, null, null);
        return kept;
    }

    /// <summary>Records that a run's server is gone and whether that was the last attempt. Part of the caller's transaction.</summary>
    internal async Task RecordInterruptedAsync(JobDefinition job, JobRun run, string summary, DateTimeOffset now, CancellationToken cancel)
    {
        db.Record(AuditAction.JobFailed, Actor.System, new(run.Id, job.Title), now, Facts(run, summary), outcome: AuditOutcome.Failure);
        if (run.Attempt >= MostInterruptions && !job.IsFrequent)
            await MailAsync(job, run, summary, cancel);
    }

    // One mail until the job succeeds again: at its last attempt, or at the third failure in a row of a job that runs all the time.
    private async Task ReportAsync(JobDefinition job, JobRun run, string? summary, DateTimeOffset now, CancellationToken cancel)
    {
        var succeededAt = await db.JobRuns.Where(r => r.Job == job.Code && r.Outcome == JobOutcome.Succeeded).MaxAsync(r => (DateTimeOffset?)r.StartedAt, cancel) ?? DateTimeOffset.UnixEpoch;
        var failures = db.JobRuns.Where(r => r.Job == job.Code && r.Outcome == JobOutcome.Failed && r.StartedAt > succeededAt && r.Id != run.Id);
        var earlier = await failures.CountAsync(cancel);
        if (!job.IsFrequent || earlier == 0)
            db.Record(AuditAction.JobFailed, Actor.System, new(run.Id, job.Title), now, Facts(run, summary), outcome: AuditOutcome.Failure);
        if (job.IsFrequent ? earlier == MostAttempts - 1 : run.Attempt == MostAttempts && !await failures.AnyAsync(r => r.Attempt == MostAttempts, cancel))
            await MailAsync(job, run, summary, cancel);
    }

    private async Task MailAsync(JobDefinition job, JobRun run, string? summary, CancellationToken cancel)
    {
        foreach (var administrator in await administrators.ListAsync(cancel))
        {
            var reader = await outbox.ReaderAsync(administrator.Id, cancel);
            await outbox.AddAsync(MailKind.JobFailed, MailRecipient.Of(administrator, reader.Language), null, cancel,
                ("job", job.Title), ("when", reader.Moment(run.StartedAt)), ("error", summary ?? "-"), ("link", address.Link($"/jobs/{job.Code}")));
        }
    }

    private static List<FieldChange> Facts(JobRun run, string? summary) =>
        [new("ScheduledFor", null, run.ScheduledFor.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)), new("Attempt", null, run.Attempt.ToString(System.Globalization.CultureInfo.InvariantCulture)), new("Server", null, run.Server), new("Summary", null, summary)];
}
