using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Reports;

/// <summary>
/// Makes reports by the clock. A run begins in the transaction that moves its schedule to the next moment, with a file to be made for each recipient, so that each sees what they may;
/// it ends in the transaction that puts the mails on their way. So a server that dies at any moment leaves a run that has begun or not, and ended or not: nothing is lost, nothing comes twice.
/// </summary>
public sealed class ScheduledReports(
    UserAdminDbContext db, AccessEvaluator evaluator, Policies policies, Outbox outbox, PublicAddress address, ExportSignal exports, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    private sealed record Recipients(IReadOnlyList<Guid> Allowed, IReadOnlyList<string> Skipped);

    /// <summary>Begins what is due, once for all moments that were missed, and ends what is made.</summary>
    public async Task RunAsync(JobLog log, CancellationToken cancel)
    {
        var (begun, ended) = (0, 0);
        var now = clock.GetUtcNow();
        foreach (var schedule in await db.ReportSchedules.AsNoTracking().Where(s => s.IsActive && s.NextRunAt <= now).OrderBy(s => s.NextRunAt).ToListAsync(cancel))
            if (await BeginAsync(schedule, schedule.NextRunAt!.Value, null, cancel))
            {
                begun++;
                log.Say($"Began \"{schedule.Name}\" for {schedule.NextRunAt:yyyy-MM-dd HH:mm} UTC.");
            }
        foreach (var run in await db.ReportRuns.AsNoTracking().Where(r => r.State == ReportRunState.Running).OrderBy(r => r.StartedAt).ThenBy(r => r.Id).ToListAsync(cancel))
            if (await EndAsync(run, cancel) is { } said)
            {
                ended++;
                log.Say(said);
            }
        log.Conclude(begun + ended == 0 ? "Nothing was due." : $"Began {begun} and ended {ended} reports.");
    }

    /// <summary>Whoever calls has asked whether the actor may.</summary>
    internal Task<bool> BeginByHandAsync(ReportSchedule schedule, Actor actor, CancellationToken cancel) => BeginAsync(schedule, clock.GetUtcNow(), actor, cancel);

    private async Task<bool> BeginAsync(ReportSchedule schedule, DateTimeOffset moment, Actor? byHand, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var next = ScheduleTimes.NextAfter(schedule.Cron, schedule.TimeZone, now);
        var (recipients, kept) = (await RecipientsAsync(schedule, now, cancel), await policies.GetAsync<ExportPolicy>(cancel));
        var begun = false;
        await db.WriteAsync(async () =>
        {
            // Whoever moves the schedule begins the run; another server finds it moved.
            begun = byHand is not null || await db.ReportSchedules.Where(s => s.Id == schedule.Id && s.IsActive && s.NextRunAt == schedule.NextRunAt)
                .ExecuteUpdateAsync(row => row.SetProperty(s => s.NextRunAt, next), cancel) == 1;
            if (!begun)
                return Result.Ok;
            var run = new ReportRun { ScheduleId = schedule.Id, ScheduledFor = moment, StartedAt = now, Recipients = recipients.Allowed.Count, Problem = ProblemOf(recipients) };
            db.ReportRuns.Add(run);
            var file = new ReportFile(schedule.Report, ReportParameters.Parse(schedule.Parameters), schedule.TimeZone).ToJson();
            db.Exports.AddRange(recipients.Allowed.Select(person => new Export
            {
                OwnerId = person,
                List = ReportExport.List,
                Title = schedule.Name,
                Format = schedule.Format,
                Query = file,
                TimeZone = schedule.TimeZone,
                CreatedAt = now,
                ExpiresAt = now.AddDays(kept.KeptReportDays),
                ReportRunId = run.Id,
            }));
            if (byHand is not null)
                db.Record(AuditAction.ReportMadeByHand, byHand, new(schedule.Id, schedule.Name), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        db.ChangeTracker.Clear();
        if (begun)
            exports.Ring();
        return begun;
    }

    /// <summary>What became of it, when all its files are made or given up; null while they are not.</summary>
    private async Task<string?> EndAsync(ReportRun run, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var files = await db.Exports.AsNoTracking().Where(e => e.ReportRunId == run.Id).ToListAsync(cancel);
        var isLate = run.StartedAt + Patience <= now;
        if (files.Any(file => file.State is ExportState.Waiting or ExportState.Running) && !isLate)
            return null;
        if (await db.ReportSchedules.AsNoTracking().SingleOrDefaultAsync(s => s.Id == run.ScheduleId, cancel) is not { } schedule)
            return null;
        var done = files.Where(file => file.State == ExportState.Done).ToList();
        string[] problems = [.. new[] { run.Problem }.OfType<string>(), .. files.Where(file => file.State != ExportState.Done).Select(file => file.Problem ?? (file.State == ExportState.Canceled ? "A recipient canceled it." : "No server made the file within a day.")).Distinct()];
        var problem = problems.Length == 0 ? null : Text.Shorten(string.Join(' ', problems), 500);
        var hasFailed = done.Count == 0 || files.Count > done.Count;
        var ended = false;
        await db.WriteAsync(async () =>
        {
            ended = await db.ReportRuns.Where(r => r.Id == run.Id && r.State == ReportRunState.Running).ExecuteUpdateAsync(row => row
                .SetProperty(r => r.State, hasFailed ? ReportRunState.Failed : ReportRunState.Done).SetProperty(r => r.EndedAt, now).SetProperty(r => r.Rows, done.Count == 0 ? 0 : done.Max(file => file.Rows)).SetProperty(r => r.Recipients, done.Count)
                .SetProperty(r => r.Problem, problem), cancel) == 1;
            if (!ended)
                return Result.Ok;
            await TellAsync(schedule, done, problem, cancel);
            db.Record(hasFailed ? AuditAction.ReportNotSent : AuditAction.ReportSent, Actor.System, new(schedule.Id, schedule.Name), now,
                [new("Recipients", null, $"{done.Count}"), new("Format", null, schedule.Format.ToString())], problem, hasFailed ? AuditOutcome.Failure : AuditOutcome.Success);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        db.ChangeTracker.Clear();
        return ended ? $"Ended \"{schedule.Name}\": {done.Count} sent{(problem is null ? "." : $". {problem}")}" : null;
    }

    private async Task TellAsync(ReportSchedule schedule, List<Export> done, string? problem, CancellationToken cancel)
    {
        var policy = await policies.GetAsync<ReportPolicy>(cancel);
        var ids = done.ConvertAll(file => file.OwnerId);
        var people = await db.Users.AsNoTracking().Where(u => ids.Contains(u.Id) || (problem != null && u.Id == schedule.OwnerId)).ToDictionaryAsync(u => u.Id, cancel);
        foreach (var file in done.Where(file => people.ContainsKey(file.OwnerId)))
            await outbox.AddAsync(MailKind.ReportReady, await outbox.RecipientAsync(people[file.OwnerId], cancel), null, policy.AttachFiles && file.Bytes <= policy.MostAttachedMegabytes * 1024L * 1024 ? file.Id : null, cancel,
                ("report", schedule.Name), ("rows", $"{file.Rows}"), ("until", $"{file.ExpiresAt:yyyy-MM-dd}"), ("link", address.Link("/me/exports")));
        if (problem is not null && schedule.OwnerId is { } owner && people.TryGetValue(owner, out var user))
            await outbox.AddAsync(MailKind.ReportFailed, await outbox.RecipientAsync(user, cancel), null, cancel, ("report", schedule.Name), ("problem", problem), ("link", address.Link($"/reports/schedules/{schedule.Id}")));
    }

    // Judged anew at each run: whoever may not see reports any more gets none.
    private async Task<Recipients> RecipientsAsync(ReportSchedule schedule, DateTimeOffset now, CancellationToken cancel)
    {
        var wanted = ReportScheduleService.ReadRecipients(schedule);
        var people = await db.Users.AsNoTracking().WithStatus(UserStatus.Active, now).Where(u => wanted.Contains(u.Id)).ToDictionaryAsync(u => u.Id, cancel);
        var (allowed, skipped) = (new List<Guid>(), new List<string>());
        foreach (var id in wanted)
            if (!people.TryGetValue(id, out var user))
                skipped.Add("Somebody whose account is not active");
            else if ((await evaluator.EvaluateAsync(id, cancel)).Can(Permission.ReportsView))
                allowed.Add(id);
            else
                skipped.Add(((AuditTarget)user).Name);
        return new(allowed, skipped);
    }

    private static string? ProblemOf(Recipients recipients) =>
        recipients.Skipped.Count > 0 ? Text.Shorten($"Skipped, because they may not see reports: {string.Join(", ", recipients.Skipped)}.", 500) : recipients.Allowed.Count == 0 ? "Nobody is left who gets it." : null;
}
