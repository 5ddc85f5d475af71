using System.IO.Compression;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Api;

public class AuditApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task L7_Events_are_found_with_the_filters_of_the_page_and_paged_by_number_and_cursor()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, dave) = (await app.Given(Carol), await app.Given(Dave));
        foreach (var person in new[] { carol, dave })
            await app.Run((UserLifecycle users) => users.LockAsync(person.UserId!.Value, null, "Told to", app.Alice, Cancel));
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var locked = await (await program.Get($"/api/v1/audit/events?action=user.locked&actor={app.Alice.UserId}&outcome=success&category=users&tag=privileged")).Json();
        var first = await (await program.Get("/api/v1/audit/events?page_size=1")).Json();
        var second = await (await program.Get((string)first["next"]!)).Json();
        var cursor = await (await program.Get($"/api/v1/audit/events?page_size=1&action=user.locked&cursor=a.{locked["results"]![0]!["id"]}")).Json();
        var one = await (await program.Get($"/api/v1/audit/events/{locked["results"]![1]!["id"]}")).Json();
        var volume = await (await program.Get("/api/v1/audit/volume?grain=day&action=user.locked&time_zone=Europe/Berlin")).Json();

        Assert.Equal(["Dave Dyer", "Carol Cooper"], locked["results"]!.AsArray().Select(row => (string)row!["target_name"]!));
        Assert.Equal(("Alice Archer", "Told to", "users", "user"), ((string)one["event"]!["actor_name"]!, (string)one["event"]!["reason"]!, (string)one["event"]!["category"]!, (string)one["event"]!["actor_kind"]!));
        Assert.Equal("security", (string)one["place"]!["stream"]!);
        Assert.EndsWith("page=2", (string)first["next"]!);
        Assert.NotEqual((string)first["results"]![0]!["id"]!, (string)second["results"]![0]!["id"]!);
        Assert.Equal("Carol Cooper", (string)cursor["results"]![0]!["target_name"]!);
        Assert.Equal(2, volume["bars"]!.AsArray().Sum(bar => (int)bar!["count"]!));
        foreach (var (query, field) in new[] { ("category=x", "category"), ("action=x", "action"), ("tag=x", "tag"), ("outcome=x", "outcome"), ("search=x", "search"), ("session=0193a1b2-1111-7000-8000-000000000001", "session") })
            Assert.Equal(field, (await (await program.Get($"/api/v1/audit/events?{query}")).Json())["errors"]!.AsObject().Single().Key);
    }

    [Theory, InlineData(""), InlineData("&tag=privileged"), InlineData("&actor={alice}")]
    public async Task L7_Pages_of_events_by_number_have_every_event_once_whatever_the_filter_is_read_along(string filter)
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        for (var i = 0; i < 3; i++)
        {
            await app.Run((UserLifecycle users) => users.LockAsync(carol.UserId!.Value, null, "Told to", app.Alice, Cancel));
            await app.Run((UserLifecycle users) => users.UnlockAsync(carol.UserId!.Value, "Told to", app.Alice, Cancel));
        }
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        filter = filter.Replace("{alice}", $"{app.Alice.UserId}", StringComparison.Ordinal);
        async Task<List<string>> Ids(string query) => [.. (await (await program.Get($"/api/v1/audit/events?{query}{filter}")).Json())["results"]!.AsArray().Select(row => (string)row!["id"]!)];

        var all = await Ids("page_size=200");
        List<string> paged = [];
        for (var page = 1; paged.Count < all.Count && page < 100; page++)
            paged.AddRange(await Ids($"page_size=2&page={page}"));

        Assert.True(all.Count >= 6);
        Assert.Equal(all, paged);
    }

    [Fact]
    public async Task J04_J05_A_check_is_started_and_its_verdict_read_and_a_proof_and_checkpoints_are_taken()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        await program.Post("/api/v1/users", new { username = "john_doe", email = "john@example.com", first_name = "John", last_name = "Doe" });

        var before = await (await program.Get("/api/v1/audit/verification")).Json();
        using var made = await program.Post("/api/v1/audit/checkpoints");
        var notes = await made.Json();
        using var started = await program.Post("/api/v1/audit/verification", new { checkpoints = (string)notes["checkpoints"]![0]!["note"]! });
        await app.Services.GetRequiredService<VerificationRuns>().EndedAsync("default");
        var verdict = await (await program.Get((string)started.Headers.Location!.PathAndQuery)).Json();
        var seals = await (await program.Get("/api/v1/audit/seals")).Json();
        var plan = await (await program.Get("/api/v1/audit/proof?stream=security")).Json();
        using var proof = await program.Post("/api/v1/audit/proof", new { stream = "security" });
        using var zip = new ZipArchive(new MemoryStream(await proof.Content.ReadAsByteArrayAsync(Cancel)));
        var listed = await (await program.Get("/api/v1/audit/checkpoints?page_size=1")).Json();

        Assert.Equal(("none", 201, 202, "done", true), ((string)before["state"]!, made.Status, started.Status, (string)verdict["state"]!, (bool)verdict["is_intact"]!));
        Assert.DoesNotContain(verdict["findings"]!.AsArray(), finding => (string)finding!["kind"]! == "alarm");
        Assert.Equal(("application/zip", true), (proof.Content.Headers.ContentType?.MediaType, zip.Entries.Any(entry => entry.Name == "verify.py")));
        Assert.True((long)plan["events"]! > 0 && (bool)seals["has_key"]!);
        Assert.Equal((notes["checkpoints"]!.AsArray().Count, 1), ((int)listed["count"]!, listed["results"]!.AsArray().Count));
        Assert.Equal(204, (await program.Delete("/api/v1/audit/verification")).Status);
    }

    [Fact]
    public async Task J06_Retention_is_read_forecast_and_changed_with_a_reason_by_who_saw_it_last()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var read = await program.Get("/api/v1/audit/retention");
        var (version, policy) = (read.Headers.ETag!.ToString(), await read.Json());

        policy["jobs_days"] = 60;
        var forecast = await (await program.Post("/api/v1/audit/retention/forecast", policy.ToJsonString())).Json();
        using var noReason = await program.Put("/api/v1/audit/retention", policy.ToJsonString(), ("If-Match", version));
        using var saved = await program.Put("/api/v1/audit/retention?reason=Less+is+enough", policy.ToJsonString(), ("If-Match", version));
        using var stale = await program.Put("/api/v1/audit/retention", policy.ToJsonString(), ("If-Match", version));
        policy["jobs_days"] = 1;
        using var wrong = await program.Put("/api/v1/audit/retention", policy.ToJsonString());

        Assert.Equal((400, 200, 412, 400), (noReason.Status, saved.Status, stale.Status, wrong.Status));
        Assert.Equal("reason", (await noReason.Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal("jobs_days", (await wrong.Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal(60, (int)(await (await program.Get("/api/v1/audit/retention")).Json())["jobs_days"]!);
        Assert.Equal(60, (int)forecast["categories"]!.AsArray().Single(line => (string)line!["category"]! == "jobs")!["days"]!);
    }

    [Fact]
    public async Task J09_A_person_whose_account_is_deleted_is_erased_and_nobody_else()
    {
        await using var app = await TestApp.StartAsync();
        var dave = await app.Given(Dave);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var path = $"/api/v1/audit/erasure/{dave.UserId}";

        using var early = await program.Get(path);
        await app.Run((UserLifecycle users) => users.DeleteAsync(dave.UserId!.Value, "Left", app.Alice, Cancel));
        var found = await (await program.Get(path)).Json();
        using var erased = await program.Post(path, new { reason = "Asked for it" });

        Assert.Equal((409, "Dave Dyer"), (early.Status, (string)found["name"]!));
        Assert.Equal((200, 0L), (erased.Status, (long)(await erased.Json())["about"]!));
    }

    [Fact]
    public async Task D08_Systems_that_get_events_are_kept_without_showing_their_secrets()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        const string secret = "a key that nobody sees";

        using var made = await program.Post("/api/v1/audit/forwarders", new { kind = "webhook", name = "SIEM", address = "https://siem.example.org/events", secret });
        var path = made.Headers.Location!.PathAndQuery;
        var version = made.Headers.ETag!.ToString();
        using var noSecret = await program.Post("/api/v1/audit/forwarders", new { kind = "webhook", name = "SIEM", address = "https://siem.example.org/events" });
        using var changed = await program.Put(path, new { name = "Collector", address = "https://siem.example.org/other" }, ("If-Match", version));
        using var stale = await program.Put(path, new { name = "Mine", address = "https://siem.example.org/other" }, ("If-Match", version));
        using var paused = await program.Post($"{path}/pause");
        var listed = (await (await program.Get("/api/v1/audit/forwarders")).Json())["results"]![0]!;
        using var resumed = await program.Post($"{path}/resume");
        using var test = await program.Post($"{path}/test");
        using var removed = await program.Delete($"{path}?reason=Replaced");

        Assert.Equal((201, 400, 200, 412, 204, 204, 409, 204), (made.Status, noSecret.Status, changed.Status, stale.Status, paused.Status, resumed.Status, test.Status, removed.Status));
        Assert.Equal(("Collector", "https://siem.example.org/other", false, 0L), ((string)listed["name"]!, (string)listed["address"]!, (bool)listed["is_active"]!, (long)listed["behind"]!));
        Assert.Equal("secret", (await noSecret.Json())["errors"]!.AsObject().Single().Key);
        foreach (var answer in new[] { made, changed })
            Assert.DoesNotContain(secret, await answer.Text());
        Assert.Equal((404, "Replaced"), ((await program.Get(path)).Status, (await app.Event(AuditAction.ForwarderRemoved)).Reason));
    }

    [Fact]
    public async Task E11_Nothing_of_another_tenant_is_reached_by_its_identifier()
    {
        await using var app = await TestApp.StartAsync();
        var tenant = await TestTenant.MakeAsync(app, "north");
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var foreign = (await tenant.Run((AuditTrail trail) => trail.ListAsync(new(), PageStart.First, tenant.Alice, Cancel))).Rows[0].Id;

        Assert.Equal(404, (await program.Get($"/api/v1/audit/events/{foreign}")).Status);
        Assert.DoesNotContain(foreign.ToString(), await (await program.Get("/api/v1/audit/events?page_size=200")).Text());
    }
}
