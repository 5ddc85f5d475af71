using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.Audit.Forwarding;
using UserAdmin.Core.Audit.Retention;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Backups;
using UserAdmin.Core.Data;
using UserAdmin.Core.Dormancy;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Reports;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Tokens;

namespace UserAdmin.Core.Jobs;

/// <summary>What a job tells of its run. The lines stand in the log of the run, so they hold no secrets.</summary>
public sealed class JobLog(TimeProvider clock)
{
    private readonly List<string> lines = [];

    /// <summary>What came of it, in a sentence for the timetable.</summary>
    public string? Summary { get; private set; }

    public string Text => string.Join('\n', lines);

    public void Say(string line) => lines.Add($"{clock.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z {line}");

    /// <summary>Says the sentence and keeps it as what came of the run.</summary>
    public void Conclude(string summary)
    {
        Summary = summary;
        Say(summary);
    }
}

/// <summary>
/// A job of the timetable: a call to a service, in a scope of one tenant. It may be killed at any moment and run again, so what it does twice must be the same as once.
/// It throws when it could not do its work; then it is tried again and reported.
/// </summary>
/// <param name="Code">Stored with its runs, so it never changes.</param>
/// <param name="Cron">Quartz's cron expression with seconds, in UTC until an administrator says otherwise.</param>
/// <param name="CatchUp">Whether a moment that was missed while no server ran is made up for once.</param>
public sealed record JobDefinition(string Code, string Title, string Description, string Cron, Func<IServiceProvider, JobLog, CancellationToken, Task> RunAsync, bool CatchUp = true)
{
    /// <summary>Only the first tenant has it: it looks after the whole installation.</summary>
    public bool IsOfInstallation { get; init; }

    /// <summary>
    /// It runs every minute or so: its successes are not recorded in the audit log, of runs that concluded nothing only the newest is kept, the others for a day, and the next
    /// moment of the timetable is the next attempt.
    /// </summary>
    public bool IsFrequent { get; init; }

    /// <summary>It makes sense on these databases only; null is on all.</summary>
    public IReadOnlyList<DatabaseProvider>? On { get; init; }

    /// <summary>Whoever starts it by hand says why and has to have signed in a moment ago.</summary>
    public bool IsDrastic { get; init; }

    public static JobDefinition Of<TService>(string code, string title, string description, string cron, Func<TService, JobLog, CancellationToken, Task> run) where TService : notnull =>
        new(code, title, description, cron, (services, log, cancel) => run(services.GetRequiredService<TService>(), log, cancel));
}

/// <summary>Everything that runs by itself, one line each.</summary>
public static class Timetable
{
    public static IReadOnlyList<JobDefinition> Jobs { get; } =
    [
        JobDefinition.Of<ExportFiles>("exports.remove", "Remove expired files", "Removes the files of exports whose time is over.", "0 17 * * * ?", (files, log, cancel) => files.RemoveExpiredAsync(log, cancel)),
        JobDefinition.Of<AuditSealer>("audit.seal", "Seal the audit log", "Numbers and signs what was recorded since the last seal.", "0 * * * * ?", (sealer, log, cancel) => sealer.SealAsync(log, cancel)) with { IsFrequent = true },
        JobDefinition.Of<AuditCheckpoints>("audit.checkpoint", "Make checkpoints of the audit log", "Signs, too, where nothing was recorded, and sends out how far the log goes.", "0 10 0 * * ?", (checkpoints, log, cancel) => checkpoints.MakeAsync(log, cancel)),
        JobDefinition.Of<AuditKeys>("audit.key", "Change the key of the audit log", "Makes a new key that the present one endorses, and destroys the present one.", "0 30 3 1 * ?", (keys, log, cancel) => keys.ChangeAsync(log, cancel)),
        JobDefinition.Of<AuditForwarding>("audit.forward", "Forward the audit log", "Sends sealed events to the systems that get them.", "15 * * * * ?", (service, log, cancel) => service.SendDueAsync(log, cancel)) with { IsFrequent = true },
        JobDefinition.Of<DailyFigures>("reports.daily", "Keep the figures of the day", "Figures for reports that can't be found out later, or cost too much to count for a page.", "0 10 0 * * ?",
            (figures, log, cancel) => figures.RecordAsync(log, cancel)),
        JobDefinition.Of<ScheduledReports>("reports.scheduled", "Make scheduled reports", "Begins the reports that are due, and sends those that are made.", "0 * * * * ?", (reports, log, cancel) => reports.RunAsync(log, cancel)) with { IsFrequent = true },
        JobDefinition.Of<OutboxUpkeep>("outbox.deliver", "Send what waits", "Sends messages that the dispatcher has left for more than two minutes.", "30 * * * * ?", (outbox, log, cancel) => outbox.DeliverAsync(log, cancel)) with { IsFrequent = true },
        JobDefinition.Of<AccessReminders>("access.remind", "Remind of requests and reviews", "Reminds deciders of requests for roles and reviewers of access reviews that wait.", "0 5 * * * ?", (reminders, log, cancel) => reminders.RemindAsync(log, cancel)),
        JobDefinition.Of<SigningKeys>("tokens.rotate_keys", "Change the keys of access tokens", "Makes the next key a day before it signs, and removes keys whose tokens are over. A key signs for 30 days.", "0 25 1 * * ?", (keys, log, cancel) => keys.RotateAsync(log, cancel)),
        JobDefinition.Of<Leftovers>("sign_in.clean", "Remove what is over", "Removes old sessions, expired links and tokens, half sign-ins, forgotten devices, counters of failed sign-ins, role assignments that have ended and old invitations.", "0 10 1 * * ?", (leftovers, log, cancel) => leftovers.RemoveAsync(log, cancel)),
        JobDefinition.Of<UnconfirmedRegistrations>("registration.clean", "Remove unconfirmed registrations", "Removes registrations whose address nobody confirmed within the days that the settings allow.", "0 20 1 * * ?", (registrations, log, cancel) => registrations.RemoveAsync(log, cancel)),
        JobDefinition.Of<OutboxUpkeep>("outbox.clean", "Remove old messages", "Removes messages that were sent or given up, after the days that the settings say.", "0 30 1 * * ?", (outbox, log, cancel) => outbox.PurgeAsync(log, cancel)),
        JobDefinition.Of<DormancyService>("users.dormant", "Look after dormant accounts", "Warns people who have not signed in for long, later deactivates and deletes their accounts, as the settings say.", "0 0 4 * * ?", (dormancy, log, cancel) => dormancy.RunAsync(log, cancel)) with { IsDrastic = true },
        JobDefinition.Of<DailyReport>("report.daily", "Send the figures of the day", "Sends those who want them the figures of the last day: sign-ins, failures, new people, locked accounts, failed jobs and the newest seal.", "0 30 5 * * ?", (report, log, cancel) => report.SendAsync(log, cancel)),
        JobDefinition.Of<BackupService>("backup.sqlite", "Back up the database", "Copies the database while people go on working, checks the copy, and keeps the newest ones.", "0 0 2 * * ?", (backups, log, cancel) => backups.MakeAsync(log, cancel)) with { On = [DatabaseProvider.Sqlite] },
        JobDefinition.Of<BackupNotes>("backup.remind", "Remind of backups", "Reminds administrators when nobody has noted a backup of the database for some days.", "0 0 8 * * ?", (notes, log, cancel) => notes.RemindAsync(log, cancel)) with { On = [DatabaseProvider.PostgreSql, DatabaseProvider.SqlServer], IsOfInstallation = true },
        JobDefinition.Of<TenantRemoval>("tenants.remove", "Remove deleted tenants", "Removes the databases of tenants whose days of grace are over, and what is left of tenants that were never finished.", "0 40 1 * * ?", (removal, log, cancel) => removal.RemoveAsync(log, cancel)) with { IsOfInstallation = true },
        JobDefinition.Of<OldRuns>("jobs.clean", "Remove old runs of jobs", "Keeps the runs of the last 30 days; of jobs that run every minute those of the last day.", "0 50 1 * * ?", (runs, log, cancel) => runs.RemoveAsync(log, cancel)),
        JobDefinition.Of<AuditRetention>("audit.retention", "Remove old events from the audit log", "Empties and removes what is over its time, behind a checkpoint; what goes is archived first where a folder is configured.", "0 20 1 * * ?", (retention, log, cancel) => retention.RunAsync(log, cancel)),
        JobDefinition.Of<AuditErasure>("audit.erasure", "Finish erasing people from the audit log", "Goes on where an erasure was interrupted.", "30 */5 * * * ?", (erasure, log, cancel) => erasure.RunAsync(log, cancel)) with { IsFrequent = true },
    ];

    public static JobDefinition? Find(string code) => Jobs.FirstOrDefault(job => job.Code == code);
}
