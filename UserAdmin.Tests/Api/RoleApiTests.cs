using System.Text.Json.Nodes;

namespace UserAdmin.Tests.Api;

/// <summary>Permissions, roles and who has them, over HTTP.</summary>
public class RoleApiTests
{
    [Fact]
    public async Task H1_Permissions_are_listed_by_code_and_tell_who_holds_them()
    {
        await using var app = await TestApp.StartAsync();
        var frank = await app.Given(Frank);
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var all = await (await program.Get("/api/v1/permissions?page_size=200")).Json();
        var ofTeams = await (await program.Get("/api/v1/permissions?module=teams&search=leads")).Json();
        var holders = await (await program.Get("/api/v1/permissions/users.lock/holders?page_size=1")).Json();
        var rest = await (await program.Get(PathOf(holders["next"]))).Json();
        using var unknown = await program.Get("/api/v1/permissions/users.fly/holders");

        Assert.Equal(PermissionInfo.All.Select(info => info.Code), Items(all).Select(item => (string)item["code"]!));
        Assert.Equal(("teams.manage", "Manage teams", "teams", "organization"), Items(ofTeams).Select(item => ((string)item["code"]!, (string)item["title"]!, (string)item["module"]!, (string)item["scope"]!)).Single());
        Assert.Equal([$"{app.Alice.Id}", $"{frank.Id}"], Items(holders).Concat(Items(rest)).Select(item => (string)item["id"]!));
        Assert.Equal("Help desk", (string)Items(rest).Single()["reasons"]![0]!["roles"]![0]!["name"]!);
        Assert.Equal(404, unknown.Status);
    }

    [Fact]
    public async Task H1_A_role_is_made_read_changed_and_deleted()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var made = await program.Post("/api/v1/roles", new { name = "Night desk", description = "At night", copy_of_id = SystemRoles.HelpDesk.Id });
        var path = made.Headers.Location!.PathAndQuery;
        var role = await made.Json();
        var version = made.Headers.ETag!.ToString();
        using var patched = await program.Patch(path, new { name = "Late desk" }, ("If-Match", version));
        using var stale = await program.Patch(path, new { name = "Early desk" }, ("If-Match", version));
        using var replaced = await program.Put(path, new { name = "Early desk", is_active = false });
        using var taken = await program.Post("/api/v1/roles", new { name = "EARLY DESK" });
        using var ofProduct = await program.Patch($"/api/v1/roles/{SystemRoles.Agent.Id}", new { name = "Clerk" });
        var found = await (await program.Get("/api/v1/roles?kind=own&search=desk")).Json();
        var parents = await (await program.Get($"{path}/possible-parents?page_size=200")).Json();
        using var deleted = await program.Delete($"{path}?reason=Done");
        using var gone = await program.Get(path);

        Assert.Equal((201, "Night desk", "At night", false, true, SystemRoles.HelpDesk.Grants.Count), (made.Status, (string)role["name"]!, (string)role["description"]!, (bool)role["is_system"]!, (bool)role["is_active"]!, (int)role["permissions"]!));
        Assert.Null(role["stamp"]);
        Assert.Equal((200, 412, 200), (patched.Status, stale.Status, replaced.Status));
        Assert.Equal(("At night", "Late desk"), ((string)(await patched.Json())["description"]!, (string)(await patched.Json())["name"]!));
        Assert.Equal(("", false), ((string)(await replaced.Json())["description"]!, (bool)(await replaced.Json())["is_active"]!));
        Assert.Equal((409, "name", 409, "role.is_system"), (taken.Status, (await taken.Json())["errors"]!.AsObject().Single().Key, ofProduct.Status, (string)(await ofProduct.Json())["code"]!));
        Assert.Equal("Early desk", (string)Items(found).Single()["name"]!);
        Assert.DoesNotContain(Items(parents), item => (string)item["id"]! == (string)role["id"]!);
        Assert.Equal((204, 404), (deleted.Status, gone.Status));
    }

    [Theory]
    [InlineData("""{"name":""}""", "name"), InlineData("{}", "name"), InlineData("""{"name":"A","stamp":"x"}""", "stamp"), InlineData("""{"name":"A","parent_id":"x"}""", "parent_id")]
    public async Task D07_What_a_role_can_not_be_is_refused_at_its_field(string body, string field)
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var refused = await program.Post("/api/v1/roles", body);

        Assert.Equal((400, field), (refused.Status, (await refused.Json())["errors"]!.AsObject().Single().Key));
    }

    [Fact]
    public async Task H1_Permissions_of_a_role_are_replaced_granted_denied_and_taken_back()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var parent = await app.GivenRole("Parent", Permission.UsersView);
        var path = (await program.Post("/api/v1/roles", new { name = "Child", parent_id = parent })).Headers.Location!.PathAndQuery + "/permissions";

        using var granted = await program.Post(path, new { permissions = new List<string> { "users.edit" } });
        using var denied = await program.Post(path, new { permissions = new List<string> { "users.view" }, statement = "deny" });
        var version = denied.Headers.ETag!.ToString();
        var after = Said(await denied.Json());
        using var cleared = await program.Delete($"{path}/users.view");
        using var stale = await program.Put(path, new { permissions = new Dictionary<string, string>() }, ("If-Match", version));
        using var replaced = await program.Put(path, new { permissions = new Dictionary<string, string> { ["sessions.view"] = "grant" } });
        using var unknown = await program.Post(path, new { permissions = new List<string> { "users.fly" } });
        using var wrong = await program.Put(path, new { permissions = new Dictionary<string, string> { ["users.view"] = "perhaps" } });

        Assert.Equal(("grant", "deny"), (Said(await granted.Json())["users.edit"].Own, after["users.view"].Own));
        Assert.Equal(("deny", "Parent"), (after["users.view"].Effective, after["users.view"].From));
        Assert.Equal((204, 412, 200, 400, 400), (cleared.Status, stale.Status, replaced.Status, unknown.Status, wrong.Status));
        var last = Said(await replaced.Json());
        Assert.Equal(("inherit", "grant", "inherit"), (last["users.edit"].Own, last["sessions.view"].Own, last["users.view"].Own));
        Assert.Equal("grant", last["users.view"].Effective);
    }

    [Fact]
    public async Task H1_A_role_is_given_prolonged_and_taken_away()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, acme) = (await app.Given(Carol), await app.GivenPlace("Acme"));
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var roles = $"/api/v1/users/{carol.Id}/roles";
        var until = app.Clock.Now.AddDays(2);

        using var given = await program.Post(roles, new { role_id = SystemRoles.Agent.Id, ends_at = until, reason = "Holidays" });
        using var there = await program.Post(roles, new { role_id = SystemRoles.Agent.Id, organization_id = acme });
        using var again = await program.Post(roles, new { role_id = SystemRoles.Agent.Id, organization_id = acme });
        using var early = await program.Post(roles, new { role_id = SystemRoles.Auditor.Id, ends_at = app.Clock.Now.AddDays(-1) });
        var (first, second) = (await given.Json(), await there.Json());
        using var prolonged = await program.Patch($"/api/v1/role-assignments/{first["id"]}", new { ends_at = (string?)null, reason = "For good" });
        var listed = await (await program.Get(roles)).Json();
        using var several = await program.Delete($"{roles}/{SystemRoles.Agent.Id}");
        using var one = await program.Delete($"{roles}/{SystemRoles.Agent.Id}?organization={acme}&reason=Over");
        using var other = await program.Delete($"/api/v1/role-assignments/{first["id"]}");
        using var none = await program.Delete($"{roles}/{SystemRoles.Agent.Id}");

        Assert.Equal((201, "Agent", "Holidays", "Alice Archer"), (given.Status, (string)first["role"]!, (string)first["reason"]!, (string)first["assigned_by"]!));
        Assert.Equal(until, (DateTimeOffset)first["ends_at"]!);
        Assert.Equal((201, "Acme", 409, 400), (there.Status, (string)second["organization"]!, again.Status, early.Status));
        Assert.Equal(["ends_at"], (await early.Json())["errors"]!.AsObject().Select(error => error.Key));
        Assert.Equal(204, prolonged.Status);
        Assert.Equal([null, null], Items(listed).Select(item => (string?)item["ends_at"]));
        Assert.Equal((409, 204, 204, 404), (several.Status, one.Status, other.Status, none.Status));
    }

    [Fact]
    public async Task H1_What_somebody_may_do_is_told_with_its_reasons()
    {
        await using var app = await TestApp.StartAsync();
        var frank = await app.Given(Frank);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var own = await ApiClient.SignInAsync(app, frank);

        var access = await (await program.Get($"/api/v1/users/{frank.Id}/access?permission=users.lock")).Json();
        var mine = await (await own.Get("/api/v1/me/access")).Json();
        using var unknown = await program.Get($"/api/v1/users/{frank.Id}/access?permission=users.fly");
        using var hidden = await own.Get($"/api/v1/users/{app.Alice.Id}/access");

        var answer = Items(access, "permissions").Single();
        Assert.Equal(("users.lock", true, "Help desk"), ((string)answer["permission"]!, (bool)answer["is_everywhere"]!, (string)answer["reasons"]![0]!["roles"]![0]!["name"]!));
        Assert.Contains(Items(mine, "permissions"), item => (string)item["permission"]! == "users.lock" && (bool)item["is_held"]!);
        Assert.Equal((400, 404), (unknown.Status, hidden.Status));
    }

    [Fact]
    public async Task E05_Who_manages_one_organization_gives_roles_there_alone_and_none_above_their_own()
    {
        await using var app = await TestApp.StartAsync();
        var (acme, other) = (await app.GivenPlace("Acme"), await app.GivenPlace("Other"));
        var (carol, ben, dave) = (await app.Given(Carol, SystemRoles.OrganizationManager, acme), await app.Given(new("Ben", "Bloom", null), SystemRoles.Agent, acme), await app.Given(Dave, SystemRoles.Agent, other));
        using var program = await ApiClient.SignInAsync(app, carol);

        using var given = await program.Post($"/api/v1/users/{ben.Id}/roles", new { role_id = SystemRoles.HelpDesk.Id, organization_id = acme });
        using var elsewhere = await program.Post($"/api/v1/users/{ben.Id}/roles", new { role_id = SystemRoles.HelpDesk.Id, organization_id = other });
        using var everywhere = await program.Post($"/api/v1/users/{ben.Id}/roles", new { role_id = SystemRoles.HelpDesk.Id });
        using var above = await program.Post($"/api/v1/users/{ben.Id}/roles", new { role_id = SystemRoles.Administrator.Id, organization_id = acme });
        using var stranger = await program.Post($"/api/v1/users/{dave.Id}/roles", new { role_id = SystemRoles.HelpDesk.Id, organization_id = acme });
        using var hidden = await program.Get($"/api/v1/users/{dave.Id}/roles");
        using var made = await program.Post("/api/v1/roles", new { name = "Own" });
        var assignable = await (await program.Get($"/api/v1/roles/assignable?organization={acme}&page_size=200")).Json();
        var local = await (await program.Get($"/api/v1/organizations/{acme}/roles?page_size=200")).Json();
        using var foreign = await program.Get($"/api/v1/organizations/{other}/roles");

        Assert.Equal((201, 403, 403, 403, 404, 404, 403), (given.Status, elsewhere.Status, everywhere.Status, above.Status, stranger.Status, hidden.Status, made.Status));
        Assert.Contains(Items(assignable), item => (string)item["name"]! == "Help desk");
        Assert.DoesNotContain(Items(assignable), item => (string)item["name"]! == "Administrator");
        Assert.Equal(("Help desk", 1, true), Items(local).Where(item => (string)item["name"]! == "Help desk").Select(item => ((string)item["name"]!, (int)item["holders"]!, (bool)item["may_assign"]!)).Single());
        Assert.Equal(404, foreign.Status);
    }

    [Fact]
    public async Task H1_A_role_tells_its_members_requires_second_factors_and_passes_them_on_when_it_goes()
    {
        await using var app = await TestApp.StartAsync();
        var (desk, carol) = (await app.GivenRole("Desk", Permission.UsersView), await app.Given(Carol));
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        await program.Post($"/api/v1/users/{carol.Id}/roles", new { role_id = desk });

        var members = await (await program.Get($"/api/v1/roles/{desk}/members")).Json();
        using var required = await program.Put($"/api/v1/roles/{desk}/second-factor", new { required = true });
        var role = await (await program.Get($"/api/v1/roles/{desk}")).Json();
        using var twice = await program.Put($"/api/v1/roles/{desk}/second-factor", new { required = true });
        using var used = await program.Delete($"/api/v1/roles/{desk}");
        using var replaced = await program.Delete($"/api/v1/roles/{desk}?replace_with={SystemRoles.Agent.Id}");
        var after = await (await program.Get($"/api/v1/users/{carol.Id}/roles")).Json();
        var figures = await (await program.Get("/api/v1/roles/figures")).Json();

        Assert.Equal(("Carol Cooper", "active", "Desk"), ((string)Items(members).Single()["full_name"]!, (string)Items(members).Single()["status"]!, (string)Items(members).Single()["assignments"]![0]!["role"]!));
        Assert.Equal((200, 1, true, 409), (required.Status, (int)(await required.Json())["told"]!, (bool)role["requires_second_factor"]!, twice.Status));
        Assert.Equal((409, "role.in_use", 204), (used.Status, (string)(await used.Json())["code"]!, replaced.Status));
        Assert.Equal("Agent", (string)Items(after).Single()["role"]!);
        Assert.Equal(SystemRoles.All.Count, (int)figures["roles"]!);
    }

    [Fact]
    public async Task E04_Roles_of_another_tenant_are_not_there()
    {
        await using var app = await TestApp.StartAsync();
        var foreign = await (await TestTenant.MakeAsync(app, "acme")).GivenRole("Theirs", Permission.UsersView);
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var read = await program.Get($"/api/v1/roles/{foreign}");
        using var changed = await program.Patch($"/api/v1/roles/{foreign}", new { name = "Ours" });
        using var said = await program.Post($"/api/v1/roles/{foreign}/permissions", new { permissions = new List<string> { "users.edit" } });
        using var deleted = await program.Delete($"/api/v1/roles/{foreign}");

        Assert.Equal((404, 404, 404, 404), (read.Status, changed.Status, said.Status, deleted.Status));
    }

    [Fact]
    public async Task D09_Lists_of_roles_lead_from_page_to_page()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var first = await (await program.Get("/api/v1/roles?page_size=3")).Json();
        var second = await (await program.Get(PathOf(first["next"]))).Json();
        var third = await (await program.Get(PathOf(second["next"]))).Json();
        var end = await (await program.Get("/api/v1/roles?page_size=3&cursor=end")).Json();
        var beforeEnd = await (await program.Get(PathOf(end["previous"]))).Json();
        using var kind = await program.Get("/api/v1/roles?kind=7");

        Assert.Equal(SystemRoles.All.Select(role => role.Name).Order(StringComparer.Ordinal), new[] { first, second, third }.SelectMany(page => Items(page)).Select(item => (string)item["name"]!));
        Assert.Equal((SystemRoles.All.Count, null), ((int)first["count"]!, (string?)third["next"]));
        Assert.Equal(["Administrator", "Agent"], Items(first).Take(2).Select(item => (string)item["name"]!));
        Assert.Equal(["Manager", "Organization manager", "Owner"], Items(end).Select(item => (string)item["name"]!));
        Assert.Equal(["Auditor", "End user", "Help desk"], Items(beforeEnd).Select(item => (string)item["name"]!));
        Assert.Equal((400, "kind"), (kind.Status, (await kind.Json())["errors"]!.AsObject().Single().Key));
    }

    private static IEnumerable<JsonObject> Items(JsonObject page, string field = "results") => page[field]!.AsArray().Select(item => item!.AsObject());

    private static string PathOf(JsonNode? link) => new Uri((string)link!).PathAndQuery;

    private static Dictionary<string, (string Own, string Effective, string? From)> Said(JsonObject role) => Items(role, "permissions")
        .ToDictionary(item => (string)item["code"]!, item => ((string)item["own"]!, (string)item["effective"]!, (string?)item["inherited_from"]?["name"]));
}
