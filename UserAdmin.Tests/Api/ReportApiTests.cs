using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Api;

public class ReportApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task P1_The_dashboard_and_the_built_in_reports_are_read_with_their_parameters()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await app.Run((UserLifecycle users) => users.LockAsync(carol.UserId!.Value, null, "Told to", app.Alice, Cancel));
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var dashboard = await (await program.Get("/api/v1/dashboard?time_zone=Europe/Berlin")).Json();
        var reports = await (await program.Get("/api/v1/reports?search=list")).Json();
        var access = await (await program.Get("/api/v1/reports/access")).Json();
        var registrations = await (await program.Get("/api/v1/reports/registrations?from=2026-01-01&to=2026-12-31&interval=month&time_zone=Europe/Berlin")).Json();

        Assert.Equal((2L, 1L, 1L), ((long)dashboard["users"]!, (long)dashboard["active_users"]!, (long)dashboard["locked_users"]!));
        Assert.Contains(dashboard["attention"]!.AsArray(), item => (string)item!["text"]! == "Locked accounts" && (long)item["number"]! == 1);
        Assert.Equal("access", (string)reports["results"]!.AsArray().Single()!["code"]!);
        Assert.Equal(["organization", "role", "time_zone"], reports["results"]![0]!["parameters"]!.AsArray().Select(name => (string)name!));
        var (columns, row) = (access["columns"]!.AsArray().Select(column => (string)column!["key"]!), access["rows"]!.AsArray().Single()!.AsObject());
        Assert.Equal(columns, row.Select(cell => cell.Key));
        Assert.Contains("Alice Archer", row.Select(cell => $"{cell.Value}"));
        Assert.Equal(12, registrations["rows"]!.AsArray().Count);
        foreach (var (query, field) in new[] { ("range=ever", "range"), ("interval=x", "interval"), ("time_zone=x", "time_zone"), ("from=2026-01-01", "from"), ("from=0001-01-01&to=9999-12-31", "from"), ("days=0", "days") })
            Assert.Equal(field, (await (await program.Get($"/api/v1/reports/registrations?{query}")).Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal(404, (await program.Get("/api/v1/reports/nothing")).Status);
    }

    [Fact]
    public async Task P3_A_report_is_built_read_changed_by_who_saw_it_last_and_deleted()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var carol = await ApiClient.SignInAsync(app, await app.Given(Dave));
        object Report(string name, string column) => new { name, is_shared = false, definition = new { data_set = "users", columns = new[] { column }, conditions = new[] { new { column = "email", kind = "contains", value = "carol" } } } };

        var sets = await (await program.Get("/api/v1/reports/data-sets")).Json();
        using var made = await program.Post("/api/v1/reports/custom", Report("Carols", "email"));
        var (path, version) = (made.Headers.Location!.PathAndQuery, made.Headers.ETag!.ToString());
        var answer = await (await program.Get($"{path}/answer")).Json();
        using var wrong = await program.Post("/api/v1/reports/custom", Report("Secrets", "password_hash"));
        using var empty = await program.Post("/api/v1/reports/custom", """{"name": "Empty", "definition": {"data_set": "users", "columns": ["email"], "conditions": [null]}}""");
        using var taken = await program.Post("/api/v1/reports/custom", Report("Carols", "email"));
        using var changed = await program.Put(path, Report("All Carols", "status"), ("If-Match", version));
        using var stale = await program.Put(path, Report("Others", "status"), ("If-Match", version));
        var listed = await (await program.Get("/api/v1/reports/custom")).Json();

        Assert.Contains(sets["results"]!.AsArray(), set => (string)set!["key"]! == "users");
        Assert.Equal((201, "carol@example.org"), (made.Status, (string)answer["rows"]!.AsArray().Single()!["email"]!));
        Assert.Equal((400, 400, 409, 200, 412), (wrong.Status, empty.Status, taken.Status, changed.Status, stale.Status));
        Assert.Equal("definition.conditions", (await empty.Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal("All Carols", (string)listed["results"]!.AsArray().Single()!["name"]!);
        Assert.Equal((403, 204, 404), ((await carol.Get(path)).Status, (await program.Delete(path)).Status, (await program.Get(path)).Status));
    }

    [Fact]
    public async Task P5_A_report_is_scheduled_run_at_once_and_its_runs_are_listed()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        object Schedule(string name, string cron) => new { name, report = "sign-ins", parameters = new { range = "last7_days" }, format = "csv", cron, time_zone = "Europe/Berlin", recipients = new[] { app.Alice.UserId } };

        using var made = await program.Post("/api/v1/reports/schedules", Schedule("Weekly", "0 0 7 ? * MON"));
        var (path, version) = (made.Headers.Location!.PathAndQuery, made.Headers.ETag!.ToString());
        using var never = await program.Post("/api/v1/reports/schedules", Schedule("Never", "now and then"));
        using var changed = await program.Put(path, Schedule("Daily", "0 0 7 * * ?"), ("If-Match", version));
        using var stale = await program.Put(path, Schedule("Hourly", "0 0 * * * ?"), ("If-Match", version));
        using var begun = await program.Post($"{path}/run");
        var runs = await (await program.Get(begun.Headers.Location!.PathAndQuery)).Json();
        var listed = await (await program.Get("/api/v1/reports/schedules")).Json();

        Assert.Equal((201, 400, 200, 412, 202), (made.Status, never.Status, changed.Status, stale.Status, begun.Status));
        Assert.Equal("cron", (await never.Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal(("last7_days", "Sign-ins", "csv"), ((string)(await made.Json())["parameters"]!["range"]!, (string)(await made.Json())["report_name"]!, (string)(await made.Json())["format"]!));
        Assert.Equal(await app.Run((UserAdminDbContext db) => db.ReportRuns.Select(run => $"{run.Id}").ToListAsync(Cancel)), runs["results"]!.AsArray().Select(run => (string)run!["id"]!));
        Assert.Equal("Daily", (string)listed["results"]!.AsArray().Single()!["name"]!);
        Assert.Equal((204, 404), ((await program.Delete(path)).Status, (await program.Get(path)).Status));
    }
}
