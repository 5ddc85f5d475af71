using System.Text.Json.Nodes;
using UserAdmin.Core.Organizations;

namespace UserAdmin.Tests.Api;

/// <summary>Organizations, their members, teams and invitations, over HTTP.</summary>
public class OrganizationApiTests
{
    [Fact]
    public async Task H1_An_organization_is_made_read_changed_and_moved()
    {
        await using var app = await TestApp.StartAsync();
        var other = await app.GivenPlace("Other");
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var made = await program.Post("/api/v1/organizations", new { name = "Acme", description = "Makes things", email = "info@acme.example", allowed_domains = "acme.example", invitation_days = 5 });
        var (path, acme) = (made.Headers.Location!.PathAndQuery, await made.Json());
        using var below = await program.Post("/api/v1/organizations", new { name = "Branch", parent_id = (Guid)acme["id"]! });
        var version = made.Headers.ETag!.ToString();
        using var patched = await program.Patch(path, new { phone = "+49 1" }, ("If-Match", version));
        using var stale = await program.Patch(path, new { phone = "+49 2" }, ("If-Match", version));
        using var replaced = await program.Put(path, new { name = "Acme Ltd" });
        using var taken = await program.Post("/api/v1/organizations", new { name = "other" });
        using var wrong = await program.Post("/api/v1/organizations", new { name = "X", email = "nonsense", invitation_days = 1000 });
        using var circle = await program.Post($"{path}/move", new { parent_id = (Guid)(await below.Json())["id"]! });
        using var moved = await program.Post($"{path}/move", new { parent_id = other, reason = "Bought" });
        var branch = await (await program.Get(below.Headers.Location!.PathAndQuery)).Json();

        Assert.Equal((201, "Acme", "Makes things", "info@acme.example", "acme.example", 5, "active", true),
            (made.Status, (string)acme["name"]!, (string)acme["description"]!, (string)acme["email"]!, (string)acme["allowed_domains"]!, (int)acme["invitation_days"]!, (string)acme["status"]!, (bool)acme["is_in_force"]!));
        Assert.Equal((200, 412, 200), (patched.Status, stale.Status, replaced.Status));
        Assert.Equal(("+49 1", "Makes things"), ((string)(await patched.Json())["phone"]!, (string)(await patched.Json())["description"]!));
        Assert.Equal(("Acme Ltd", null, null), ((string)(await replaced.Json())["name"]!, (string?)(await replaced.Json())["description"], (int?)(await replaced.Json())["invitation_days"]));
        Assert.Equal((409, 400, 409), (taken.Status, wrong.Status, circle.Status));
        Assert.Equal(["email", "invitation_days"], (await wrong.Json())["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.Equal((200, other), (moved.Status, (Guid)(await moved.Json())["parent_id"]!));
        Assert.Equal(["Other", "Acme Ltd"], Items(branch, "above").Select(above => (string)above["name"]!));
    }

    [Fact]
    public async Task H1_Organizations_are_listed_searched_and_walked_as_a_tree()
    {
        await using var app = await TestApp.StartAsync();
        var acme = await app.GivenPlace("Acme");
        var branch = await app.GivenPlace("Branch", acme);
        await app.GivenPlace("Deep", branch);
        await app.GivenPlace("Gone", null, place => place.DeletedAt = app.Clock.Now);
        await app.GivenPlace("Other");
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        async Task<string> Names(string query) => string.Join(' ', Items(await (await program.Get($"/api/v1/organizations?{query}")).Json()).Select(item => (string)item["name"]!));

        var first = await (await program.Get("/api/v1/organizations?page_size=3")).Json();
        var second = await (await program.Get(PathOf(first["next"]))).Json();
        var end = await (await program.Get("/api/v1/organizations?page_size=3&cursor=end")).Json();
        var beforeEnd = await (await program.Get(PathOf(end["previous"]))).Json();

        Assert.Equal((4, "Acme Branch Deep", "Other"), ((int)first["count"]!, Joined(first), Joined(second)));
        Assert.Equal(("Branch Deep Other", "Acme"), (Joined(end), Joined(beforeEnd)));
        Assert.Equal(("Acme Other", "Branch", "Branch", "Gone", ""), (await Names("parent=none"), await Names($"parent={acme}"), await Names("search=ran"), await Names("status=deleted"), await Names($"parent={Guid.NewGuid()}")));
        var deep = Items(first)[2];
        Assert.Equal(("Acme / Branch", branch, "active", 0), ((string)deep["path"]!, (Guid)deep["parent_id"]!, (string)deep["status"]!, (int)deep["members"]!));
        Assert.Equal((400, 400), ((await program.Get("/api/v1/organizations?parent=x")).Status, (await program.Get("/api/v1/organizations?status=7")).Status));
    }

    [Fact]
    public async Task H1_An_organization_is_switched_off_and_on_deleted_and_restored()
    {
        await using var app = await TestApp.StartAsync();
        var path = $"/api/v1/organizations/{await app.GivenPlace("Acme")}";
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var off = await program.Post($"{path}/deactivate", new { reason = "Contract over" });
        using var twice = await program.Post($"{path}/deactivate");
        using var on = await program.Post($"{path}/activate");
        using var deleted = await program.Delete($"{path}?reason=Gone");
        using var read = await program.Get(path);
        using var restored = await program.Post($"{path}/restore");

        Assert.Equal((200, "deactivated", "Contract over", false), (off.Status, (string)(await off.Json())["status"]!, (string)(await off.Json())["status_reason"]!, (bool)(await off.Json())["is_in_force"]!));
        Assert.Equal((409, "active", 204, "deleted", "active"), (twice.Status, (string)(await on.Json())["status"]!, deleted.Status, (string)(await read.Json())["status"]!, (string)(await restored.Json())["status"]!));
    }

    [Fact]
    public async Task H1_Members_are_added_titled_moved_and_removed()
    {
        await using var app = await TestApp.StartAsync();
        var (acme, other, carol) = (await app.GivenPlace("Acme"), await app.GivenPlace("Other"), await app.Given(Carol));
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        var members = $"/api/v1/organizations/{acme}/members";

        using var added = await program.Post(members, new { user_id = carol.Id, title = "Buyer" });
        using var twice = await program.Post(members, new { user_id = carol.Id });
        using var nobody = await program.Post(members, new { user_id = Guid.NewGuid() });
        using var titled = await program.Patch($"{members}/{carol.Id}", new { title = "Head of buying" });
        var listed = await (await program.Get($"{members}?search=coop")).Json();
        var places = await (await program.Get($"/api/v1/users/{carol.Id}/organizations")).Json();
        using var moved = await program.Post($"{members}/{carol.Id}/move", new { organization_id = other });
        using var left = await program.Get($"{members}/{carol.Id}");
        using var removed = await program.Delete($"/api/v1/organizations/{other}/members/{carol.Id}?reason=Left");

        Assert.Equal((201, $"http://localhost{members}/{carol.Id}", "Buyer"), (added.Status, added.Headers.Location!.ToString(), (string)(await added.Json())["title"]!));
        Assert.Equal((409, 404, "Head of buying"), (twice.Status, nobody.Status, (string)(await titled.Json())["title"]!));
        Assert.Equal(("Carol Cooper", "active", 1), ((string)Items(listed).Single()["full_name"]!, (string)Items(listed).Single()["status"]!, (int)listed["count"]!));
        Assert.Equal("Acme", (string)Items(places).Single()["name"]!);
        Assert.Equal((204, 404, 204), (moved.Status, left.Status, removed.Status));
    }

    [Fact]
    public async Task H1_Teams_are_made_filled_led_and_deleted()
    {
        await using var app = await TestApp.StartAsync();
        var acme = await app.GivenPlace("Acme");
        var (carol, dave) = (await app.Given(Carol, SystemRoles.Agent, acme), await app.Given(Dave));
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var made = await program.Post("/api/v1/teams", new { organization_id = acme, name = "Night", description = "At night" });
        var (path, version) = (made.Headers.Location!.PathAndQuery, made.Headers.ETag!.ToString());
        using var taken = await program.Post("/api/v1/teams", new { organization_id = acme, name = "night" });
        using var added = await program.Post($"{path}/add_member/", new { user_id = carol.Id });
        using var stranger = await program.Post($"{path}/add_member", new { user_id = dave.Id });
        using var led = await program.Put($"{path}/lead", new { user_id = carol.Id });
        using var stale = await program.Patch(path, new { name = "Day" }, ("If-Match", version));
        using var patched = await program.Patch(path, new { name = "Day" });
        var all = await (await program.Get("/api/v1/teams?search=day")).Json();
        var ofAcme = await (await program.Get($"/api/v1/organizations/{acme}/teams")).Json();
        using var removed = await program.Post($"{path}/remove_member", new { user_id = carol.Id });
        using var replaced = await program.Put(path, new { name = "Day shift" });
        using var deleted = await program.Delete(path);
        using var gone = await program.Get(path);

        Assert.Equal((201, "Night", "Acme"), (made.Status, (string)(await made.Json())["name"]!, (string)(await made.Json())["organization"]!));
        Assert.Equal((409, 200, 409, 200, 412, 200), (taken.Status, added.Status, stranger.Status, led.Status, stale.Status, patched.Status));
        Assert.Equal(("At night", carol.Id, true), ((string)(await patched.Json())["description"]!, (Guid)(await led.Json())["lead_id"]!, (bool)Items(await led.Json(), "members").Single()["is_lead"]!));
        Assert.Equal(("Day", acme, 1), ((string)Items(all).Single()["name"]!, (Guid)Items(all).Single()["organization_id"]!, (int)Items(all).Single()["members"]!));
        Assert.Equal("Day", (string)Items(ofAcme).Single()["name"]!);
        Assert.Equal((0, null, null), (Items(await removed.Json(), "members").Count, (string?)(await removed.Json())["lead_id"], (string?)(await replaced.Json())["description"]));
        Assert.Equal((204, 404), (deleted.Status, gone.Status));
    }

    [Fact]
    public async Task H1_E10_Invitations_are_sent_again_and_revoked_and_never_tell_their_link_unasked()
    {
        await using var app = await TestApp.StartAsync(("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        var acme = await app.GivenPlace("Acme", null, place => place.AllowedDomains = "acme.example");
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var one = await program.Post($"/api/v1/organizations/{acme}/invite/", new { email = "ann@acme.example", role_id = SystemRoles.Agent.Id, language = "de" });
        var (path, invitation) = (one.Headers.Location!.PathAndQuery, await one.Json());
        using var elsewhere = await program.Post($"/api/v1/organizations/{acme}/invite", new { email = "ann@other.example" });
        using var language = await program.Post("/api/v1/invitations", new { email = "bea@example.org", language = "tlh" });
        var many = await (await program.Post("/api/v1/invitations/bulk", new { emails = new List<string> { "cid@acme.example", "nonsense" }, organization_id = acme })).Json();
        var listed = await (await program.Get($"/api/v1/invitations?organization={acme}&state=queued&page_size=1")).Json();
        var rest = await (await program.Get(PathOf(listed["next"]))).Json();
        using var resent = await program.Post($"{path}/resend");
        using var link = await program.Post($"{path}/link");
        using var revoked = await program.Post($"{path}/revoke");
        using var twice = await program.Post($"{path}/revoke");

        Assert.Equal((201, "ann@acme.example", "queued", "Acme", "Agent", true), (one.Status, (string)invitation["email"]!, (string)invitation["state"]!, (string)invitation["organization"]!, (string)invitation["role"]!, (bool)invitation["is_pending"]!));
        Assert.DoesNotContain("/account/invitation/", invitation.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal((400, "email", 400, "language"), (elsewhere.Status, (await elsewhere.Json())["errors"]!.AsObject().Single().Key, language.Status, (await language.Json())["errors"]!.AsObject().Single().Key));
        Assert.Equal((1, 1, "This is not an email address."), ((int)many["done"]!, (int)many["refused"]!, (string)Items(many, "items")[1]["message"]!));
        Assert.Equal((2, "cid@acme.example", "ann@acme.example"), ((int)listed["count"]!, (string)Items(listed).Single()["email"]!, (string)Items(rest).Single()["email"]!));
        Assert.Equal((200, 200, 200, 409), (resent.Status, link.Status, revoked.Status, twice.Status));
        Assert.Contains("/account/invitation/", (string)(await link.Json())["link"]!, StringComparison.Ordinal);
        Assert.Equal(("revoked", false), ((string)(await revoked.Json())["state"]!, (bool)(await revoked.Json())["is_pending"]!));
    }

    [Fact]
    public async Task E03_Who_manages_one_organization_reaches_no_other_by_its_id()
    {
        await using var app = await TestApp.StartAsync(("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        var (acme, other) = (await app.GivenPlace("Acme"), await app.GivenPlace("Other"));
        var (carol, dave) = (await app.Given(Carol, SystemRoles.OrganizationManager, acme), await app.Given(Dave, SystemRoles.Agent, other));
        using var owner = await ApiClient.SignInAsync(app, app.Alice);
        using var program = await ApiClient.SignInAsync(app, carol);
        var team = (await owner.Post("/api/v1/teams", new { organization_id = other, name = "Theirs" })).Headers.Location!.PathAndQuery;
        var invitation = (await owner.Post($"/api/v1/organizations/{other}/invite", new { email = "ann@example.org" })).Headers.Location!.PathAndQuery;

        HttpResponseMessage[] refused =
        [
            await program.Get($"/api/v1/organizations/{other}"), await program.Patch($"/api/v1/organizations/{other}", new { name = "Mine" }), await program.Get($"/api/v1/organizations/{other}/members"),
            await program.Post($"/api/v1/organizations/{other}/members", new { user_id = carol.Id }), await program.Get($"/api/v1/organizations/{other}/teams"), await program.Get(team), await program.Delete(team),
            await program.Get(invitation), await program.Post($"{invitation}/revoke"), await program.Post($"{invitation}/resend"), await program.Get($"/api/v1/users/{dave.Id}/organizations"),
            await program.Post($"/api/v1/organizations/{acme}/members", new { user_id = dave.Id }),
        ];
        using var inviting = await program.Post($"/api/v1/organizations/{other}/invite", new { email = "bea@example.org" });
        using var top = await program.Post("/api/v1/organizations", new { name = "Top" });
        using var below = await program.Post("/api/v1/organizations", new { name = "Below", parent_id = acme });
        var seen = await (await program.Get("/api/v1/organizations")).Json();
        var tops = await (await program.Get("/api/v1/organizations?parent=none")).Json();

        Assert.All(refused, answer => Assert.Equal(404, answer.Status));
        Assert.Equal((403, 403, 201), (inviting.Status, top.Status, below.Status));
        Assert.Equal(("Acme Below", "Acme"), (Joined(seen), Joined(tops)));
        Assert.Equal("Other", (await app.Run((OrganizationDirectory organizations) => organizations.FindNameAsync(other, app.Alice, TestContext.Current.CancellationToken))));
    }

    [Fact]
    public async Task E04_Organizations_of_another_tenant_are_not_there()
    {
        await using var app = await TestApp.StartAsync();
        var foreign = await (await TestTenant.MakeAsync(app, "acme")).GivenPlace("Theirs");
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        HttpResponseMessage[] answers =
        [
            await program.Get($"/api/v1/organizations/{foreign}"), await program.Patch($"/api/v1/organizations/{foreign}", new { name = "Ours" }), await program.Delete($"/api/v1/organizations/{foreign}"),
            await program.Get($"/api/v1/organizations/{foreign}/members"), await program.Get($"/api/v1/organizations/{foreign}/roles"), await program.Post("/api/v1/teams", new { organization_id = foreign, name = "Ours" }),
        ];

        Assert.All(answers, answer => Assert.Equal(404, answer.Status));
    }

    private static List<JsonObject> Items(JsonObject page, string field = "results") => [.. page[field]!.AsArray().Select(item => item!.AsObject())];

    private static string Joined(JsonObject page) => string.Join(' ', Items(page).Select(item => (string)item["name"]!));

    private static string PathOf(JsonNode? link) => new Uri((string)link!).PathAndQuery;
}
