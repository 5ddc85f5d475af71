using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Tests.Api;

/// <summary>A request that is refused leaves everything as it was, and one that isn't does no more than it says.</summary>
public class WholeOrNothingTests
{
    private static readonly object John = new { username = "john_doe", email = "john@example.com", first_name = "John", last_name = "Doe" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task H1_What_is_read_and_written_back_deactivates_nobody()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var locked = await app.Given(Carol, user => user.Lock(app.Clock.Now.AddDays(1), "Lost"));
        var expired = await app.Given(Dave, user => user.ExpiresAt = app.Clock.Now.AddDays(-1));
        var inactive = await app.Given(Erin, user => user.Deactivate("Left", app.Clock.Now));
        var pending = (Guid)(await (await alice.Post("/api/v1/users", John)).Json())["id"]!;

        foreach (var (id, status) in new[] { (locked.Id, "locked"), (expired.Id, "expired"), (inactive.Id, "inactive"), (pending, "pending") })
        {
            var path = $"/api/v1/users/{id}";
            var shown = await (await alice.Get(path)).Json();
            using var patched = await alice.Patch(path, new { is_active = false, city = "Bern" });
            var put = await (await alice.Get(path)).Json();
            using var replaced = await alice.Put(path, put.ToJsonString());
            var after = await replaced.Json();

            Assert.Equal((status, false, 200, 200, status, "Bern"), ((string)shown["status"]!, (bool)shown["is_active"]!, patched.Status, replaced.Status, (string)after["status"]!, (string)after["city"]!));
        }
        Assert.Empty(await app.Events(AuditAction.UserDeactivated));
    }

    [Fact]
    public async Task H1_Active_is_taken_and_given_when_it_differs_from_what_is_shown()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var carol = await app.Given(Carol);
        using var hers = await ApiClient.SignInAsync(app, carol);
        var path = $"/api/v1/users/{carol.Id}";

        var off = await (await alice.Patch(path, new { is_active = false, city = "Bern" })).Json();
        using var ended = await hers.Get("/api/v1/me");
        using var again = await alice.Patch(path, new { is_active = false });
        var on = await (await alice.Put(path, new { username = Carol.UserName, email = Carol.Email, first_name = "Carol", last_name = "Cooper", is_active = true })).Json();
        var pending = (await alice.Post("/api/v1/users", John)).Headers.Location!.PathAndQuery;
        using var early = await alice.Patch(pending, new { is_active = true, city = "Bern" });

        Assert.Equal(("inactive", "Bern", 200, "active", null), ((string)off["status"]!, (string)off["city"]!, again.Status, (string)on["status"]!, (string?)on["city"]));
        Assert.Equal(401, ended.Status);
        Assert.Equal((409, null), (early.Status, (string?)(await (await alice.Get(pending)).Json())["city"]));
        Assert.Equal((1, 1), ((await app.Events(AuditAction.UserDeactivated)).Count, (await app.Events(AuditAction.UserActivated)).Count));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task E05_Who_may_edit_and_not_deactivate_changes_nothing_by_asking_for_both(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        using var agent = await ApiClient.SignInAsync(app, await app.Given(Frank, SystemRoles.Agent, null));
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var carol = $"/api/v1/users/{(await app.Given(Carol)).Id}";
        var before = await (await agent.Get(carol)).Text();

        using var patched = await agent.Patch(carol, new { last_name = "Changed", is_active = false });
        using var replaced = await agent.Put(carol, new { username = "carol", email = Carol.Email, first_name = "Changed", last_name = "Cooper", is_active = false });
        using var oneself = await alice.Patch($"/api/v1/users/{app.Alice.Id}", new { last_name = "Changed", is_active = false });

        Assert.Equal((403, 403, 409), (patched.Status, replaced.Status, oneself.Status));
        Assert.Equal(before, await (await agent.Get(carol)).Text());
        Assert.Equal("Archer", (string)(await (await alice.Get("/api/v1/me")).Json())["last_name"]!);
        Assert.Empty(await app.Events(AuditAction.UserEdited));
        Assert.Equal(2, (await app.Events(AuditAction.AccessDenied)).Count);
    }

    [Fact]
    public async Task E05_Who_may_create_and_not_deactivate_makes_no_inactive_user()
    {
        await using var app = await TestApp.StartAsync(("Mail:Folder", "/nowhere"));
        using var program = await ApiClient.SignInAsync(app, await Holding(app, Permission.UsersView, Permission.UsersCreate));
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var (jane, jim) = (new { username = "jane", email = "jane@example.com", first_name = "Jane", last_name = "Doe", is_active = false }, new { username = "jim", email = "jim@example.com", first_name = "Jim", last_name = "Doe", is_active = true });

        using var refused = await program.Post("/api/v1/users", jane);
        var users = await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel));
        using var active = await program.Post("/api/v1/users", jim);
        using var made = await alice.Post("/api/v1/users", jane);

        Assert.Equal((403, 2, 201, 201), (refused.Status, users, active.Status, made.Status));
        Assert.Equal(("inactive", false), ((string)(await made.Json())["status"]!, (bool)(await made.Json())["is_active"]!));
        Assert.Equal(["jim@example.com"], await app.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.Template == MailKind.Activation.Key).Select(m => m.Recipient).ToListAsync(Cancel)));
    }

    [Fact]
    public async Task H1_Who_may_make_something_and_not_see_it_is_told_that_it_is_there()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, await Holding(app, Permission.UsersCreate, Permission.RolesEdit));

        using var user = await program.Post("/api/v1/users", John);
        using var again = await program.Post("/api/v1/users", John);
        using var role = await program.Post("/api/v1/roles", new { name = "Driver" });

        Assert.Equal((201, "", 409), (user.Status, await user.Text(), again.Status));
        Assert.Equal((201, ""), (role.Status, await role.Text()));
        Assert.StartsWith("/api/v1/users/", user.Headers.Location!.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(2, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(u => u.UserName == "john_doe" || u.UserName == "alice", Cancel)));
    }

    [Fact]
    public async Task H1_Custom_fields_go_in_and_out_by_their_keys_and_wrong_ones_change_nothing()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        await alice.Post("/api/v1/custom-fields", new { key = "room", label = "Room", kind = "text", is_required = true });
        await alice.Post("/api/v1/custom-fields", new { key = "cost", label = "Cost", kind = "number", maximum = 10 });
        JsonObject With(string fields) => JsonNode.Parse($$"""{"username":"john_doe","email":"john@example.com","first_name":"John","last_name":"Doe","custom_fields":{{fields}}}""")!.AsObject();
        async Task<string?> Refused(Task<HttpResponseMessage> asked) => await asked is { Status: 400 } answer ? string.Join(' ', await AccountApiTests.Fields(answer)) : null;

        Assert.Equal("custom_fields.room", await Refused(alice.Post("/api/v1/users", John)));
        Assert.Equal("custom_fields.cost", await Refused(alice.Post("/api/v1/users", With("""{"room":"1","cost":"11"}""").ToJsonString())));
        Assert.Equal("custom_fields.size", await Refused(alice.Post("/api/v1/users", With("""{"room":"1","size":"S"}""").ToJsonString())));
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));

        using var made = await alice.Post("/api/v1/users", With("""{"room":"1","cost":"9.50"}""").ToJsonString());
        var path = made.Headers.Location!.PathAndQuery;
        var before = await (await alice.Get(path)).Text();
        Assert.Equal("custom_fields.cost custom_fields.room", await Refused(alice.Patch(path, """{"last_name":"Roe","custom_fields":{"room":null,"cost":"x"}}""")));
        Assert.Equal("custom_fields.room", await Refused(alice.Put(path, With("""{"cost":"1"}""").ToJsonString())));
        Assert.Equal("custom_fields.size", await Refused(alice.Patch(path, """{"last_name":"Roe","custom_fields":{"size":"S"}}""")));
        Assert.Equal(before, await (await alice.Get(path)).Text());

        var patched = await (await alice.Patch(path, """{"last_name":"Roe","custom_fields":{"cost":"3"}}""")).Json();
        var kept = await (await alice.Put(path, John)).Json();
        var replaced = await (await alice.Put(path, With("""{"room":"2"}""").ToJsonString())).Json();
        Assert.Equal("""{"room":"1","cost":"9.5"}""", (await made.Json())["custom_fields"]!.ToJsonString());
        Assert.Equal(("Roe", """{"room":"1","cost":"3"}"""), ((string)patched["last_name"]!, patched["custom_fields"]!.ToJsonString()));
        Assert.Equal(("""{"room":"1","cost":"3"}""", """{"room":"2","cost":null}"""), (kept["custom_fields"]!.ToJsonString(), replaced["custom_fields"]!.ToJsonString()));
    }

    [Fact]
    public async Task Privacy_and_devices_change_as_a_whole_or_not_at_all()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var carol = new ApiClient(app);
        carol.Token = (string)(await (await carol.Post("/api/v1/auth/login", new { email = Carol.Email, password = Cast.Password })).Json())["access_token"]!;
        var device = $"/api/v1/me/devices/{(await (await carol.Get("/api/v1/me/devices")).Json())["results"]![0]!["id"]}";
        var (privacy, shown) = (await (await carol.Get("/api/v1/me/privacy")).Text(), await (await carol.Get("/api/v1/me/devices")).Text());
        // Each second part can't be recorded, so it can't be done.
        await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync(
            "CREATE TRIGGER refuse_some BEFORE INSERT ON audit_events WHEN NEW.action IN ('device.renamed', 'device.trusted') OR NEW.changes LIKE '%Location%' BEGIN SELECT RAISE(ABORT, 'no room'); END", Cancel));

        using var hidden = await carol.Put("/api/v1/me/privacy", new { picture = "nobody", location = "nobody" });
        using var renamed = await carol.Patch(device, new { name = "Mine" });
        await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync("DROP TRIGGER refuse_some", Cancel));
        await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync(
            "CREATE TRIGGER refuse_some BEFORE INSERT ON audit_events WHEN NEW.action = 'device.renamed' BEGIN SELECT RAISE(ABORT, 'no room'); END", Cancel));
        using var both = await carol.Patch(device, new { name = "Mine", is_trusted = true });

        Assert.Equal((503, 503, 503), (hidden.Status, renamed.Status, both.Status));
        Assert.Equal((privacy, shown), (await (await carol.Get("/api/v1/me/privacy")).Text(), await (await carol.Get("/api/v1/me/devices")).Text()));
        await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync("DROP TRIGGER refuse_some", Cancel));
        var done = await (await carol.Put("/api/v1/me/privacy", new { picture = "nobody", location = "nobody" })).Json();
        Assert.Equal(("nobody", "nobody"), ((string)done["picture"]!, (string)done["location"]!));
        Assert.Single(await app.Events(AuditAction.PrivacyChanged));
    }

    /// <summary>Somebody who may do this everywhere, and nothing else.</summary>
    private static async Task<Actor> Holding(TestApp app, params Permission[] permissions)
    {
        var frank = await app.Given(Frank with { Role = null });
        var role = await app.GivenRole("Clerk", permissions);
        await app.Run(async (UserAdminDbContext db) =>
        {
            db.RoleAssignments.Add(new() { UserId = frank.Id, RoleId = role, StartsAt = app.Clock.Now, AssignedAt = app.Clock.Now, AssignedByName = "System" });
            return await db.SaveChangesAsync(Cancel);
        });
        return frank;
    }
}
