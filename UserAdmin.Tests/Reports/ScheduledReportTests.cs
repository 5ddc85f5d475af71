using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Reports;

public class ScheduledReportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task P5_A_report_is_made_when_it_is_due_and_each_recipient_gets_one_mail_and_a_file_of_what_they_may_see(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, grace) = (await portal.Given(Alice), await portal.Given(Grace));
        var id = await Schedule(portal, alice, "access", alice.Id, grace.Id);

        Assert.Equal("Nothing was due.", await Run(portal));
        portal.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("Began 1 and ended 0 reports.", await Run(portal));
        Assert.Equal("Nothing was due.", await Run(portal));
        await MakeFiles(portal);
        Assert.Equal("Began 0 and ended 1 reports.", await Run(portal));
        Assert.Equal("Nothing was due.", await Run(portal));

        Assert.Equal(["alice@example.org", "grace@example.org"], await Mails(portal, MailKind.ReportReady));
        var run = Assert.Single((await Find(portal, id, alice)).Runs);
        Assert.Equal((ReportRunState.Done, 2L, 2, (string?)null), (run.State, run.Rows, run.Recipients, run.Problem));
        var files = await Files(portal);
        Assert.All(files, file => Assert.Equal((ExportState.Done, run.Id), (file.State, file.ReportRunId)));
        Assert.Equal(new[] { alice.Id, grace.Id }.Order(), files.Select(file => file.OwnerId).Order());
        await portal.Event(AuditAction.ReportSent);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P5_Moments_that_were_missed_are_made_up_for_once_and_of_two_servers_one_does_it(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var id = await Schedule(portal, alice, "sign-ins", alice.Id);

        portal.Clock.Advance(TimeSpan.FromDays(3));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Run(portal)));

        Assert.Single(await Files(portal));
        var schedule = await Find(portal, id, alice);
        Assert.Single(schedule.Runs);
        Assert.True(schedule.NextRunAt > portal.Clock.Now);

        await MakeFiles(portal);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Run(portal)));
        Assert.Single(await Mails(portal, MailKind.ReportReady));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P5_A_server_that_dies_at_any_moment_loses_nothing_and_sends_nothing_twice(DatabaseProvider provider)
    {
        // From the beginning: the database layer asks only now and then whether anybody listens.
        using var death = new Death();
        using var listening = DiagnosticListener.AllListeners.Subscribe(death);
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, grace) = (await portal.Given(Alice), await portal.Given(Grace));
        var id = await Schedule(portal, alice, "sign-ins", alice.Id, grace.Id);
        var dead = 0;

        for (var round = 1; round <= 20; round++)
        {
            portal.Clock.Advance(TimeSpan.FromHours(1));
            dead += await RunUntil(portal, death, round) ? 1 : 0;
            await Run(portal);
            await MakeFiles(portal);
            dead += await RunUntil(portal, death, round) ? 1 : 0;
            await Run(portal);

            Assert.Equal(round, (await Find(portal, id, alice)).Runs.Count(run => run.State == ReportRunState.Done));
            Assert.Equal(2 * round, (await Files(portal)).Count);
            Assert.Equal(2 * round, (await Mails(portal, MailKind.ReportReady)).Count);
            Assert.Equal(round, (await portal.Events(AuditAction.ReportSent)).Count);
        }
        Assert.InRange(dead, 10, 40);
    }

    [Fact]
    public async Task P5_Who_may_not_see_reports_when_it_is_made_is_skipped_and_its_owner_is_told()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, grace) = (await portal.Given(Alice), await portal.Given(Grace));
        var id = await Schedule(portal, alice, "sign-ins", alice.Id, grace.Id);
        var graces = grace.Id;
        await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == graces).ExecuteDeleteAsync(Cancel));

        portal.Clock.Advance(TimeSpan.FromHours(1));
        await Run(portal);
        await MakeFiles(portal);
        await Run(portal);

        Assert.Equal(["alice@example.org"], await Mails(portal, MailKind.ReportReady));
        Assert.Equal(["alice@example.org"], await Mails(portal, MailKind.ReportFailed));
        Assert.Equal("Skipped, because they may not see reports: Grace Green.", Assert.Single((await Find(portal, id, alice)).Runs).Problem);
    }

    [Fact]
    public async Task P5_A_file_that_can_not_be_made_fails_the_run_and_its_owner_is_told()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var report = (await portal.Run((ReportService reports) => reports.CreateAsync(new() { Name = "Mine", Definition = new() { Columns = ["name"] } }, alice, Cancel))).Value;
        var id = await Schedule(portal, alice, report.ToString(), alice.Id);
        await portal.Run((UserAdminDbContext db) => db.Reports.ExecuteUpdateAsync(row => row.SetProperty(r => r.Definition, "{}x"), Cancel));

        portal.Clock.Advance(TimeSpan.FromHours(1));
        await Run(portal);
        await MakeFiles(portal);
        await Run(portal);

        Assert.Empty(await Mails(portal, MailKind.ReportReady));
        Assert.Single(await Mails(portal, MailKind.ReportFailed));
        Assert.Equal(ReportRunState.Failed, Assert.Single((await Find(portal, id, alice)).Runs).State);
        Assert.Equal(AuditOutcome.Failure, (await portal.Event(AuditAction.ReportNotSent)).Outcome);
    }

    [Fact]
    public async Task P5_Schedules_are_for_those_who_may_make_them_and_a_report_of_ones_own_goes_to_nobody_else()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, grace, heidi) = (await portal.Given(Alice), await portal.Given(Grace), await portal.Given(Heidi));
        var own = (await portal.Run((ReportService reports) => reports.CreateAsync(new() { Name = "Mine", Definition = new() { Columns = ["name"] } }, grace, Cancel))).Value.ToString();
        Task<Result<Guid>> Create(Actor actor, ReportScheduleForm form) => portal.Run((ReportScheduleService schedules) => schedules.CreateAsync(form, actor, Cancel));
        ReportScheduleForm Form(string report, params Guid[] people) => new() { Name = "Weekly", Report = report, Recipients = [.. people] };

        Assert.Equal(ProblemKind.NotAllowed, (await Create(heidi, Form("sign-ins", heidi.Id))).Problem?.Kind);
        Assert.Equal("report_schedule.report_gone", (await Create(alice, Form(own, alice.Id))).Problem?.Code);
        Assert.Equal("report_schedule.not_shared", (await Create(grace, Form(own, grace.Id, alice.Id))).Problem?.Code);
        Assert.Equal("report_schedule.no_recipients", (await Create(grace, Form("sign-ins"))).Problem?.Code);
        Assert.Equal("report_schedule.no_recipients", (await Create(grace, Form("sign-ins", Guid.NewGuid()))).Problem?.Code);
        foreach (var (cron, code) in new[] { ("often", "no_time"), ("0 0 7 1 1 ? 2001", "no_time"), ("* * * * * ?", "too_often") })
        {
            var form = Form("sign-ins", grace.Id);
            form.Cron = cron;
            Assert.Equal($"report_schedule.{code}", (await Create(grace, form)).Problem?.Code);
        }
        var id = (await Create(grace, Form(own, grace.Id))).Value;

        Assert.Empty(await portal.Run((ReportScheduleService schedules) => schedules.ListAsync(alice, Cancel)));
        Assert.Null(await portal.Run((ReportScheduleService schedules) => schedules.FindAsync(id, alice, Cancel)));
        Assert.Equal(ProblemKind.NotFound, (await portal.Run((ReportScheduleService schedules) => schedules.RunNowAsync(id, alice, Cancel))).Problem?.Kind);
        Assert.Equal(ProblemKind.NotFound, (await portal.Run((ReportScheduleService schedules) => schedules.DeleteAsync(id, alice, Cancel))).Problem?.Kind);
        Assert.Equal(ProblemKind.NotAllowed, (await portal.Run((ReportScheduleService schedules) => schedules.RunNowAsync(id, heidi, Cancel))).Problem?.Kind);
        var found = await Find(portal, id, grace);
        Assert.True((await portal.Run((ReportScheduleService schedules) => schedules.SaveAsync(id, found.Form, found.Stamp, grace, Cancel))).Succeeded);
        Assert.Equal("report_schedule.changed", (await portal.Run((ReportScheduleService schedules) => schedules.SaveAsync(id, found.Form, found.Stamp, grace, Cancel))).Problem?.Code);
        Assert.True((await portal.Run((ReportScheduleService schedules) => schedules.RunNowAsync(id, grace, Cancel))).Succeeded);
        Assert.Single(await Files(portal));
        Assert.True((await portal.Run((ReportService reports) => reports.DeleteAsync(Guid.Parse(own), grace, Cancel))).Succeeded);
        Assert.Empty(await portal.Run((ReportScheduleService schedules) => schedules.ListAsync(grace, Cancel)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P5_A_file_is_attached_only_when_the_settings_say_so(bool attach)
    {
        await using var portal = await TestPortal.StartAsync(settings: ("Policies:ReportPolicy:AttachFiles", $"{attach}"));
        var alice = await portal.Given(Alice);
        await Schedule(portal, alice, "sign-ins", alice.Id);

        portal.Clock.Advance(TimeSpan.FromHours(1));
        await Run(portal);
        await MakeFiles(portal);
        await Run(portal);

        var content = await portal.Run(async (UserAdminDbContext db) => await db.OutboxMessages.SingleAsync(Cancel)) is var message ? await portal.Run((Outbox outbox) => Task.FromResult(outbox.Read(message))) : null;
        Assert.Equal(attach ? Assert.Single(await Files(portal)).Id : null, content!.FileId);
        Assert.Contains("/me/exports", content.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Seven_o_clock_stays_seven_o_clock_when_the_clock_is_changed()
    {
        DateTimeOffset? Next(string after) => ScheduleTimes.NextAfter("0 0 7 * * ?", "Europe/Berlin", DateTimeOffset.Parse(after, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(new(2026, 3, 28, 6, 0, 0, TimeSpan.Zero), Next("2026-03-28T00:00:00Z"));
        Assert.Equal(new(2026, 3, 29, 5, 0, 0, TimeSpan.Zero), Next("2026-03-29T00:00:00Z"));
        Assert.Null(ScheduleTimes.NextAfter("0 0 7 * * ?", "Nowhere/Else", DateTimeOffset.UnixEpoch));
    }

    private static async Task<Guid> Schedule(TestPortal portal, Actor actor, string report, params Guid[] people)
    {
        ReportScheduleForm form = new() { Name = "Hourly", Report = report, Cron = "0 0 * * * ?", Format = ExportFormat.Csv, Recipients = [.. people] };
        var created = await portal.Run((ReportScheduleService schedules) => schedules.CreateAsync(form, actor, Cancel));
        Assert.True(created.Succeeded, created.Problem?.Message);
        return created.Value;
    }

    private static async Task<string?> Run(TestPortal portal)
    {
        var log = new JobLog(portal.Clock);
        await portal.Run(async (ScheduledReports reports) =>
        {
            await reports.RunAsync(log, Cancel);
            return true;
        });
        return log.Summary;
    }

    // As if the process died there: before this statement, or after this commit.
    private static async Task<bool> RunUntil(TestPortal portal, Death death, int step)
    {
        death.Expect(step);
        try
        {
            await Run(portal);
            return false;
        }
        catch (Exception died) when (died.GetBaseException() is Died)
        {
            return true;
        }
    }

    private static async Task MakeFiles(TestPortal portal)
    {
        var (runner, tenant) = (portal.Services.GetRequiredService<ExportRunner>(), portal.Services.GetRequiredService<TenantDirectory>().Default);
        while (await runner.RunNextAsync(tenant, Cancel))
        {
        }
    }

    private static async Task<ScheduleDetails> Find(TestPortal portal, Guid id, Actor actor) => (await portal.Run((ReportScheduleService schedules) => schedules.FindAsync(id, actor, Cancel)))!;

    private static Task<List<Export>> Files(TestPortal portal) => portal.Run((UserAdminDbContext db) => db.Exports.AsNoTracking().ToListAsync(Cancel));

    private static Task<List<string>> Mails(TestPortal portal, MailKind kind) => portal.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.Template == kind.Key).OrderBy(m => m.Recipient).Select(m => m.Recipient).ToListAsync(Cancel));

    private sealed class Died : Exception;

    private sealed class Death : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly List<IDisposable> subscriptions = [];
        // Only what this test does dies, and only where it said so.
        private readonly AsyncLocal<int[]?> left = new();

        public void Expect(int step) => left.Value = [step];

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
                lock (subscriptions)
                    subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (left.Value is { } steps && (value.Key == RelationalEventId.CommandExecuting.Name || value.Key == RelationalEventId.TransactionCommitted.Name) && --steps[0] == 0)
                throw new Died();
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }

        public void Dispose()
        {
            lock (subscriptions)
                subscriptions.ForEach(subscription => subscription.Dispose());
        }
    }
}
