using System.Text.Json.Nodes;
using UserAdmin.Core.Audit;

namespace UserAdmin.Tests.Api;

public class ActivityApiTests
{
    private static readonly (string, string)[] Unlimited = [("Api:RequestsPerMinute", "1000000"), ("Api:RequestsPerMinuteAndAddress", "1000000")];

    [Fact]
    public async Task J04_A_person_reads_filters_and_pages_through_what_happened_to_their_account()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var program = await ApiClient.SignInAsync(app, carol);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        for (var i = 0; i < 3; i++)
            await program.Patch("/api/v1/me", new { city = $"City {i}" });
        Assert.Equal(200, (await alice.Post($"/api/v1/users/{carol.UserId}/lock", new { reason = "Secret suspicion" })).Status);
        Assert.Equal(200, (await alice.Post($"/api/v1/users/{carol.UserId}/unlock", new { reason = "Cleared" })).Status);
        using var again = await ApiClient.SignInAsync(app, carol);
        async Task<JsonObject> Read(string path) => await (await again.Get(path)).Json();

        var first = await Read("/api/v1/me/activity?page_size=2&category=users");
        var second = await Read((string)first["next"]!);
        var third = await Read((string)second["next"]!);
        var back = await Read((string)third["previous"]!);
        var edited = await Read("/api/v1/me/activity?action=user.edited");
        using var wrong = await again.Get("/api/v1/me/activity?category=weather");

        Assert.Equal(("user.unlocked", "Alice Archer", null), ((string)first["results"]![0]!["action"]!, (string)first["results"]![0]!["actor"]!["name"]!, (string?)first["results"]![0]!["reason"]));
        Assert.Contains("page=2", (string)first["next"]!);
        Assert.Equal((2, 1), (second["results"]!.AsArray().Count, third["results"]!.AsArray().Count));
        Assert.Null(third["next"]);
        Assert.Equal((string)second["results"]![0]!["id"]!, (string)back["results"]![0]!["id"]!);
        Assert.Equal(("city", "City 1", "City 2"), edited["results"]![0]!["changes"]![0]! is var change ? ((string)change["field"]!, (string)change["before"]!, (string)change["after"]!) : default);
        Assert.Equal(["category"], await AccountApiTests.Fields(wrong));
    }

    [Fact]
    public async Task P6_Activity_and_sign_ins_are_counted_by_day()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var program = new ApiClient(app);
        async Task SignIn() => program.Token = (string)(await (await program.Post("/api/v1/auth/login", new { email = Carol.Email, password = Cast.Password })).Json())["access_token"]!;
        await SignIn();
        await SignIn();
        var first = DateOnly.FromDateTime(app.Clock.Now.UtcDateTime);
        app.Clock.Advance(TimeSpan.FromDays(8));
        await SignIn();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var frank = await ApiClient.SignInAsync(app, await app.Given(Dave));

        var counts = await (await program.Get("/api/v1/me/activity/analytics")).Json();
        var engagement = await (await program.Get("/api/v1/me/engagement")).Json();
        var seen = await (await alice.Get($"/api/v1/users/{carol.UserId}/engagement?from={first:yyyy-MM-dd}&to={first:yyyy-MM-dd}")).Json();
        using var long_ = await program.Get("/api/v1/me/engagement?from=2020-01-01");
        using var reversed = await program.Get("/api/v1/me/engagement?from=2030-01-01");
        using var notTheirs = await frank.Get($"/api/v1/users/{carol.UserId}/engagement");

        Assert.Equal((3, 3), ((int)engagement["sign_ins"]!, (int)counts["categories"]!["sign_in"]!));
        Assert.Equal([($"{first:yyyy-MM-dd}", 2), ($"{first.AddDays(8):yyyy-MM-dd}", 1)], engagement["days"]!.AsArray().Select(day => ((string)day!["day"]!, (int)day["sign_ins"]!)));
        Assert.Equal((2, 2), ((int)engagement["active_days"]!, engagement["weeks"]!.AsArray().Count));
        Assert.Equal(app.Clock.Now, (DateTimeOffset)engagement["last_sign_in_at"]!);
        Assert.Equal((2, 1), ((int)seen["sign_ins"]!, (int)seen["active_days"]!));
        Assert.Equal((400, 400, 404), (long_.Status, reversed.Status, notTheirs.Status));
    }

    [Fact]
    public async Task What_was_done_to_somebody_is_for_who_may_see_it_and_what_they_did_for_auditors()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var erin = await app.Given(Erin);
        using var hers = await ApiClient.SignInAsync(app, carol);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        await alice.Patch($"/api/v1/users/{carol.UserId}", new { city = "Bern" });
        async Task<List<string>> Actions(string query) => [.. (await (await alice.Get(query)).Json())["results"]!.AsArray().Select(row => (string)row!["action"]!)];

        var toHer = await Actions($"/api/v1/users/{carol.UserId}/activity");
        var byAlice = await Actions($"/api/v1/users/{app.Alice.UserId}/activity?by=true");
        var counts = await (await alice.Get($"/api/v1/users/{carol.UserId}/activity/analytics")).Json();
        using var unknown = await alice.Get($"/api/v1/users/{Guid.NewGuid()}/activity");

        Assert.Contains(AuditAction.UserEdited.Code, toHer);
        Assert.Contains(AuditAction.UserEdited.Code, byAlice);
        Assert.Equal((1, 404), ((int)counts["categories"]!["users"]!, unknown.Status));
        Assert.Equal(404, (await hers.Get($"/api/v1/users/{erin.UserId}/activity")).Status);
    }

    [Fact]
    public async Task G07_An_export_is_written_with_the_names_of_the_list_and_recorded()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, await app.Given(Carol));
        await program.Patch("/api/v1/me", new { city = "Bern" });

        using var json = await program.Get("/api/v1/me/activity/export");
        var rows = JsonNode.Parse(await json.Text())!.AsArray();
        using var csv = await program.Get("/api/v1/me/activity/export?format=csv&action=user.edited");
        using var wrong = await program.Get("/api/v1/me/activity/export?format=xml");

        Assert.Equal(("user.edited", "Carol Cooper"), ((string)rows[0]!["action"]!, (string)rows[0]!["actor"]!["name"]!));
        Assert.Equal(("text/csv", 2), (csv.Content.Headers.ContentType?.MediaType, (await csv.Text()).TrimEnd().Split("\r\n").Length));
        Assert.Equal(400, wrong.Status);
        Assert.Equal(2, (await app.Events(AuditAction.ActivityExported)).Count);
    }

    [Fact]
    public async Task P6_How_many_people_come_is_for_who_sees_reports()
    {
        await using var app = await TestApp.StartAsync(Unlimited);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var carol = await ApiClient.SignInAsync(app, await app.Given(Carol, user => user.LastSignInAt = app.Clock.Now));

        var engagement = await (await alice.Counted("/api/v1/users/engagement")).Json();
        using var refused = await carol.Get("/api/v1/users/engagement");

        Assert.Equal(("Today", "1"), ((string)engagement["figures"]![0]!["name"]!, (string)engagement["figures"]![0]!["value"]!));
        Assert.Contains("Active people by week", engagement["trends"]!.AsArray().Select(trend => (string)trend!["title"]!));
        Assert.Equal(403, refused.Status);
    }
}
