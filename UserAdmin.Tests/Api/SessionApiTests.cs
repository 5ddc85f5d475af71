using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tokens;

namespace UserAdmin.Tests.Api;

public class SessionApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C05_A_person_lists_and_ends_what_is_theirs_browsers_programs_and_tokens_alike()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var other = await ApiClient.SignInAsync(app, app.Alice);
        await app.Run((KeptTokens tokens) => tokens.MakeAsync(app.Alice.Id, new() { Name = "Nightly", Days = 30, Permissions = ["users.view"] }, app.Alice, Cancel));
        using var stranger = await ApiClient.SignInAsync(app, await app.Given(Bob));
        var bobs = (string)(await Rows(stranger, "/api/v1/me/sessions")).Single()!["id"]!;

        var mine = await Rows(program, "/api/v1/me/sessions?page_size=50");
        var token = mine.Single(row => (string)row!["kind"]! == "token")!;
        using var ended = await program.Delete($"/api/v1/me/sessions/{token["id"]}");
        using var notMine = await program.Delete($"/api/v1/me/sessions/{bobs}");
        using var others = await program.Delete("/api/v1/me/sessions");
        var left = await Rows(program, "/api/v1/me/sessions?is_open=true");
        using var all = await program.Delete("/api/v1/me/sessions?all=true");

        Assert.Equal(["api", "api", "browser", "token"], mine.Select(row => (string)row!["kind"]!).Order(StringComparer.Ordinal));
        Assert.Equal("Nightly", (string)token["name"]!);
        Assert.Equal(app.Clock.Now.AddDays(30), (DateTimeOffset)token["expires_at"]!);
        Assert.Equal((204, 404, 204, 204), (ended.Status, notMine.Status, others.Status, all.Status));
        Assert.True((bool)Assert.Single(left)!["is_current"]!);
        Assert.Equal((401, 401, 200), ((await other.Get("/api/v1/me")).Status, (await program.Get("/api/v1/me")).Status, (await stranger.Get("/api/v1/me")).Status));
    }

    [Fact]
    public async Task C05_A_person_looks_after_their_devices()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var program = new ApiClient(app);
        program.Token = (string)(await (await program.Post("/api/v1/auth/login", new { email = Carol.Email, password = Cast.Password })).Json())["access_token"]!;
        var device = Assert.Single(await Rows(program, "/api/v1/me/devices"))!;
        var path = $"/api/v1/me/devices/{device["id"]}";

        var changed = await (await program.Patch(path, new { name = "Build server", is_trusted = true })).Json();
        using var empty = await program.Patch(path, new { name = "" });
        using var forgotten = await program.Post($"{path}/forget");
        app.Clock.Advance(TimeSpan.FromSeconds(605));
        await program.Patch(path, new { is_trusted = false });
        using var late = await program.Patch(path, new { is_trusted = true });
        using var removed = await program.Delete(path);

        Assert.Equal(("Build server", true, true), ((string)changed["name"]!, (bool)changed["is_trusted"]!, (bool)changed["is_current"]!));
        Assert.Equal(["name"], await AccountApiTests.Fields(empty));
        Assert.Equal((204, 403, "step_up.needed"), (forgotten.Status, late.Status, (string?)(await late.Json())["code"]));
        Assert.Equal((204, 401), (removed.Status, (await program.Get("/api/v1/me")).Status));
    }

    [Fact]
    public async Task C06_Administrators_find_and_end_sessions_and_page_through_them()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var browser = await app.SignInAs(carol);
        using var one = await ApiClient.SignInAsync(app, carol);
        using var two = await ApiClient.SignInAsync(app, carol);
        var path = $"/api/v1/users/{carol.UserId}/sessions";

        var first = await (await alice.Get("/api/v1/sessions?page_size=3")).Json();
        var second = await (await alice.Get((string)first["next"]!)).Json();
        var carols = await Rows(alice, $"/api/v1/sessions?user={carol.UserId}&is_open=true");
        var hers = await Rows(alice, path);
        using var wrong = await alice.Get("/api/v1/sessions?browser=netscape");
        using var byId = await alice.Delete($"/api/v1/sessions/{hers[0]!["id"]}");
        using var elsewhere = await alice.Delete($"/api/v1/users/{app.Alice.UserId}/sessions/{hers[1]!["id"]}");
        using var ofUser = await alice.Delete($"{path}/{hers[1]!["id"]}");
        using var rest = await alice.Delete(path);

        Assert.Equal((4, "Carol Cooper", 3, 1), ((int)first["count"]!, (string)carols[0]!["person"]!, first["results"]!.AsArray().Count, second["results"]!.AsArray().Count));
        Assert.Contains("page=2", (string)first["next"]!);
        Assert.Equal((3, 3), (carols.Count, hers.Count));
        Assert.Equal(["browser"], await AccountApiTests.Fields(wrong));
        Assert.Equal((204, 404, 204, 204), (byId.Status, elsewhere.Status, ofUser.Status, rest.Status));
        Assert.Empty(await Rows(alice, $"{path}?is_open=true"));
    }

    [Fact]
    public async Task E05_Sessions_and_help_end_where_a_persons_rights_end()
    {
        await using var app = await TestApp.StartAsync();
        var (acme, other) = (await app.GivenPlace("Acme"), await app.GivenPlace("Other"));
        var dave = await app.Given(Dave, SystemRoles.Administrator, acme);
        var (carol, heidi) = (await app.Given(Carol, SystemRoles.EndUser, acme), await app.Given(new("Ivy", "Ives", null), SystemRoles.EndUser, other));
        using var program = await ApiClient.SignInAsync(app, dave);
        using var hers = await ApiClient.SignInAsync(app, heidi);
        using var near = await ApiClient.SignInAsync(app, carol);
        var foreign = (string)(await Rows(hers, "/api/v1/me/sessions")).Single()!["id"]!;
        var tenant = await TestTenant.MakeAsync(app, "globex");

        Assert.Single(await Rows(program, $"/api/v1/users/{carol.UserId}/sessions"));
        foreach (var id in new[] { heidi.UserId, tenant.Alice.UserId, Guid.NewGuid() })
        {
            foreach (var path in new[] { "sessions", "devices", "profile", "access", "roles", "activity", "activity/analytics", "engagement", "second-factor", "avatar" })
                Assert.Equal((path, 404), (path, (await program.Get($"/api/v1/users/{id}/{path}")).Status));
            foreach (var path in new[] { "reset-password", "resend-activation", "sign-out", "confirm-email" })
                Assert.Equal((path, 404), (path, (await program.Post($"/api/v1/users/{id}/{path}")).Status));
            Assert.Equal((404, 404), ((await program.Delete($"/api/v1/users/{id}/sessions")).Status, (await program.Patch($"/api/v1/users/{id}/profile", new { bio = "x" })).Status));
        }
        Assert.Equal((404, 403), ((await program.Delete($"/api/v1/sessions/{foreign}")).Status, (await program.Get("/api/v1/sessions/figures")).Status));
        Assert.Equal(200, (await hers.Get("/api/v1/me")).Status);
    }

    [Fact]
    public async Task S7_The_figures_about_sessions_are_there_for_who_sees_all()
    {
        await using var app = await TestApp.StartAsync(("Api:RequestsPerMinute", "1000000"), ("Api:RequestsPerMinuteAndAddress", "1000000"));
        using var alice = await ApiClient.SignInAsync(app, app.Alice);

        var figures = await (await alice.Counted("/api/v1/sessions/figures")).Json();

        Assert.Equal((1, 1, 0), ((int)figures["open"]!, (int)figures["people_there"]!, (int)figures["suspicious"]!));
        Assert.NotEmpty(figures["days"]!.AsArray());
    }

    [Fact]
    public async Task The_pages_say_what_is_no_browser()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        await app.Run((KeptTokens tokens) => tokens.MakeAsync(app.Alice.Id, new() { Name = "Nightly", Days = 30, Permissions = ["users.view"] }, app.Alice, Cancel));
        using var browser = await app.SignInAs(app.Alice);

        foreach (var path in new[] { "/me/sessions", $"/users/{app.Alice.UserId}/sessions", "/sessions" })
        {
            var page = await (await browser.Get(path)).Text();
            Assert.Contains("Nightly<b class=\"badge\">Token</b>", page);
            Assert.Contains("<b class=\"badge\">Program</b>", page);
        }
    }

    private static async Task<List<System.Text.Json.Nodes.JsonNode?>> Rows(ApiClient program, string path) => [.. (await (await program.Get(path)).Json())["results"]!.AsArray()];
}
