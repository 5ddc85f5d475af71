using System.Text.Json.Nodes;

namespace UserAdmin.Tests.Api;

/// <summary>Access requests, access reviews and custom fields, over HTTP.</summary>
public class GovernanceApiTests
{
    [Fact]
    public async Task H1_Somebody_asks_for_a_role_and_another_approves_or_declines()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var own = await ApiClient.SignInAsync(app, carol);
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var choices = await (await own.Get("/api/v1/me/access-requests/choices")).Json();
        using var asked = await own.Post("/api/v1/me/access-requests", new { role_id = SystemRoles.Agent.Id, hours = 24, reason = "Holidays" });
        using var again = await own.Post("/api/v1/me/access-requests", new { role_id = SystemRoles.Agent.Id, reason = "Holidays" });
        using var vague = await own.Post("/api/v1/me/access-requests", new { hours = 0, reason = "" });
        await own.Post("/api/v1/me/access-requests", new { role_id = SystemRoles.Auditor.Id, reason = "Audit" });
        await own.Post("/api/v1/me/access-requests", new { role_id = SystemRoles.HelpDesk.Id, reason = "Phone" });
        var open = Items(await (await program.Get("/api/v1/access-requests?state=open&page_size=2")).Json());
        var all = Items(await (await program.Get("/api/v1/access-requests?page=2&page_size=2")).Json());
        var (agent, auditor, desk) = (all.Single(), open[1], open[0]);
        using var longer = await program.Post($"/api/v1/access-requests/{agent["id"]}/approve", new { hours = 48 });
        using var approved = await program.Post($"/api/v1/access-requests/{agent["id"]}/approve", new { hours = 8 });
        using var wordless = await program.Post($"/api/v1/access-requests/{auditor["id"]}/decline");
        using var declined = await program.Post($"/api/v1/access-requests/{auditor["id"]}/decline", new { reason = "Not yours" });
        using var twice = await program.Post($"/api/v1/access-requests/{auditor["id"]}/approve");
        using var withdrawn = await own.Post($"/api/v1/me/access-requests/{desk["id"]}/withdraw");
        using var deciding = await own.Post($"/api/v1/access-requests/{agent["id"]}/approve");
        var mine = Items(await (await own.Get("/api/v1/me/access-requests")).Json());
        var roles = Items(await (await own.Get($"/api/v1/users/{carol.Id}/roles")).Json());

        Assert.Contains(Items(choices, "roles"), role => (string)role["name"]! == "Agent");
        Assert.Equal((201, "open", 24, "Agent", 409, 400), (asked.Status, (string)(await asked.Json())["state"]!, (int)(await asked.Json())["hours"]!, (string)(await asked.Json())["role"]!, again.Status, vague.Status));
        Assert.Equal(["reason", "role_id"], (await vague.Json())["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("Carol Cooper", true, true), ((string)agent["full_name"]!, (bool)agent["may_decide"]!, (bool)agent["may_approve"]!));
        Assert.Equal((400, "approved", 400, "declined", 409, "withdrawn", 403),
            (longer.Status, (string)(await approved.Json())["state"]!, wordless.Status, (string)(await declined.Json())["state"]!, twice.Status, (string)(await withdrawn.Json())["state"]!, deciding.Status));
        Assert.Equal(["withdrawn", "declined", "approved"], mine.Select(row => (string)row["state"]!));
        Assert.Equal(app.Clock.Now.AddHours(8), (DateTimeOffset)roles.Single()["ends_at"]!);
    }

    [Fact]
    public async Task E03_Requests_outside_of_the_own_organization_are_not_there()
    {
        await using var app = await TestApp.StartAsync();
        var acme = await app.GivenPlace("Acme");
        var (carol, dave) = (await app.Given(Carol, SystemRoles.OrganizationManager, acme), await app.Given(Dave));
        using var asking = await ApiClient.SignInAsync(app, dave);
        using var deciding = await ApiClient.SignInAsync(app, carol);
        var id = (Guid)(await (await asking.Post("/api/v1/me/access-requests", new { role_id = SystemRoles.Agent.Id, reason = "x" })).Json())["id"]!;

        Assert.Equal((404, 404, 404, 404), ((await deciding.Get($"/api/v1/access-requests/{id}")).Status, (await deciding.Post($"/api/v1/access-requests/{id}/approve")).Status,
            (await deciding.Post($"/api/v1/access-requests/{id}/decline", new { reason = "x" })).Status, (await deciding.Post($"/api/v1/me/access-requests/{id}/withdraw")).Status));
        Assert.Empty(Items(await (await deciding.Get("/api/v1/access-requests")).Json()));
    }

    [Fact]
    public async Task H1_A_review_is_started_decided_by_its_reviewer_and_closed()
    {
        await using var app = await TestApp.StartAsync();
        var desk = await app.GivenRole("Desk", Permission.UsersView);
        var (erin, carol, dave) = (await app.Given(Erin), await app.Given(Carol), await app.Given(Dave));
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var reviewer = await ApiClient.SignInAsync(app, erin);
        using var stranger = await ApiClient.SignInAsync(app, carol);
        foreach (var person in new[] { carol, dave })
            await program.Post($"/api/v1/users/{person.Id}/roles", new { role_id = desk });

        using var vague = await program.Post("/api/v1/access-reviews", new { name = "" });
        using var started = await program.Post("/api/v1/access-reviews", new { name = "Spring", role_id = desk, reviewer_id = erin.Id, due_on = $"{app.Clock.Now.AddDays(7):yyyy-MM-dd}" });
        var path = started.Headers.Location!.PathAndQuery;
        var first = await (await reviewer.Get($"{path}/items?page_size=1")).Json();
        var second = await (await reviewer.Get(new Uri((string)first["next"]!).PathAndQuery)).Json();
        var (ofCarol, ofDave) = ((Guid)Items(first).Single()["id"]!, (Guid)Items(second).Single()["id"]!);
        using var other = await program.Post($"{path}/decisions", new { ids = new[] { ofCarol }, decision = "keep" });
        var kept = await (await reviewer.Post($"{path}/decisions", new { ids = new[] { ofCarol, Guid.NewGuid() }, decision = "keep", comment = "Needs it" })).Json();
        var removed = await (await reviewer.Post($"{path}/decisions", new { ids = new[] { ofDave }, decision = "remove" })).Json();
        var undecided = await (await reviewer.Get($"{path}/items?undecided=true")).Json();
        using var closed = await reviewer.Post($"{path}/close");
        using var late = await reviewer.Post($"{path}/decisions", new { ids = new[] { ofCarol }, decision = "remove" });
        using var hidden = await stranger.Get(path);
        var seen = await (await stranger.Get("/api/v1/access-reviews")).Json();
        var roles = Items(await (await program.Get($"/api/v1/users/{dave.Id}/roles")).Json());

        Assert.Equal(["due_on", "name", "reviewer_id"], (await vague.Json())["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.Equal((201, "Spring", "Desk", 2), (started.Status, (string)(await started.Json())["name"]!, (string)(await started.Json())["subject"]!, (int)(await started.Json())["undecided"]!));
        Assert.Equal((2, "Carol Cooper", "Dave Dyer"), ((int)first["count"]!, (string)Items(first).Single()["full_name"]!, (string)Items(second).Single()["full_name"]!));
        Assert.Equal((403, 1, 1, 1, 0), (other.Status, (int)kept["done"]!, (int)kept["refused"]!, (int)removed["done"]!, Items(undecided).Count));
        Assert.Equal((200, 1, 1, 409, 404, 0), (closed.Status, (int)(await closed.Json())["kept"]!, (int)(await closed.Json())["removed"]!, late.Status, hidden.Status, Items(seen).Count));
        Assert.Empty(roles);
    }

    [Fact]
    public async Task H1_Profile_fields_are_defined_changed_retired_and_removed()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var made = await program.Post("/api/v1/custom-fields", new { key = "room", label = "Room", kind = "text", visible_to = "owner", owner_may_edit = true });
        var (path, version) = (made.Headers.Location!.PathAndQuery, made.Headers.ETag!.ToString());
        await program.Post("/api/v1/custom-fields", new { key = "size", label = "Size", kind = "choice", choices = "S\nM" });
        using var taken = await program.Post("/api/v1/custom-fields", new { key = "room", label = "Other", kind = "text" });
        using var wrong = await program.Post("/api/v1/custom-fields", new { key = "Bad Key", label = "Other", kind = "text" });
        using var patched = await program.Patch(path, new { label = "Office" }, ("If-Match", version));
        using var stale = await program.Patch(path, new { label = "Desk" }, ("If-Match", version));
        using var turned = await program.Patch(path, new { kind = "number" });
        using var replaced = await program.Put(path, new { key = "room", label = "Room", kind = "text" });
        var second = Items(await (await program.Get("/api/v1/custom-fields")).Json())[1];
        using var up = await program.Post($"/api/v1/custom-fields/{second["id"]}/move-up");
        var keys = Items(await (await program.Get("/api/v1/custom-fields")).Json()).Select(field => (string)field["key"]!).ToList();
        using var used = await program.Delete(path);
        using var retired = await program.Post($"{path}/retire");
        using var back = await program.Post($"{path}/restore");
        await program.Post($"{path}/retire");
        using var removed = await program.Delete(path);
        using var gone = await program.Get(path);

        Assert.Equal((201, "room", "Room", "text", "owner", true), (made.Status, (string)(await made.Json())["key"]!, (string)(await made.Json())["label"]!, (string)(await made.Json())["kind"]!, (string)(await made.Json())["visible_to"]!, (bool)(await made.Json())["owner_may_edit"]!));
        Assert.Equal((409, 400, 200, 412, 400, 200), (taken.Status, wrong.Status, patched.Status, stale.Status, turned.Status, replaced.Status));
        Assert.Equal(("kind", false), ((await turned.Json())["errors"]!.AsObject().Single().Key, (bool)(await replaced.Json())["owner_may_edit"]!));
        Assert.Equal((200, 409, true, false, 204, 404), (up.Status, used.Status, (bool)(await retired.Json())["is_retired"]!, (bool)(await back.Json())["is_retired"]!, removed.Status, gone.Status));
        Assert.Equal(["size", "room"], keys);
    }

    [Fact]
    public async Task H1_Values_of_profile_fields_are_read_and_changed_by_those_who_may()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var own = await ApiClient.SignInAsync(app, carol);
        await program.Post("/api/v1/custom-fields", new { key = "room", label = "Room", kind = "text", visible_to = "owner", owner_may_edit = true });
        await program.Post("/api/v1/custom-fields", new { key = "cost", label = "Cost", kind = "number", visible_to = "administrators", maximum = 10 });
        var path = $"/api/v1/users/{carol.Id}/custom-fields";

        using var put = await program.Put(path, new { values = new Dictionary<string, string?> { ["room"] = "12", ["cost"] = "7.5" } });
        var version = put.Headers.ETag!.ToString();
        using var patched = await program.Patch(path, new { values = new Dictionary<string, string?> { ["room"] = "13" } }, ("If-Match", version));
        using var stale = await program.Patch(path, new { values = new Dictionary<string, string?> { ["room"] = "14" } }, ("If-Match", version));
        using var wrong = await program.Patch(path, new { values = new Dictionary<string, string?> { ["cost"] = "11" } });
        using var unknown = await program.Patch(path, new { values = new Dictionary<string, string?> { ["shoe"] = "11" } });
        var mine = await (await own.Get("/api/v1/me/custom-fields")).Json();
        using var changed = await own.Patch("/api/v1/me/custom-fields", new { values = new Dictionary<string, string?> { ["room"] = "15" } });
        using var secret = await own.Patch("/api/v1/me/custom-fields", new { values = new Dictionary<string, string?> { ["cost"] = "1" } });
        using var emptied = await own.Put("/api/v1/me/custom-fields", new { values = new Dictionary<string, string?>() });
        var after = await (await program.Get(path)).Json();
        using var nobody = await program.Get($"/api/v1/users/{Guid.NewGuid()}/custom-fields");

        Assert.Equal(("12", "7.5"), (ValueOf(await put.Json(), "room"), ValueOf(await put.Json(), "cost")));
        Assert.Equal((200, "13", "7.5", 412), (patched.Status, ValueOf(await patched.Json(), "room"), ValueOf(await patched.Json(), "cost"), stale.Status));
        Assert.Equal((400, "cost", 400, "shoe"), (wrong.Status, (await wrong.Json())["errors"]!.AsObject().Single().Key, unknown.Status, (await unknown.Json())["errors"]!.AsObject().Single().Key));
        Assert.Equal(["room"], Items(mine, "fields").Select(field => (string)field["key"]!));
        Assert.Equal((200, "15", 400, 200), (changed.Status, ValueOf(await changed.Json(), "room"), secret.Status, emptied.Status));
        Assert.Equal((null, "7.5", 404), (ValueOf(after, "room"), ValueOf(after, "cost"), nobody.Status));
    }

    private static List<JsonObject> Items(JsonObject page, string field = "results") => [.. page[field]!.AsArray().Select(item => item!.AsObject())];

    private static string? ValueOf(JsonObject values, string key) => (string?)Items(values, "fields").Single(field => (string)field["key"]! == key)["value"];
}
