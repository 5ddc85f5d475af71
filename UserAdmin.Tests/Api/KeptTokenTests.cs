using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.ServiceAccounts;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tokens;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Api;

public class KeptTokenTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task H5_A_token_may_do_what_was_chosen_and_no_more_and_its_secret_is_nowhere()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var made = await program.Post("/api/v1/me/tokens", new { name = "Nightly", days = 30, permissions = new[] { "users.view" } });
        var token = (string)(await made.Json())["token"]!;
        using var kept = new ApiClient(app) { Token = token };
        using var list = await kept.Get("/api/v1/users");
        using var create = await kept.Post("/api/v1/users", new { username = "x", email = "x@example.com", first_name = "A", last_name = "B" });
        using var more = await kept.Post("/api/v1/me/tokens", new { name = "Another", permissions = new[] { "users.view" } });
        var shown = await (await program.Get("/api/v1/me/tokens")).Text();

        Assert.Equal((201, 200, 403, 403), (made.Status, list.Status, create.Status, more.Status));
        Assert.Equal("step_up.not_with_token", (string?)(await more.Json())["code"]);
        Assert.StartsWith("uat_", token);
        Assert.DoesNotContain(token, shown);
        Assert.DoesNotContain(token, string.Join(' ', await app.Run((UserAdminDbContext db) => db.AuditEvents.Select(e => e.Changes ?? "").ToListAsync(Cancel))));
        Assert.Equal("Alice Archer", (await app.Event(AuditAction.TokenMade)).TargetName);
    }

    [Fact]
    public async Task H5_A_token_ends_in_time_and_does_not_time_out_before()
    {
        await using var app = await TestApp.StartAsync();
        var made = (await app.Run((KeptTokens tokens) => tokens.MakeAsync(app.Alice.UserId!.Value, new() { Name = "Nightly", Days = 30, Permissions = ["users.view"] }, Fresh(app, app.Alice), Cancel))).Value!;
        using var program = new ApiClient(app) { Token = made.Token };

        app.Clock.Advance(TimeSpan.FromDays(29));
        using var inTime = await program.Get("/api/v1/users");
        var row = (await app.Run((KeptTokens tokens) => tokens.ListAsync(app.Alice.UserId!.Value, app.Alice, Cancel))).Single();
        app.Clock.Advance(TimeSpan.FromDays(1));
        using var late = await program.Get("/api/v1/users");

        Assert.Equal((200, 401), (inTime.Status, late.Status));
        Assert.Equal(app.Clock.Now - TimeSpan.FromDays(1), row.LastUsedAt);
    }

    public static TheoryData<string> Ends => ["password changed", "deactivated", "session ended", "all sessions ended"];

    [Theory, MemberData(nameof(Ends))]
    public async Task C03_C04_What_ends_cookies_ends_tokens(string how)
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Cast.Carol);
        var id = carol.UserId!.Value;
        var made = (await app.Run((KeptTokens tokens) => tokens.MakeAsync(id, new() { Name = "Own" }, Fresh(app, carol), Cancel))).Value!;
        using var program = new ApiClient(app) { Token = made.Token };
        using var before = await program.Get("/api/v1/me/tokens");

        await (how switch
        {
            "password changed" => app.Run((PasswordService passwords) => passwords.ChangeAsync(new() { Current = Cast.Password, Password = "a much better one, 2026", Again = "a much better one, 2026" }, carol, Cancel)),
            "deactivated" => app.Run((UserLifecycle users) => users.DeactivateAsync(id, "x", app.Alice, Cancel)),
            "session ended" => app.Run((SessionService sessions) => sessions.EndAsync(made.Id, carol, Cancel)),
            _ => app.Run((SessionService sessions) => sessions.EndAllAsync(id, app.Alice, Cancel)),
        });
        using var after = await program.Get("/api/v1/me/tokens");

        Assert.Equal((200, 401), (before.Status, after.Status));
    }

    [Fact]
    public async Task H5_Nobody_makes_a_token_for_more_than_they_hold_for_longer_than_allowed_or_with_an_old_sign_in()
    {
        await using var app = await TestApp.StartAsync(("Policies:TokenPolicy:MaximumDays", "60"));
        var frank = await app.Given(Cast.Frank);
        Task<Result<NewToken>> Make(Actor actor, int days, string permission) =>
            app.Run((KeptTokens tokens) => tokens.MakeAsync(frank.UserId!.Value, new() { Name = "Own", Days = days, Permissions = [permission] }, actor, Cancel));

        Assert.Equal("token.permission_not_held", (await Make(Fresh(app, frank), 30, "roles.edit")).Problem!.Code);
        Assert.Equal("token.unknown_permission", (await Make(Fresh(app, frank), 30, "everything")).Problem!.Code);
        Assert.Equal("token.too_long", (await Make(Fresh(app, frank), 61, "users.view")).Problem!.Code);
        Assert.Equal("step_up.needed", (await Make(Fresh(app, frank) with { AuthenticatedAt = app.Clock.Now.AddMinutes(-11) }, 30, "users.view")).Problem!.Code);
        Assert.Equal("user.not_found", (await Make(Fresh(app, app.Alice), 30, "users.view")).Problem!.Code);
        Assert.True((await Make(Fresh(app, frank), 60, "users.view")).Succeeded);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task H5_A_service_account_comes_in_by_token_alone_and_does_what_its_role_and_token_allow(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        using var program = await ApiClient.SignInAsync(app, app.Alice);

        using var created = await program.Post("/api/v1/service-accounts", new { name = "Payroll", username = "payroll" });
        var account = await created.Json();
        var id = Guid.Parse((string)account["id"]!);
        using var second = await program.Post("/api/v1/service-accounts", new { name = "Other", username = "payroll" });
        var secret = (string)(await (await program.Post($"/api/v1/service-accounts/{id}/tokens", new { name = "Main", permissions = new[] { "users.view", "roles.view" } })).Json())["token"]!;
        using var payroll = new ApiClient(app) { Token = secret };
        using var withoutRole = await payroll.Get("/api/v1/users");
        await app.Run((RoleAssignmentService roles) => roles.AssignAsync(new NewAssignment(id, SystemRoles.Agent.Id, null, null, null, "Reads people"), Fresh(app, app.Alice), Cancel));
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        using var withRole = await payroll.Get("/api/v1/users");
        using var beyond = await payroll.Patch($"/api/v1/users/{app.Alice.UserId}", new { phone = "1" });
        using var signIn = await new ApiClient(app).Post("/api/v1/auth/login", new { username = "payroll", password = "payroll" });
        using var renamed = await program.Patch($"/api/v1/service-accounts/{id}", new { name = "Payroll 2" });
        var edited = await app.Run((UserService users) => users.EditAsync(id, new() { FirstName = "x" }, new(), app.Alice, Cancel));
        using var deleted = await program.Delete($"/api/v1/service-accounts/{id}");
        using var afterwards = await payroll.Get("/api/v1/users");

        Assert.Equal((201, 409, 403, 200, 403, 401, 200, 204, 401), (created.Status, second.Status, withoutRole.Status, withRole.Status, beyond.Status, signIn.Status, renamed.Status, deleted.Status, afterwards.Status));
        Assert.Equal("Payroll 2", (string?)(await renamed.Json())["name"]);
        Assert.Equal("user.service_account", edited.Problem?.Code);
    }

    [Fact]
    public async Task H5_A_list_of_tokens_is_its_owners_alone()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Cast.Carol);
        var made = (await app.Run((KeptTokens tokens) => tokens.MakeAsync(carol.UserId!.Value, new() { Name = "Own" }, Fresh(app, carol), Cancel))).Value!;
        using var alice = await ApiClient.SignInAsync(app, app.Alice);

        Assert.Empty(await app.Run((KeptTokens tokens) => tokens.ListAsync(carol.UserId!.Value, app.Alice, Cancel)));
        Assert.Equal(404, (await alice.Delete($"/api/v1/me/tokens/{made.Id}")).Status);
        Assert.Equal(404, (await alice.Post($"/api/v1/service-accounts/{carol.UserId}/tokens", new { name = "Stolen" })).Status);
    }

    private static Actor Fresh(TestApp app, Actor actor) => actor with { AuthenticatedAt = app.Clock.Now };
}
