using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Tests.Api;

public class OperationApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task X7_A_job_is_run_paused_and_given_other_times()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var jobs = await (await program.Get("/api/v1/jobs?page_size=200")).Json();
        var job = jobs["results"]!.AsArray().First(row => !(bool)row!["is_drastic"]!)!;
        var path = $"/api/v1/jobs/{job["code"]}";
        using var schedule = await program.Get($"{path}/schedule");
        var version = schedule.Headers.ETag!.ToString();

        using var begun = await program.Post($"{path}/run");
        var run = await begun.Json();
        using var paused = await program.Post($"{path}/pause");
        using var stale = await program.Put($"{path}/schedule", new { cron = "0 0 3 * * ?" }, ("If-Match", version));
        using var changed = await program.Put($"{path}/schedule", new { cron = "0 0 3 * * ?", time_zone = "Europe/Berlin" });
        using var wrong = await program.Put($"{path}/schedule", new { cron = "* * * * * ?" });
        using var resumed = await program.Post($"{path}/resume");
        using var reset = await program.Delete($"{path}/schedule");
        var runs = await (await program.Get($"/api/v1/job-runs?job={job["code"]}&page_size=1")).Json();

        Assert.Equal((202, "by_hand", "Alice Archer"), (begun.Status, (string)run["run"]!["trigger"]!, (string)run["run"]!["started_by"]!));
        Assert.Equal((string)run["run"]!["id"]!, (string)runs["results"]![0]!["id"]!);
        Assert.Equal(200, (await program.Get(begun.Headers.Location!.PathAndQuery)).Status);
        Assert.Equal((200, 412, 200, 400, 200, 204), (paused.Status, stale.Status, changed.Status, wrong.Status, resumed.Status, reset.Status));
        Assert.True((bool)(await paused.Json())["is_paused"]!);
        Assert.Equal(("0 0 3 * * ?", "Europe/Berlin"), ((string)(await changed.Json())["cron"]!, (string)(await changed.Json())["time_zone"]!));
        Assert.Equal("cron", (await wrong.Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal(404, (await program.Post("/api/v1/jobs/nothing/run")).Status);
    }

    [Fact]
    public async Task X7_Runs_are_paged_by_number_and_narrowed_by_outcome()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var start = app.Clock.Now;
        await app.Run(async (UserAdminDbContext db) =>
        {
            for (var i = 0; i < 5; i++)
                db.JobRuns.Add(new() { Job = "some.job", Trigger = JobTrigger.Schedule, ScheduledFor = start.AddMinutes(i), StartedAt = start.AddMinutes(i), Server = "one", Outcome = i == 2 ? JobOutcome.Failed : JobOutcome.Succeeded, HeldUntil = start });
            return await db.SaveChangesAsync(Cancel);
        });

        var third = await (await program.Get("/api/v1/job-runs?job=some.job&page_size=2&page=3")).Json();
        var back = await (await program.Get((string)third["previous"]!)).Json();
        var failed = await (await program.Get("/api/v1/job-runs?job=some.job&outcome=failed")).Json();

        Assert.Equal((1, null), (third["results"]!.AsArray().Count, (string?)third["next"]));
        Assert.Equal([start.AddMinutes(2), start.AddMinutes(1)], back["results"]!.AsArray().Select(run => (DateTimeOffset)run!["scheduled_for"]!));
        Assert.Single(failed["results"]!.AsArray());
        Assert.Equal(400, (await program.Get("/api/v1/job-runs?outcome=lost")).Status);
    }

    [Fact]
    public async Task U13_Messages_are_listed_sent_again_and_given_up()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var start = app.Clock.Now;
        await app.Run(async (UserAdminDbContext db) =>
        {
            for (var i = 0; i < 3; i++)
                db.OutboxMessages.Add(new() { Channel = Channel.Email, Recipient = $"somebody{i}@example.org", Template = "job-failed", Language = "en", Subject = "A job failed", Content = i == 0 ? null : "secret text", State = i == 1 ? MessageState.Dead : MessageState.Waiting, CreatedAt = start.AddMinutes(i), NextAttemptAt = start.AddDays(1) });
            return await db.SaveChangesAsync(Cancel);
        });

        using var first = await program.Get("/api/v1/notifications?page_size=2&search=somebody");
        var second = await (await program.Get((string)(await first.Json())["next"]!)).Json();
        var dead = (await (await program.Get("/api/v1/notifications?state=dead")).Json())["results"]!.AsArray().Single()!;
        var status = await (await program.Get("/api/v1/notifications/status")).Json();
        using var again = await program.Post($"/api/v1/notifications/{dead["id"]}/resend");
        using var gone = await program.Post($"/api/v1/notifications/{second["results"]![0]!["id"]}/resend");
        using var given = await program.Post($"/api/v1/notifications/{second["results"]![0]!["id"]}/give-up");

        Assert.Equal(["somebody2@example.org", "somebody1@example.org"], (await first.Json())["results"]!.AsArray().Select(row => (string)row!["recipient"]!));
        Assert.Equal(("somebody0@example.org", false), ((string)second["results"]!.AsArray().Single()!["recipient"]!, (bool)second["results"]![0]!["can_be_resent"]!));
        Assert.DoesNotContain("secret text", await first.Text());
        Assert.Equal((1, 204, 409, 204), ((int)status["dead"]!, again.Status, gone.Status, given.Status));
        Assert.Equal(400, (await program.Get("/api/v1/notifications?state=lost")).Status);
    }

    [Fact]
    public async Task N3_A_text_is_written_shown_restored_and_reset()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        const string path = "/api/v1/notifications/templates/job-failed/en";
        var text = new { subject = "Trouble with {{job}}", body = "It failed: {{error}} {{link}}" };

        using var builtIn = await program.Get(path);
        using var preview = await program.Post($"{path}/preview", text);
        using var saved = await program.Put(path, text, ("If-Match", builtIn.Headers.ETag!.ToString()));
        using var stale = await program.Put(path, text, ("If-Match", builtIn.Headers.ETag!.ToString()));
        using var wrong = await program.Put(path, new { subject = "{{password}}", body = "{{link}}" });
        using var reset = await program.Delete(path);
        using var restored = await program.Post($"{path}/restore", new { version = 1 });
        var listed = await (await program.Get("/api/v1/notifications/templates?search=job-failed")).Json();

        Assert.Equal((200, 200, 200, 412, 400, 204, 200), (builtIn.Status, preview.Status, saved.Status, stale.Status, wrong.Status, reset.Status, restored.Status));
        Assert.StartsWith("Trouble with ", (string)(await preview.Json())["subject"]!);
        Assert.Equal("subject", (await wrong.Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal((text.subject, true, 3), ((string)(await restored.Json())["subject"]!, (bool)(await restored.Json())["is_own"]!, (int)(await restored.Json())["version"]!));
        Assert.Equal("en", (string)listed["results"]![0]!["own_languages"]!.AsArray().Single()!);
        Assert.Equal(404, (await program.Get("/api/v1/notifications/templates/job-failed/xx")).Status);
    }

    [Fact]
    public async Task U15_Who_is_exempt_from_the_rule_about_dormant_accounts_is_kept_with_a_reason()
    {
        await using var app = await TestApp.StartAsync();
        var dave = await app.Given(Dave);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var path = $"/api/v1/dormancy/exemptions/{dave.UserId}";

        using var over = await program.Put(path, new { reason = "On leave", until = app.Clock.Now.AddDays(-1) });
        using var exempted = await program.Put(path, new { reason = "On leave", until = app.Clock.Now.AddDays(30) });
        using var unknown = await program.Put($"/api/v1/dormancy/exemptions/{Guid.NewGuid()}", new { reason = "On leave" });
        var listed = await (await program.Get("/api/v1/dormancy/exemptions")).Json();
        var preview = await (await program.Get("/api/v1/dormancy/preview")).Json();
        using var ended = await program.Delete(path);

        Assert.Equal((400, 204, 404, 204), (over.Status, exempted.Status, unknown.Status, ended.Status));
        Assert.Equal("until", (await over.Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal(("Dave Dyer", "On leave"), ((string)listed["results"]![0]!["full_name"]!, (string)listed["results"]![0]!["reason"]!));
        Assert.Equal(3, preview["steps"]!.AsArray().Count);
        Assert.Equal(0, (int)(await (await program.Get("/api/v1/dormancy/exemptions")).Json())["count"]!);
    }
}
