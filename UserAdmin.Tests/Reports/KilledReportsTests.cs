using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Reports;

namespace UserAdmin.Tests.Reports;

/// <summary>The real program, killed while it makes a report that was due.</summary>
public sealed class KilledReportsTests
{
    // How far a run has come.
    private const int NotBegun = 0, Begun = 1, FileBegun = 2, FilesMade = 3, Ended = 4;

    private static readonly int[] Moments = [FilesMade, FileBegun, Begun, Ended];

    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Each))]
    public async Task P5_A_server_killed_while_it_makes_a_report_makes_each_file_and_each_mail_once(DatabaseProvider provider)
    {
        await using var killing = await Killing.StartAsync(provider);
        var portal = killing.Portal;
        var people = new[] { await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Grace) };
        ReportScheduleForm form = new() { Name = "When asked", Report = "access", Cron = "0 0 0 1 1 ? 2099", Format = ExportFormat.Excel, Recipients = [.. people.Select(person => person.Id)] };
        var created = await portal.Run((ReportScheduleService schedules) => schedules.CreateAsync(form, people[0], Cancel));
        Assert.Null(created.Problem);
        await killing.HurryAsync("reports.scheduled");
        var moments = new List<DateTimeOffset>();

        for (var hits = 0; hits < Killing.Rounds;)
        {
            var (moment, wanted) = (portal.Clock.Now.AddHours(-1).AddSeconds(moments.Count), Moments[moments.Count % Moments.Length]);
            moments.Add(moment);
            await portal.Run((UserAdminDbContext db) => db.ReportSchedules.ExecuteUpdateAsync(row => row.SetProperty(s => s.NextRunAt, moment), Cancel));
            await killing.KillOnceAsync(async db => await HowFar(db, moment) >= wanted);
            if (await portal.Run((UserAdminDbContext db) => HowFar(db, moment)) < Ended)
                hits++;
        }
        await killing.KillOnceAsync(async db => await db.ReportRuns.CountAsync(Cancel) >= moments.Count && await db.ReportRuns.AllAsync(r => r.State != ReportRunState.Running, Cancel));

        var runs = await portal.Run((UserAdminDbContext db) => db.ReportRuns.AsNoTracking().OrderBy(r => r.ScheduledFor).ToListAsync(Cancel));
        Assert.Equal(moments, runs.Select(r => r.ScheduledFor));
        Assert.All(runs, run => Assert.Equal((ReportRunState.Done, people.Length, null), (run.State, run.Recipients, run.Problem)));
        var files = await portal.Run((UserAdminDbContext db) => db.Exports.AsNoTracking().ToListAsync(Cancel));
        Assert.Equal(runs.SelectMany(run => people.Select(person => (run.Id, person.Id))).Order(), files.Select(file => (file.ReportRunId!.Value, file.OwnerId)).Order());
        Assert.All(files, file => Assert.Equal(ExportState.Done, file.State));
        Assert.Equal(files.Count, await portal.Run((UserAdminDbContext db) => db.ExportChunks.CountAsync(Cancel)));
        var mails = await portal.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.Template == MailKind.ReportReady.Key || m.Template == MailKind.ReportFailed.Key).Select(m => new { m.Template, m.UserId }).ToListAsync(Cancel));
        Assert.All(mails, mail => Assert.Equal(MailKind.ReportReady.Key, mail.Template));
        Assert.Equal(runs.SelectMany(_ => people.Select(person => person.UserId)).Order(), mails.Select(mail => mail.UserId).Order());
        Assert.Equal(runs.Count, (await portal.Events(AuditAction.ReportSent)).Count);
        Assert.Equal(files.Count, (await portal.Events(AuditAction.ExportMade)).Count);
    }

    private static async Task<int> HowFar(UserAdminDbContext db, DateTimeOffset moment)
    {
        if (await db.ReportRuns.AsNoTracking().SingleOrDefaultAsync(r => r.ScheduledFor == moment, Cancel) is not { } run)
            return NotBegun;
        if (run.State != ReportRunState.Running)
            return Ended;
        var files = await db.Exports.AsNoTracking().Where(e => e.ReportRunId == run.Id).ToListAsync(Cancel);
        return files.TrueForAll(file => file.State == ExportState.Done) ? FilesMade : files.Exists(file => file.Attempts > 0) ? FileBegun : Begun;
    }
}
