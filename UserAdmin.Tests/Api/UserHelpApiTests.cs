using UserAdmin.Core.Audit;
using UserAdmin.Core.Notifications;
using UserAdmin.Tests.TwoFactor;

namespace UserAdmin.Tests.Api;

/// <summary>Administrators who help somebody back in through a program.</summary>
public class UserHelpApiTests
{
    private const string NewPassword = "a much better one, 2026";

    [Fact]
    public async Task A10_Help_with_a_password_is_a_link_or_the_duty_to_choose_another()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var hers = await ApiClient.SignInAsync(app, carol);
        var path = $"/api/v1/users/{carol.UserId}/reset-password";

        using var mailed = await alice.Post(path, new { reason = "Forgotten" });
        var mail = await app.LastMail(MailKind.PasswordReset);
        var link = (string)(await (await alice.Post(path, new { reason = "No mail", method = "link" })).Json())["link"]!;
        using var required = await alice.Post(path, new { reason = "Seen by others", method = "require" });
        using var ended = await hers.Get("/api/v1/me");
        using var chosen = await hers.Post("/api/v1/auth/password-reset/confirm", new { token = link.Split('/')[^1], password = NewPassword });
        using var signedIn = await hers.Post("/api/v1/auth/login", new { email = Carol.Email, password = NewPassword });
        using var wrong = await alice.Post(path, new { reason = "", method = "link" });

        Assert.Equal((200, null, Carol.Email), (mailed.Status, (string?)(await mailed.Json())["link"], mail.To));
        Assert.Equal((200, 401), (required.Status, ended.Status));
        Assert.Equal((204, 200), (chosen.Status, signedIn.Status));
        Assert.Equal(["reason"], await AccountApiTests.Fields(wrong));
        Assert.DoesNotContain(link.Split('/')[^1], (await app.Event(AuditAction.PasswordLinkMade)).Changes ?? "");
    }

    [Fact]
    public async Task M6_M8_Second_factors_are_removed_and_replaced_by_a_pass()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.GivenProtected(Carol);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        var path = $"/api/v1/users/{carol.UserId}";

        var before = await (await alice.Get($"{path}/second-factor")).Json();
        var pass = await (await alice.Post($"{path}/access-pass", new { hours = 2, reason = Guarded.Reason })).Json();
        using var tooLong = await alice.Post($"{path}/access-pass", new { hours = 48, reason = Guarded.Reason });
        using var revoked = await alice.Delete($"{path}/access-pass?reason=Found");
        using var none = await alice.Delete($"{path}/access-pass");
        var reset = await (await alice.Post($"{path}/second-factor/reset", new { reason = Guarded.Reason })).Json();
        var after = await (await alice.Get($"{path}/second-factor")).Json();
        using var signedOut = await alice.Post($"{path}/sign-out", new { reason = Guarded.Reason });

        Assert.Equal((true, 1, 1), ((bool)before["has_second_factor"]!, (int)before["authenticators"]!, (int)before["passkeys"]!));
        Assert.Equal((19, app.Clock.Now.AddHours(2)), (((string)pass["access_pass"]!).Length, (DateTimeOffset)pass["expires_at"]!));
        Assert.Equal(["hours"], await AccountApiTests.Fields(tooLong));
        Assert.Equal((204, 409, true, false, 204), (revoked.Status, none.Status, (bool)reset["is_done"]!, (bool)after["has_second_factor"]!, signedOut.Status));
    }

    [Fact]
    public async Task M6_A_reset_that_needs_approval_waits_for_a_second_administrator()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.GivenProtected(Carol);
        await app.SetPolicy(policy => policy.ResetNeedsApproval = true, app.Alice);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var bob = await ApiClient.SignInAsync(app, await app.Given(Bob));

        var asked = await (await alice.Post($"/api/v1/users/{carol.UserId}/second-factor/reset", new { reason = Guarded.Reason })).Json();
        var waiting = (await (await bob.Get("/api/v1/second-factor-resets")).Json())["results"]!.AsArray().Single()!;
        using var own = await alice.Post($"/api/v1/second-factor-resets/{waiting["id"]}/approve");
        using var approved = await bob.Post($"/api/v1/second-factor-resets/{waiting["id"]}/approve");
        using var late = await bob.Post($"/api/v1/second-factor-resets/{waiting["id"]}/decline", new { reason = "No" });

        Assert.Equal((false, "Carol Cooper"), ((bool)asked["is_done"]!, (string)waiting["full_name"]!));
        Assert.Equal((409, 204, 409), (own.Status, approved.Status, late.Status));
        Assert.False((await app.Load(carol.Id)).TwoFactorEnabled);
    }

    [Fact]
    public async Task Administrators_read_and_change_what_a_profile_shows_them_and_read_its_roles()
    {
        await using var app = await TestApp.StartAsync();
        var frank = await app.Given(Frank);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var his = await ApiClient.SignInAsync(app, frank);
        await his.Patch("/api/v1/me", new { bio = "Mine alone", location = "Bern" });
        await his.Put("/api/v1/me/privacy", new { bio = "nobody" });
        var path = $"/api/v1/users/{frank.UserId}";

        var profile = await (await alice.Get($"{path}/profile")).Json();
        using var changed = await alice.Patch($"{path}/profile", new { location = "Basel" });
        var roles = await (await alice.Get($"{path}/roles")).Json();
        using var refused = await his.Patch($"/api/v1/users/{app.Alice.UserId}/profile", new { location = "Basel" });

        Assert.Equal((null, "Bern", "bio"), ((string?)profile["bio"], (string)profile["location"]!, (string)profile["hidden"]![0]!));
        Assert.Equal((200, "Basel", "Mine alone"), (changed.Status, (string)(await changed.Json())["location"]!, (string)(await (await his.Get("/api/v1/me")).Json())["bio"]!));
        Assert.Equal(((int)roles["count"]!, "Help desk"), (1, (string)roles["results"]![0]!["role"]!));
        Assert.Equal(403, refused.Status);
    }
}
