using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Jobs;

public class ChangingJobsTests
{
    private const string Code = "jobs.clean";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task J2_A_job_is_run_by_hand_and_the_page_shows_what_came_of_it()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        var started = await app.Run((JobService jobs) => jobs.RunNowAsync(Code, null, app.Alice, Cancel));
        Assert.Null(started.Problem);
        var run = await End(app, started.Value);

        Assert.Equal((JobOutcome.Succeeded, JobTrigger.ByHand, "Removed 0 runs."), (run.Outcome, run.Trigger, run.Summary));
        Assert.Equal("Alice Archer", (await app.Event(AuditAction.JobStarted)).ActorName);
        var page = await (await browser.Get($"/jobs/{Code}")).Text();
        Assert.Contains("Removed 0 runs.", page);
        Assert.Contains("By Alice Archer", page);
        Assert.Contains("Every day at 01:50", page);
        Assert.Contains("Removed 0 runs.", await (await browser.Get($"/jobs/runs/{run.Id}")).Text());
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Get("/jobs/no.such.job")).StatusCode);
    }

    [Fact]
    public async Task J2_A_pause_and_a_changed_timetable_are_kept_recorded_and_shown()
    {
        await using var app = await TestApp.StartAsync();
        var form = new JobScheduleForm { Rhythm = JobRhythm.Weekly, Weekday = DayOfWeek.Friday, At = new(6, 30), TimeZone = "Europe/Berlin" };

        Assert.Null((await app.Run((JobService jobs) => jobs.ScheduleAsync(Code, form, null, app.Alice, Cancel))).Problem);
        var changed = await Find(app);
        Assert.Null((await app.Run((JobService jobs) => jobs.PauseAsync(Code, changed.Stamp, app.Alice, Cancel))).Problem);
        var paused = await Find(app);
        Assert.Equal("job.changed", (await app.Run((JobService jobs) => jobs.ResumeAsync(Code, changed.Stamp, app.Alice, Cancel))).Problem?.Code);
        Assert.Null((await app.Run((JobService jobs) => jobs.ResumeAsync(Code, paused.Stamp, app.Alice, Cancel))).Problem);
        Assert.Null((await app.Run(async (JobService jobs) => await jobs.ResetAsync(Code, (await Find(app)).Stamp, app.Alice, Cancel))).Problem);
        var usual = await Find(app);

        Assert.Equal(("0 30 6 ? * FRI", "Europe/Berlin", true, false), (changed.Times.Cron, changed.Times.Zone.Id, changed.IsChanged, changed.IsPaused));
        Assert.Equal((true, null), (paused.IsPaused, paused.Next));
        Assert.Equal((false, false, "0 50 1 * * ?"), (usual.IsChanged, usual.IsPaused, usual.Times.Cron));
        Assert.Contains("Schedule: Every day at 01:50 (UTC) -> Every Friday at 06:30 (Europe/Berlin)", (await app.Events(AuditAction.JobScheduleChanged))[0].Differences);
        Assert.Single(await app.Events(AuditAction.JobPaused));
        Assert.Single(await app.Events(AuditAction.JobResumed));
    }

    [Fact]
    public async Task J2_Who_may_only_look_changes_nothing_and_that_is_recorded()
    {
        await using var app = await TestApp.StartAsync();
        var (grace, carol) = (await app.Given(Grace), await app.Given(Carol));

        Assert.Equal("not_allowed", (await app.Run((JobService jobs) => jobs.RunNowAsync(Code, null, grace, Cancel))).Problem?.Code);
        Assert.Equal("not_allowed", (await app.Run((JobService jobs) => jobs.PauseAsync(Code, null, grace, Cancel))).Problem?.Code);
        Assert.Equal("not_allowed", (await app.Run((JobService jobs) => jobs.ScheduleAsync(Code, new(), null, grace, Cancel))).Problem?.Code);

        Assert.Equal(3, (await app.Events(AuditAction.AccessDenied)).Count);
        Assert.NotEmpty(await app.Run((JobDirectory jobs) => jobs.ListAsync(grace, Cancel)));
        Assert.Empty(await app.Run((JobDirectory jobs) => jobs.ListAsync(carol, Cancel)));
        Assert.Equal(0, await app.Run((UserAdminDbContext db) => db.JobRuns.CountAsync(Cancel)));
    }

    [Fact]
    public async Task J2_What_cannot_be_undone_asks_for_a_fresh_sign_in_and_a_reason()
    {
        await using var app = await TestApp.StartAsync();
        var stale = app.Alice with { AuthenticatedAt = app.Clock.Now.AddHours(-1) };

        Assert.Equal("step_up.needed", (await app.Run((JobService jobs) => jobs.RunNowAsync("users.dormant", "Spring", stale, Cancel))).Problem?.Code);
        Assert.Equal("reason.missing", (await app.Run((JobService jobs) => jobs.RunNowAsync("users.dormant", " ", app.Alice, Cancel))).Problem?.Code);
        var started = await app.Run((JobService jobs) => jobs.RunNowAsync("users.dormant", "Spring", app.Alice, Cancel));

        Assert.Equal("The rule is off.", (await End(app, started.Value)).Summary);
        Assert.Equal("Spring", (await app.Event(AuditAction.JobStarted)).Reason);
    }

    [Fact]
    public async Task J1_A_tenant_has_its_own_runs_and_none_of_the_installation()
    {
        await using var app = await TestApp.StartAsync();
        var blue = await TestTenant.MakeAsync(app, "blue");

        var started = await blue.Run((JobService jobs) => jobs.RunNowAsync(Code, null, blue.Alice, Cancel));
        await End(blue, started.Value);

        Assert.DoesNotContain("tenants.remove", (await blue.Run((JobDirectory jobs) => jobs.ListAsync(blue.Alice, Cancel))).Select(row => row.Job.Code));
        Assert.Contains("tenants.remove", (await app.Run((JobDirectory jobs) => jobs.ListAsync(app.Alice, Cancel))).Select(row => row.Job.Code));
        Assert.Equal(0, await app.Run((UserAdminDbContext db) => db.JobRuns.CountAsync(Cancel)));
        Assert.Equal("job.not_found", (await blue.Run((JobService jobs) => jobs.RunNowAsync("tenants.remove", null, blue.Alice, Cancel))).Problem?.Code);
    }

    private static async Task<JobRow> Find(TestApp app) => (await app.Run((JobDirectory jobs) => jobs.FindAsync(Code, app.Alice, Cancel)))!;

    private static async Task<JobRun> End(ITestPortal portal, Guid id)
    {
        while (await portal.Run((UserAdminDbContext db) => db.JobRuns.AsNoTracking().SingleAsync(r => r.Id == id, Cancel)) is var run)
        {
            if (run.Outcome != JobOutcome.Running)
                return run;
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancel);
        }
        throw new InvalidOperationException("The run is gone.");
    }
}
