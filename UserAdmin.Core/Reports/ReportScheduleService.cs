using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Reports;

/// <summary>Keeps which reports are made by the clock. Whoever may schedule reports sees and changes every schedule of a report that they see.</summary>
public sealed class ReportScheduleService(UserAdminDbContext db, ReportService built, ScheduledReports scheduled, TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    private static readonly Problem
        NotFound = new(ProblemKind.NotFound, "report_schedule.not_found", "There is no such schedule, or its report is not yours to see."),
        ReportGone = new(ProblemKind.Invalid, "report_schedule.report_gone", "There is no such report, or it is not yours to see.", nameof(ReportScheduleForm.Report)),
        NoTime = new(ProblemKind.Invalid, "report_schedule.no_time", "This is no time that comes again, such as 0 0 7 ? * MON for Mondays at seven.", nameof(ReportScheduleForm.Cron)),
        TooOften = new(ProblemKind.Invalid, "report_schedule.too_often", "Once a minute is as often as a report can be made.", nameof(ReportScheduleForm.Cron)),
        NoZone = new(ProblemKind.Invalid, "report_schedule.no_zone", "There is no such time zone.", nameof(ReportScheduleForm.TimeZone)),
        NobodyGetsIt = new(ProblemKind.Invalid, "report_schedule.no_recipients", "Choose 1 to 50 people who get it.", nameof(ReportScheduleForm.Recipients)),
        OwnAlone = new(ProblemKind.Invalid, "report_schedule.not_shared", "This report is yours alone. Share it before others get it.", nameof(ReportScheduleForm.Recipients)),
        Changed = new(ProblemKind.Conflict, "report_schedule.changed", "Somebody else changed this schedule meanwhile. Open it again.");

    public async Task<IReadOnlyList<ScheduleRow>> ListAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsSchedule))
            return [];
        var names = await NamesAsync(actor, cancel);
        var rows = await db.ReportSchedules.AsNoTracking().OrderBy(s => s.Name).ThenBy(s => s.Id).Take(500).Select(s => new
        {
            Schedule = s,
            Last = db.ReportRuns.Where(r => r.ScheduleId == s.Id).OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id).Select(r => new { r.StartedAt, r.State }).FirstOrDefault(),
        }).ToListAsync(cancel);
        return [.. rows.Where(row => names.ContainsKey(row.Schedule.Report)).Select(row => row.Schedule is var s ? new ScheduleRow(
            s.Id, s.Name, names[s.Report], s.Cron, s.TimeZone, s.Format, ReadRecipients(s).Count, s.IsActive, s.NextRunAt, row.Last?.StartedAt, row.Last?.State) : null!)];
    }

    /// <summary>Null when the actor may not see it.</summary>
    public async Task<ScheduleDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsSchedule) || await LoadAsync(id, actor, cancel) is not var (schedule, name))
            return null;
        var ids = ReadRecipients(schedule);
        var people = await db.Users.AsNoTracking().Where(u => ids.Contains(u.Id) || u.Id == schedule.OwnerId).Select(u => new { u.Id, u.FirstName, u.LastName, u.UserName }).ToListAsync(cancel);
        string NameOf(Guid? person) => people.FirstOrDefault(u => u.Id == person) is { } user ? AuditTarget.NameOf($"{user.FirstName} {user.LastName}".Trim(), user.UserName) : "Somebody who is gone";
        var runs = await db.ReportRuns.AsNoTracking().Where(r => r.ScheduleId == id).OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id).Take(50)
            .Select(r => new ScheduleRun(r.Id, r.ScheduledFor, r.StartedAt, r.EndedAt, r.State, r.Rows, r.Recipients, r.Problem)).ToListAsync(cancel);
        ReportScheduleForm form = new()
        {
            Name = schedule.Name,
            Report = schedule.Report,
            Parameters = ReportParameters.Parse(schedule.Parameters) ?? new(),
            Format = schedule.Format,
            Cron = schedule.Cron,
            TimeZone = schedule.TimeZone,
            Recipients = ids,
            IsActive = schedule.IsActive,
        };
        return new(id, form, name, NameOf(schedule.OwnerId), schedule.NextRunAt, [.. ids.Select(person => (person, NameOf(person)))], runs, schedule.Stamp);
    }

    /// <summary>The name of a report that can be scheduled; null when the actor may not see it.</summary>
    public async Task<string?> NameOfAsync(string report, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.ReportsSchedule) ? (await NamesAsync(actor, cancel)).GetValueOrDefault(report) : null;

    public async Task<Result<Guid>> CreateAsync(ReportScheduleForm form, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsSchedule))
            return await db.DenyAsync(actor, Permission.ReportsSchedule, null, clock, cancel);
        if (await CheckAsync(form, actor.UserId, actor, cancel) is { } wrong)
            return wrong;
        var now = clock.GetUtcNow();
        var schedule = new ReportSchedule { Report = form.Report, Name = "", OwnerId = actor.UserId, Cron = "", TimeZone = "", Recipients = "", CreatedAt = now };
        Fill(schedule, form, now);
        db.ReportSchedules.Add(schedule);
        db.Record(AuditAction.ReportScheduled, actor, new(schedule.Id, schedule.Name), now, ChangesOf(null, schedule));
        await db.SaveChangesAsync(cancel);
        return schedule.Id;
    }

    /// <summary>Problems: not allowed, not found, changed by somebody else since <paramref name="stamp"/>, what is wrong with the form.</summary>
    public async Task<Result> SaveAsync(Guid id, ReportScheduleForm form, Guid stamp, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsSchedule))
            return await db.DenyAsync(actor, Permission.ReportsSchedule, id, clock, cancel);
        if (await LoadAsync(id, actor, cancel) is not var (known, _))
            return NotFound;
        form.Report = known.Report;
        if (await CheckAsync(form, known.OwnerId, actor, cancel) is { } wrong)
            return wrong;
        return await db.WriteAsync(async () =>
        {
            if (await db.ReportSchedules.SingleOrDefaultAsync(s => s.Id == id && s.Stamp == stamp, cancel) is not { } schedule)
                return Changed;
            Fill(schedule, form, clock.GetUtcNow());
            db.Record(AuditAction.ReportScheduleEdited, actor, new(id, schedule.Name), clock.GetUtcNow(), ChangesOf(known, schedule));
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateConcurrencyException)
            {
                return Changed;
            }
            return Result.Ok;
        }, cancel);
    }

    public async Task<Result> DeleteAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsSchedule))
            return await db.DenyAsync(actor, Permission.ReportsSchedule, id, clock, cancel);
        return await db.WriteAsync(async () =>
        {
            if (await LoadAsync(id, actor, cancel) is not var (schedule, _))
                return NotFound;
            await db.ReportSchedules.Where(s => s.Id == id).ExecuteDeleteAsync(cancel);
            db.Record(AuditAction.ReportScheduleDeleted, actor, new(id, schedule.Name), clock.GetUtcNow(), ChangesOf(schedule, null));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Has the report made and sent at once, beside its timetable. Problems: not allowed, not found.</summary>
    public async Task<Result> RunNowAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsSchedule))
            return await db.DenyAsync(actor, Permission.ReportsSchedule, id, clock, cancel);
        if (await LoadAsync(id, actor, cancel) is not var (schedule, _))
            return NotFound;
        await scheduled.BeginByHandAsync(schedule, actor, cancel);
        return Result.Ok;
    }

    internal static List<Guid> ReadRecipients(ReportSchedule schedule) => JsonSerializer.Deserialize<List<Guid>>(schedule.Recipients) ?? [];

    private async Task<(ReportSchedule Schedule, string Report)?> LoadAsync(Guid id, Actor actor, CancellationToken cancel) =>
        await db.ReportSchedules.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancel) is { } schedule && (await NamesAsync(actor, cancel)).TryGetValue(schedule.Report, out var name) ? (schedule, name) : null;

    private async Task<Dictionary<string, string>> NamesAsync(Actor actor, CancellationToken cancel) =>
        ReportReader.ListFor(actor).Select(report => (report.Code, report.Title)).Concat((await built.ListAsync(actor, cancel)).Select(report => (Code: report.Id.ToString(), Title: report.Name))).ToDictionary(pair => pair.Code, pair => pair.Title);

    private async Task<Problem?> CheckAsync(ReportScheduleForm form, Guid? ownerId, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (!(await NamesAsync(actor, cancel)).ContainsKey(form.Report))
            return ReportGone;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(form.TimeZone, out _))
            return NoZone;
        if (ScheduleTimes.NextAfter(form.Cron, form.TimeZone, now) is not { } first)
            return NoTime;
        if (ScheduleTimes.NextAfter(form.Cron, form.TimeZone, first) is { } second && second - first < Shortest)
            return TooOften;
        var wanted = form.Recipients.Distinct().ToList();
        if (wanted.Count is 0 or > ReportScheduleForm.MostRecipients || await db.Users.Existing().VisibleTo(actor, db).CountAsync(u => wanted.Contains(u.Id), cancel) != wanted.Count)
            return NobodyGetsIt;
        return Guid.TryParse(form.Report, out var id) && await db.Reports.AnyAsync(r => r.Id == id && !r.IsShared, cancel) && wanted.Any(person => person != ownerId) ? OwnAlone : null;
    }

    private static void Fill(ReportSchedule schedule, ReportScheduleForm form, DateTimeOffset now)
    {
        (schedule.Name, schedule.Parameters, schedule.Format, schedule.Cron, schedule.TimeZone) = (Text.Squeeze(form.Name), form.Parameters.ToJson(), form.Format, form.Cron.Trim(), form.TimeZone);
        (schedule.Recipients, schedule.IsActive, schedule.Stamp) = (JsonSerializer.Serialize(form.Recipients.Distinct()), form.IsActive, Ids.New());
        schedule.NextRunAt = form.IsActive ? ScheduleTimes.NextAfter(schedule.Cron, schedule.TimeZone, now) : null;
    }

    private static List<FieldChange> ChangesOf(ReportSchedule? before, ReportSchedule? after) =>
        [.. new FieldChange[]
        {
            new("Report", before?.Report, after?.Report), new("Name", before?.Name, after?.Name), new("Parameters", before?.Parameters, after?.Parameters), new("Format", before?.Format.ToString(), after?.Format.ToString()),
            new("Cron", before?.Cron, after?.Cron), new("TimeZone", before?.TimeZone, after?.TimeZone), new("Recipients", before?.Recipients, after?.Recipients), new("IsActive", before?.IsActive.ToString(), after?.IsActive.ToString()),
        }.Where(change => change.Before != change.After)];
}
