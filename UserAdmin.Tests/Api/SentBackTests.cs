using System.Text.Json.Nodes;
using UserAdmin.Core.Audit;

namespace UserAdmin.Tests.Api;

/// <summary>Whoever reads a record and sends it back is understood; nobody sets what isn't theirs to set by it.</summary>
public class SentBackTests
{
    [Fact]
    public async Task H1_What_was_read_is_taken_back_and_changes_nothing()
    {
        await using var app = await TestApp.StartAsync();
        var acme = await app.GivenPlace("Acme");
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        await alice.Post("/api/v1/custom-fields", new { key = "room", label = "Room", kind = "text" });
        var user = (await alice.Post("/api/v1/users", new { username = "john_doe", email = "john@example.com", first_name = "John", last_name = "Doe", phone = "+49 1", street = "Main St 1", postal_code = "12345", city = "Town", country = "US", last_day = "2099-12-31", custom_fields = new { room = "1" } })).Headers.Location!.PathAndQuery;
        await alice.Post("/api/v1/custom-fields", new { key = "shoe", label = "Shoe", kind = "number", is_required = true });
        await alice.Patch("/api/v1/me", new { bio = "Maps\nand more.", city = "Bern", date_of_birth = "1980-02-29", links = new[] { new { network = "Code", url = "https://code.example/alice" } }, emergency_name = "Bob" });
        var role = (await alice.Post("/api/v1/roles", new { name = "Driver", parent_id = SystemRoles.Agent.Id })).Headers.Location!.PathAndQuery;
        var team = (await alice.Post("/api/v1/teams", new { organization_id = acme, name = "Night", description = "At night" })).Headers.Location!.PathAndQuery;
        var field = $"/api/v1/custom-fields/{(await (await alice.Get("/api/v1/custom-fields")).Json())["results"]![0]!["id"]}";
        var account = (await alice.Post("/api/v1/service-accounts", new { name = "Nightly", username = "nightly" })).Headers.Location!.PathAndQuery;
        var report = (await alice.Post("/api/v1/reports/custom", new { name = "Names", definition = new { columns = new[] { "name" } } })).Headers.Location!.PathAndQuery;
        var schedule = (await alice.Post("/api/v1/reports/schedules", new { name = "Weekly", report = "sign-ins", recipients = new[] { app.Alice.Id } })).Headers.Location!.PathAndQuery;
        await alice.Patch($"/api/v1/organizations/{acme}", new { address = "Street 1\nTown", allowed_domains = "acme.example", invitation_days = 3 });
        var recorded = (await app.Events(AuditAction.UserEdited)).Count;

        foreach (var path in new[] { user, "/api/v1/me", role, team, $"/api/v1/organizations/{acme}", field, account, report, schedule })
        {
            using var read = await alice.Get(path);
            var (text, version) = (await read.Text(), read.Headers.ETag!.ToString());
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            using var put = await alice.Put(path, text, ("If-Match", version));
            using var patched = path == report || path == schedule ? null : await alice.Patch(path, text, ("If-Match", version));
            using var after = await alice.Get(path);

            Assert.Equal((path, 200, 200), (path, put.Status, patched?.Status ?? 200));
            Assert.Equal((version, text), (after.Headers.ETag!.ToString(), await after.Text()));
        }
        Assert.Equal((recorded, 0, 0), ((await app.Events(AuditAction.UserEdited)).Count, (await app.Events(AuditAction.RoleEdited)).Count, (await app.Events(AuditAction.TeamEdited)).Count));
    }

    [Fact]
    public async Task D07_Nothing_is_set_that_is_only_shown_and_unknown_names_stay_refused()
    {
        await using var app = await TestApp.StartAsync();
        var (acme, other) = (await app.GivenPlace("Acme"), await app.GivenPlace("Other"));
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var user = $"/api/v1/users/{(await app.Given(Carol)).Id}";
        var team = (await alice.Post("/api/v1/teams", new { organization_id = acme, name = "Night" })).Headers.Location!.PathAndQuery;
        var role = (await alice.Post("/api/v1/roles", new { name = "Driver" })).Headers.Location!.PathAndQuery;

        foreach (var (path, field, value) in new (string, string, JsonNode)[]
        {
            (user, "id", $"{acme}"), (user, "status", "locked"), (user, "is_admin", true), (user, "roles", new JsonArray()), (user, "password", "a much better one, 2026"), (user, "password_hash", "x"), (user, "email_confirmed", true),
            (user, "organization_id", $"{acme}"), ("/api/v1/me", "email", "alice@new.example"), ("/api/v1/me", "username", "root"), ("/api/v1/me", "is_active", false), ("/api/v1/me", "password", "x"), ("/api/v1/me", "roles", new JsonArray()),
            (role, "is_system", true), (role, "requires_second_factor", true), (role, "normalized_name", "X"), (team, "organization_id", $"{other}"), (team, "lead_id", $"{app.Alice.Id}"), ($"/api/v1/organizations/{acme}", "parent_id", $"{other}"),
            ($"/api/v1/organizations/{acme}", "status", "deleted"), ($"/api/v1/organizations/{acme}", "deleted_at", "2026-01-01T00:00:00Z"),
        })
        {
            var before = await (await alice.Get(path)).Json();
            var whole = before.DeepClone().AsObject();
            whole[field] = value.DeepClone();
            using var put = await alice.Put(path, whole.ToJsonString());
            using var patched = await alice.Patch(path, new JsonObject { [field] = value.DeepClone() }.ToJsonString());

            Assert.Equal((path, field, 400, 400), (path, field, put.Status, patched.Status));
            Assert.Equal((field, field), (Assert.Single(await AccountApiTests.Fields(put)), Assert.Single(await AccountApiTests.Fields(patched))));
            Assert.Equal(before.ToJsonString(), (await (await alice.Get(path)).Json()).ToJsonString());
        }

        var shown = await (await alice.Get(user)).Json();
        using var ignored = await alice.Patch(user, new { created_at = "2001-01-01T00:00:00Z", updated_at = "2001-01-01T00:00:00Z", has_two_factor = true });
        Assert.Equal((200, shown.ToJsonString()), (ignored.Status, (await ignored.Json()).ToJsonString()));
        using var created = await alice.Post("/api/v1/users", new { username = "x1", email = "x1@example.com", first_name = "A", last_name = "B", created_at = "2001-01-01T00:00:00Z" });
        Assert.Equal((400, "created_at"), (created.Status, Assert.Single(await AccountApiTests.Fields(created))));
    }

    [Fact]
    public async Task H1_An_address_is_taken_in_one_line_or_in_parts_and_never_lost_between_them()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var carol = await app.Given(Carol);
        using var hers = await ApiClient.SignInAsync(app, carol);
        using var twofold = await alice.Post("/api/v1/users", new { username = "x1", email = "x1@example.com", first_name = "A", last_name = "B", address = "Other St 2", city = "Bern" });
        Assert.Equal("address", Assert.Single(await AccountApiTests.Fields(twofold)));
        const string Parts = "Main St 1|12345|Town|US", Line = "Main St 1, 12345 Town, US";

        foreach (var (program, path) in new[] { (alice, $"/api/v1/users/{carol.Id}"), (hers, "/api/v1/me") })
        {
            var names = path == "/api/v1/me" ? """ "first_name":"Carol","last_name":"Cooper" """ : """ "username":"carol","email":"carol@example.org","first_name":"Carol","last_name":"Cooper" """;
            async Task<string> Address(Task<HttpResponseMessage> asked) => await asked is { Status: 200 } answer && await answer.Json() is var json
                ? $"{json["street"]}|{json["postal_code"]}|{json["city"]}|{json["country"]} = {json["address"]}" : string.Join(' ', await AccountApiTests.Fields(await asked));
            Task<HttpResponseMessage> Put(string rest) => program.Put(path, $$"""{{{names}}{{rest}}}""");

            Assert.Equal($"{Parts} = {Line}", await Address(Put(""","street":"Main St 1","postal_code":"12345","city":"Town","country":"US" """)));
            Assert.Equal($"{Parts} = {Line}", await Address(program.Patch(path, new { address = Line })));
            Assert.Equal($"{Parts} = {Line}", await Address(Put($$""","address":"{{Line}}" """)));
            Assert.Equal("address", await Address(program.Patch(path, new { address = "Other St 2", city = "Bern" })));
            Assert.Equal("address", await Address(Put(""","address":"Other St 2","city":"Bern" """)));
            Assert.Equal("address", await Address(program.Patch(path, new { address = new string('x', 201) })));
            Assert.Equal($"{Parts} = {Line}", await Address(program.Patch(path, new { address = Line, city = "Town" })));
            Assert.Equal("Other St 2||| = Other St 2", await Address(program.Patch(path, new { address = "Other St 2" })));
            Assert.Equal("Other St 2||Bern| = Other St 2, Bern", await Address(program.Patch(path, new { city = "Bern" })));
            Assert.Equal("||| = ", await Address(program.Patch(path, new { address = (string?)null })));
            Assert.Equal("Third St 3||| = Third St 3", await Address(Put(""","address":"Third St 3","street":null""")));
            Assert.Equal("||| = ", await Address(Put("")));
        }
    }

    [Fact]
    public async Task H1_Ones_own_record_says_when_it_changed_and_whether_the_account_works()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var dave = await app.Given(Dave, user => user.Lock(app.Clock.Now.AddDays(1), "Lost"));

        var before = await (await alice.Get("/api/v1/me")).Json();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var after = await (await alice.Patch("/api/v1/me", new { bio = "Maps." })).Json();
        var other = await (await alice.Get($"/api/v1/users/{dave.Id}/profile")).Json();

        Assert.Equal((true, app.Clock.Now.AddMinutes(-1), app.Clock.Now, false), ((bool)before["is_active"]!, (DateTimeOffset)before["updated_at"]!, (DateTimeOffset)after["updated_at"]!, (bool)other["is_active"]!));
    }
}
