using System.Text.Json.Nodes;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Tests.Api;

/// <summary>Terms, tenants, features, settings and branding, over HTTP.</summary>
public class SettingsApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task H1_The_terms_in_force_are_open_and_their_history_is_not()
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = new ApiClient(app);
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var none = await stranger.Get("/api/v1/terms");
        await app.Run((TermsService terms) => terms.PublishAsync("# Be *kind*", 0, app.Alice, Cancel));
        var terms = await (await stranger.Get("/api/v1/terms")).Json();
        var versions = Items(await (await program.Get("/api/v1/terms/versions")).Json());

        Assert.Equal((404, 1, "# Be *kind*"), (none.Status, (int)terms["number"]!, (string)terms["body"]!));
        Assert.Contains("<em>kind</em>", (string)terms["html"]!, StringComparison.Ordinal);
        Assert.Equal((1, "Alice Archer", 0), ((int)versions.Single()["number"]!, (string)versions.Single()["published_by"]!, (int)versions.Single()["accepted"]!));
    }

    [Fact]
    public async Task H1_A_tenant_is_made_renamed_found_by_domains_closed_and_restored()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var made = await program.Post("/api/v1/tenants", new { name = "acme", title = "Acme", domain = "acme.localhost", owner_first_name = "Olga", owner_last_name = "Owner", owner_email = "olga@acme.example" });
        var (path, version, tenant) = (made.Headers.Location!.PathAndQuery, made.Headers.ETag!.ToString(), await made.Json());
        using var taken = await program.Post("/api/v1/tenants", new { name = "acme", title = "Acme", domain = "other.localhost", owner_first_name = "O", owner_last_name = "O", owner_email = "o@acme.example" });
        using var wrong = await program.Post("/api/v1/tenants", new { name = "Bad Name", title = "" });
        using var renamed = await program.Patch(path, new { title = "Acme Ltd" }, ("If-Match", version));
        using var stale = await program.Patch(path, new { title = "Acme Inc" }, ("If-Match", version));
        using var added = await program.Post($"{path}/domains", new { host = "people.acme.example" });
        using var primary = await program.Put($"{path}/primary-domain", new { host = "people.acme.example" });
        using var dropped = await program.Delete($"{path}/domains/acme.localhost");
        using var kept = await program.Delete($"{path}/domains/people.acme.example");
        using var suspended = await program.Post($"{path}/suspend", new { reason = "Unpaid" });
        using var resumed = await program.Post($"{path}/resume");
        using var unsure = await program.Delete(path);
        using var deleted = await program.Delete($"{path}?name=acme");
        using var restored = await program.Post($"{path}/restore");
        var listed = await (await program.Get("/api/v1/tenants?search=acme&status=active")).Json();

        Assert.Equal((201, "acme", "Acme", "active", true), (made.Status, (string)tenant["name"]!, (string)tenant["title"]!, (string)tenant["status"]!, (bool)tenant["is_ready"]!));
        Assert.Null((await restored.Json())["owner_link"]);
        Assert.DoesNotContain("connection", tenant.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal((409, 400, 200, 412), (taken.Status, wrong.Status, renamed.Status, stale.Status));
        Assert.Equal((200, "people.acme.example", 204, 409), (added.Status, (string)Items(await primary.Json(), "domains").Single(domain => (bool)domain["is_primary"]!)["host"]!, dropped.Status, kept.Status));
        Assert.Equal(("suspended", "Unpaid", "active", 400, 204, "active"),
            ((string)(await suspended.Json())["status"]!, (string)(await suspended.Json())["status_reason"]!, (string)(await resumed.Json())["status"]!, unsure.Status, deleted.Status, (string)(await restored.Json())["status"]!));
        Assert.Equal(("Acme Ltd", "people.acme.example"), ((string)Items(listed).Single()["title"]!, (string)Items(listed).Single()["primary_domain"]!));
    }

    [Fact]
    public async Task E04_Tenants_are_managed_at_the_default_tenant_alone()
    {
        await using var app = await TestApp.StartAsync();
        var tenant = await TestTenant.MakeAsync(app, "acme");
        using var here = await ApiClient.SignInAsync(app, app.Alice);
        using var elsewhere = new ApiClient(app, host: tenant.Host);
        elsewhere.Token = (string)(await (await elsewhere.Post("/api/v1/auth/login", new { email = Cast.Alice.Email, password = Cast.Password })).Json())["access_token"]!;

        using var known = await here.Get($"/api/v1/tenants/{tenant.Id}");
        using var roles = await elsewhere.Get("/api/v1/roles");
        using var list = await elsewhere.Get("/api/v1/tenants");
        using var one = await elsewhere.Get($"/api/v1/tenants/{tenant.Id}");

        Assert.Equal((200, 200, 404, 404), (known.Status, roles.Status, list.Status, one.Status));
    }

    [Fact]
    public async Task E13_Features_are_switched_unless_they_are_pinned()
    {
        await using var app = await TestApp.StartAsync(("Features:Pinned", "Passkeys"));
        var erin = await app.Given(Erin);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var administrator = await ApiClient.SignInAsync(app, erin);

        var all = Items(await (await program.Get("/api/v1/features?page_size=200")).Json());
        using var off = await program.Put("/api/v1/features/invitations", new { is_on = false });
        using var gone = await program.Get("/api/v1/invitations");
        using var on = await program.Put("/api/v1/features/invitations", new { is_on = true });
        using var back = await program.Get("/api/v1/invitations");
        using var pinned = await program.Put("/api/v1/features/passkeys", new { is_on = false });
        using var unknown = await program.Put("/api/v1/features/flying", new { is_on = false });
        using var refused = await administrator.Put("/api/v1/features/invitations", new { is_on = false });
        using var read = await administrator.Get("/api/v1/features/passkeys");

        Assert.Contains(all, feature => (string)feature["name"]! == "access_requests" && (bool)feature["is_on"]! && !(bool)feature["is_pinned"]!);
        Assert.Equal((200, false, 404, true, 200), (off.Status, (bool)(await off.Json())["is_on"]!, gone.Status, (bool)(await on.Json())["is_on"]!, back.Status));
        Assert.Equal((403, "feature.pinned", 404, 403), (pinned.Status, (string)(await pinned.Json())["code"]!, unknown.Status, refused.Status));
        Assert.True((bool)(await read.Json())["is_pinned"]!);
    }

    [Fact]
    public async Task H1_Settings_are_read_replaced_and_changed_by_the_rules_of_their_page()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        var all = Items(await (await program.Get("/api/v1/settings?page_size=200")).Json());
        using var read = await program.Get("/api/v1/settings/sessions");
        var version = read.Headers.ETag!.ToString();
        using var patched = await program.Patch("/api/v1/settings/sessions", new { idle_minutes = 45 }, ("If-Match", version));
        using var stale = await program.Patch("/api/v1/settings/sessions", new { idle_minutes = 50 }, ("If-Match", version));
        using var wrong = await program.Patch("/api/v1/settings/sessions", new { idle_minutes = 0 });
        using var type = await program.Patch("/api/v1/settings/sessions", new { idle_minutes = "x" });
        using var unknown = await program.Patch("/api/v1/settings/sessions", new { speed = 1 });
        using var replaced = await program.Put("/api/v1/settings/sessions", new { absolute_hours = 8 });
        using var choice = await program.Patch("/api/v1/settings/registration", new { mode = "by_invitation" });
        using var nowhere = await program.Get("/api/v1/settings/weather");

        Assert.Equal(12, all.Count);
        Assert.Contains(all.Single(page => (string)page["name"]! == "sessions")["settings"]!.AsArray(), setting => (string)setting!["name"]! == "idle_minutes");
        Assert.Equal(new SessionPolicy().IdleMinutes, (int)(await read.Json())["idle_minutes"]!);
        Assert.Equal((200, 45, 412, 400, 400, 400), (patched.Status, (int)(await patched.Json())["idle_minutes"]!, stale.Status, wrong.Status, type.Status, unknown.Status));
        foreach (var (answer, field) in new[] { (wrong, "idle_minutes"), (type, "idle_minutes"), (unknown, "speed") })
            Assert.Equal(field, (await answer.Json())["errors"]!.AsObject().Single().Key);
        Assert.Equal((30, 8, "by_invitation", 404), ((int)(await replaced.Json())["idle_minutes"]!, (int)(await replaced.Json())["absolute_hours"]!, (string)(await choice.Json())["mode"]!, nowhere.Status));
        Assert.Equal(RegistrationMode.ByInvitation, (await app.Run((Policies policies) => policies.GetAsync<RegistrationPolicy>(Cancel))).Mode);
    }

    [Fact]
    public async Task D07_What_a_policy_keeps_for_itself_is_neither_shown_nor_taken()
    {
        await using var app = await TestApp.StartAsync();
        var grace = await app.Given(Grace);
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        using var auditor = await ApiClient.SignInAsync(app, grace);

        using var required = await program.Patch("/api/v1/settings/second-factor", new { is_required = true });
        using var dated = await program.Patch("/api/v1/settings/second-factor", new { required_at = "2020-01-01T00:00:00Z" });
        using var replaced = await program.Put("/api/v1/settings/second-factor", new { is_required = true, grace_days = 3 });
        using var refused = await auditor.Patch("/api/v1/settings/second-factor", new { is_required = false });
        var policy = await app.Run((Policies policies) => policies.GetAsync<SecondFactorPolicy>(Cancel));

        Assert.Null((await required.Json())["required_at"]);
        Assert.Equal((200, 400, "required_at", 200, 403), (required.Status, dated.Status, (await dated.Json())["errors"]!.AsObject().Single().Key, replaced.Status, refused.Status));
        Assert.Equal((true, app.Clock.Now, 3), (policy.IsRequired, policy.RequiredAt, policy.GraceDays));
    }

    [Fact]
    public async Task H1_The_branding_is_read_changed_and_reset()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var read = await program.Get("/api/v1/branding");
        var version = read.Headers.ETag!.ToString();
        using var patched = await program.Patch("/api/v1/branding", new { name = "People", colour = "#2f5fd0" }, ("If-Match", version));
        using var stale = await program.Patch("/api/v1/branding", new { name = "Folk" }, ("If-Match", version));
        using var wrong = await program.Patch("/api/v1/branding", new { colour = "red", support_address = "nonsense" });
        using var replaced = await program.Put("/api/v1/branding", new { name = "People" });
        using var reset = await program.Delete("/api/v1/branding");
        var after = await (await program.Get("/api/v1/branding")).Json();

        Assert.Equal((200, "People", "#2f5fd0", 412, 400), (patched.Status, (string)(await patched.Json())["name"]!, (string)(await patched.Json())["colour"]!, stale.Status, wrong.Status));
        Assert.Equal("colour", (await wrong.Json())["errors"]!.AsObject().First().Key);
        Assert.Equal(("", 204, "UserAdmin", null), ((string)(await replaced.Json())["colour"]!, reset.Status, (string)after["name"]!, (string?)after["logo"]));
    }

    private static List<JsonObject> Items(JsonObject page, string field = "results") => [.. page[field]!.AsArray().Select(item => item!.AsObject())];
}
