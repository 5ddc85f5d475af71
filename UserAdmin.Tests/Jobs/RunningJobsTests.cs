using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Jobs;

public class RunningJobsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task J3_Of_many_servers_one_runs_a_job_for_a_moment(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var ran = 0;
        using var rig = new JobRig(portal, JobRig.Job((log, _) =>
        {
            Interlocked.Increment(ref ran);
            log.Conclude("Did it.");
            return Task.CompletedTask;
        }));

        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.Run(JobRig.Moment)));

        Assert.Equal(1, ran);
        Assert.Single(runs.OfType<JobRun>());
        var run = Assert.Single(await rig.Runs());
        Assert.Equal((JobOutcome.Succeeded, JobTrigger.Schedule, "Did it.", 1), (run.Outcome, run.Trigger, run.Summary, run.Attempt));
        Assert.Contains("Did it.", run.Log);
        Assert.Contains("Summary: - -> Did it.", (await portal.Event(AuditAction.JobSucceeded)).Differences);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task J3_A_job_that_is_running_is_not_started_for_another_moment(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (begun, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var rig = new JobRig(portal, JobRig.Job((_, _) =>
        {
            begun.SetResult();
            return mayEnd.Task;
        }));

        var first = rig.Run(JobRig.Moment);
        await begun.Task.WaitAsync(Cancel);
        var second = await rig.Run(JobRig.Moment.AddDays(1));
        mayEnd.SetResult();

        Assert.Null(second);
        Assert.NotNull(await first);
        Assert.Single(await rig.Runs());
    }

    [Fact]
    public async Task J3_The_database_itself_refuses_a_second_run_of_a_job_that_is_running()
    {
        await using var portal = await TestPortal.StartAsync();
        JobRun New(DateTimeOffset moment) => new() { Job = "test.job", ScheduledFor = moment, StartedAt = moment, HeldUntil = moment, Server = "a" };
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.JobRuns.Add(New(JobRig.Moment));
            return await db.SaveChangesAsync(Cancel);
        });

        await Assert.ThrowsAsync<DbUpdateException>(() => portal.Run(async (UserAdminDbContext db) =>
        {
            db.JobRuns.Add(New(JobRig.Moment.AddDays(1)));
            return await db.SaveChangesAsync(Cancel);
        }));
    }

    [Fact]
    public async Task J3_A_run_that_fails_is_tried_three_times_and_reported_once_until_it_succeeds_again()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Given(Alice);
        await portal.Given(Carol);
        var fails = true;
        using var rig = new JobRig(portal, JobRig.Job((_, _) => fails ? throw new InvalidOperationException("The cellar is full.") : Task.CompletedTask));

        await rig.Run(JobRig.Moment);
        Assert.Empty(await rig.Due());
        portal.Clock.Advance(TimeSpan.FromMinutes(1));
        await rig.Look();
        Assert.Equal(0, await rig.Mails());
        portal.Clock.Advance(TimeSpan.FromMinutes(5));
        await rig.Look();
        portal.Clock.Advance(TimeSpan.FromMinutes(60));
        await rig.Look();

        Assert.Equal([(1, JobTrigger.Schedule), (2, JobTrigger.Retry), (3, JobTrigger.Retry)], (await rig.Runs()).Select(r => (r.Attempt, r.Trigger)));
        Assert.All(await rig.Runs(), run => Assert.Equal((JobOutcome.Failed, "InvalidOperationException: The cellar is full."), (run.Outcome, run.Summary)));
        Assert.Equal(3, (await portal.Events(AuditAction.JobFailed)).Count);
        Assert.Equal(1, await rig.Mails());

        await FailThreeTimes(JobRig.Moment.AddDays(1));
        Assert.Equal(1, await rig.Mails());
        fails = false;
        await rig.Run(JobRig.Moment.AddDays(2));
        fails = true;
        await FailThreeTimes(JobRig.Moment.AddDays(3));
        Assert.Equal(2, await rig.Mails());

        async Task FailThreeTimes(DateTimeOffset moment)
        {
            portal.Clock.Advance(TimeSpan.FromMinutes(1));
            var server = rig.Server();
            foreach (var attempt in new[] { 1, 2, 3 })
                await rig.RunDue(new(moment, JobTrigger.Schedule, attempt), server);
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task J3_What_a_dead_server_was_running_is_taken_over_once(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var ran = 0;
        using var rig = new JobRig(portal, JobRig.Job((_, _) => Task.FromResult(Interlocked.Increment(ref ran))));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.JobRuns.Add(new() { Job = "test.job", ScheduledFor = JobRig.Moment, Trigger = JobTrigger.Schedule, StartedAt = portal.Clock.Now, HeldUntil = portal.Clock.Now.AddSeconds(60), Server = "dead/1" });
            return await db.SaveChangesAsync(Cancel);
        });

        Assert.Empty(await rig.Due());
        portal.Clock.Advance(TimeSpan.FromSeconds(61));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => rig.Look()));

        Assert.Equal(1, ran);
        Assert.Equal([(1, JobOutcome.Interrupted, JobTrigger.Schedule), (2, JobOutcome.Succeeded, JobTrigger.Retry)], (await rig.Runs()).Select(r => (r.Attempt, r.Outcome, r.Trigger)));
        Assert.Contains("dead/1", (await portal.Event(AuditAction.JobFailed)).Changes);
    }

    [Fact]
    public async Task J3_A_server_that_stops_hands_its_runs_on()
    {
        await using var portal = await TestPortal.StartAsync();
        var begun = new TaskCompletionSource();
        using var rig = new JobRig(portal, JobRig.Job((_, cancel) =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancel);
        }));
        var server = rig.Server();
        var running = rig.Run(JobRig.Moment, server);
        await begun.Task.WaitAsync(Cancel);

        await server.StopAsync(TimeSpan.Zero);
        await running;

        Assert.Equal(JobOutcome.Interrupted, Assert.Single(await rig.Runs()).Outcome);
        Assert.Equal([new DueRun(JobRig.Moment, JobTrigger.Retry, 2)], await rig.Due());
    }

    [Fact]
    public async Task J1_A_missed_moment_is_caught_up_once_and_only_the_newest()
    {
        await using var portal = await TestPortal.StartAsync();
        using var rig = new JobRig(portal, JobRig.Job((_, _) => Task.CompletedTask, JobRig.Daily));
        var today = new DateTimeOffset(portal.Clock.Now.UtcDateTime.Date, TimeSpan.Zero).AddHours(1);
        var newest = today + JobMinder.Missed <= portal.Clock.Now ? today : today.AddDays(-1);

        Assert.Empty(await rig.Due());
        await rig.Run(newest.AddDays(-5));
        await rig.Look();
        await rig.Look();

        Assert.Equal([(newest.AddDays(-5), JobTrigger.Schedule), (newest, JobTrigger.CatchUp)], (await rig.Runs()).Select(r => (r.ScheduledFor, r.Trigger)));
    }

    [Fact]
    public async Task J1_What_was_due_while_a_job_was_paused_is_not_caught_up()
    {
        await using var portal = await TestPortal.StartAsync();
        using var rig = new JobRig(portal, JobRig.Job((_, _) => Task.CompletedTask, JobRig.Daily));
        await rig.Run(portal.Clock.Now.AddDays(-5));
        Assert.Single(await rig.Due());

        await Schedule(portal, isPaused: true);
        Assert.Empty(await rig.Due());
        await Schedule(portal, isPaused: false);
        Assert.Empty(await rig.Due());
    }

    [Fact]
    public async Task A_job_that_runs_all_the_time_keeps_one_row_of_the_runs_in_which_nothing_happened()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Given(Alice);
        var (says, fails) = (false, false);
        using var rig = new JobRig(portal, JobRig.Job((log, _) =>
        {
            if (fails)
                throw new InvalidOperationException("No.");
            if (says)
                log.Conclude("Something.");
            return Task.CompletedTask;
        }, "0 * * * * ?") with
        { IsFrequent = true });

        foreach (var minute in Enumerable.Range(0, 10))
        {
            says = minute == 4;
            await rig.Run(JobRig.Moment.AddMinutes(minute));
        }
        Assert.Null(await rig.Run(JobRig.Moment.AddMinutes(5)));

        Assert.Equal([(4, "Something."), (9, null)], (await rig.Runs()).Select(r => ((r.ScheduledFor - JobRig.Moment).Minutes, r.Summary)));
        Assert.Empty(await portal.Events(AuditAction.JobSucceeded));

        fails = true;
        foreach (var minute in Enumerable.Range(10, 5))
        {
            portal.Clock.Advance(TimeSpan.FromMinutes(1));
            await rig.Run(JobRig.Moment.AddMinutes(minute));
        }
        Assert.Equal(1, await rig.Mails());
        Assert.Single(await portal.Events(AuditAction.JobFailed));
    }

    private static async Task Schedule(TestPortal portal, bool isPaused) => await portal.Run(async (UserAdminDbContext db) =>
    {
        await db.JobSchedules.ExecuteDeleteAsync(Cancel);
        db.JobSchedules.Add(new() { Job = "test.job", TimeZone = "UTC", IsPaused = isPaused, ChangedAt = portal.Clock.Now });
        return await db.SaveChangesAsync(Cancel);
    });
}
