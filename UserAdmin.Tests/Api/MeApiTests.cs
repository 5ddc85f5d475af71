using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Tokens;
using UserAdmin.Tests.Me;
using UserAdmin.Tests.TwoFactor;

namespace UserAdmin.Tests.Api;

/// <summary>What a program does for the person who uses it.</summary>
public class MeApiTests
{
    private const string NewPassword = "a much better one, 2026";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_reads_and_changes_their_profile()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var program = await ApiClient.SignInAsync(app, carol);

        using var read = await program.Get("/api/v1/me");
        var version = read.Headers.ETag!.ToString();
        using var changed = await program.Patch("/api/v1/me", new { bio = "I like maps.", links = new[] { new { network = "Code", url = "https://code.example/carol" } } }, ("If-Match", version));
        using var stale = await program.Patch("/api/v1/me", new { bio = "No." }, ("If-Match", version));
        using var replaced = await program.Put("/api/v1/me", new { first_name = "Caroline", last_name = "Cooper", city = "Bern" });
        var me = await replaced.Json();

        Assert.Equal((carol.UserId.ToString(), Carol.UserName, Carol.Email), ((string)(await read.Json())["id"]!, (string)(await read.Json())["username"]!, (string)(await read.Json())["email"]!));
        Assert.Equal(("I like maps.", "https://code.example/carol"), await changed.Json() is var after ? ((string)after["bio"]!, (string)after["links"]![0]!["url"]!) : default);
        Assert.Equal((200, 412, 200), (changed.Status, stale.Status, replaced.Status));
        Assert.Equal(("Caroline Cooper", "Bern", null, 0), ((string)me["full_name"]!, (string)me["city"]!, (string?)me["bio"], me["links"]!.AsArray().Count));
        Assert.Equal(["first_name"], await AccountApiTests.Fields(await program.Patch("/api/v1/me", new { first_name = "" })));
        Assert.Equal(["email"], await AccountApiTests.Fields(await program.Patch("/api/v1/me", new { email = "carol@new.example" })));
    }

    [Fact]
    public async Task C03_A_new_password_ends_the_other_sessions_and_errors_stand_at_their_fields()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var program = await ApiClient.SignInAsync(app, carol);
        using var other = await ApiClient.SignInAsync(app, carol);

        using var wrong = await program.Post("/api/v1/me/password", new { current_password = "not this", password = NewPassword });
        using var changed = await program.Post("/api/v1/me/password", new { current_password = Cast.Password, password = NewPassword, password_confirm = NewPassword });
        using var mine = await program.Get("/api/v1/me");
        using var others = await other.Get("/api/v1/me");

        Assert.Equal(["current_password"], await AccountApiTests.Fields(wrong));
        Assert.Equal((400, 204, 200, 401), (wrong.Status, changed.Status, mine.Status, others.Status));
    }

    [Fact]
    public async Task Who_has_to_choose_a_new_password_can_do_that_and_nothing_else()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol, user => user.MustChangePassword = true);
        using var program = new ApiClient(app);
        program.Token = (string)(await (await program.Post("/api/v1/auth/login", new { email = Carol.Email, password = Cast.Password })).Json())["access_token"]!;

        using var before = await program.Get("/api/v1/me");
        using var changed = await program.Post("/api/v1/me/password", new { password = NewPassword });
        using var after = await program.Get("/api/v1/me");

        Assert.Equal((403, "password.must_change"), (before.Status, (string?)(await before.Json())["code"]));
        Assert.Equal((204, 200), (changed.Status, after.Status));
    }

    [Fact]
    public async Task C11_Another_address_asks_for_a_recent_proof_and_counts_once_its_mailbox_confirmed_it()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, await app.Given(Carol));
        app.Clock.Advance(TimeSpan.FromSeconds(605));

        using var refused = await program.Post("/api/v1/me/email", new { email = "carol@new.example" });
        using var confirmed = await program.Post("/api/v1/auth/confirm", new { proof = Cast.Password });
        using var asked = await program.Post("/api/v1/me/email", new { email = "carol@new.example" });
        var waiting = await (await program.Get("/api/v1/me/email")).Json();
        using var done = await program.Post("/api/v1/auth/email-change/confirm", new { token = await AccountApiTests.TokenIn(app, MailKind.EmailChange, "/account/confirm-email-change/") });
        using var withNew = await program.Post("/api/v1/auth/login", new { email = "carol@new.example", password = Cast.Password });

        Assert.Equal((403, "step_up.needed"), (refused.Status, (string?)(await refused.Json())["code"]));
        Assert.Equal((204, 204, 204, 200), (confirmed.Status, asked.Status, done.Status, withNew.Status));
        Assert.Equal((Carol.Email, "carol@new.example"), ((string)waiting["email"]!, (string)waiting["waiting"]!));
    }

    [Fact]
    public async Task H5_What_belongs_to_a_persons_own_security_is_closed_to_kept_tokens()
    {
        await using var app = await TestApp.StartAsync();
        var made = (await app.Run((KeptTokens tokens) => tokens.MakeAsync(app.Alice.Id, new() { Name = "Nightly", Days = 30, Permissions = ["users.view"] }, app.Alice, Cancel))).Value!;
        using var kept = new ApiClient(app) { Token = made.Token };

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Post, "/api/v1/me/password", new { current_password = Cast.Password, password = NewPassword }), (HttpMethod.Post, "/api/v1/me/email", new { email = "alice@new.example" }),
            (HttpMethod.Delete, "/api/v1/me/email", null), (HttpMethod.Post, "/api/v1/me/phone/send-code", new { }), (HttpMethod.Put, "/api/v1/me/privacy", new { bio = "nobody" }),
            (HttpMethod.Delete, "/api/v1/me/external-logins/acme", null), (HttpMethod.Delete, "/api/v1/me/sessions", null), (HttpMethod.Get, "/api/v1/me/activity/export", null),
        })
        {
            using var answer = await kept.Send(method, path, body);
            Assert.Equal((path, 403, "step_up.not_with_token"), (path, answer.Status, (string?)(await answer.Json())["code"]));
        }
        Assert.Equal(200, (await kept.Get("/api/v1/me")).Status);
        Assert.Equal(8, (await app.Events(AuditAction.AccessDenied)).Count);
    }

    [Fact]
    public async Task G01_A_picture_goes_in_as_itself_and_comes_out_clean()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var program = await ApiClient.SignInAsync(app, carol);
        using var dave = await ApiClient.SignInAsync(app, await app.Given(Dave));
        using var client = app.CreateDefaultClient(new Uri("https://localhost"));
        async Task<int> Upload(byte[] picture, string type)
        {
            var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/me/avatar") { Content = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue(type) } } };
            request.Headers.Authorization = new("Bearer", program.Token);
            using var answer = await client.SendAsync(request, Cancel);
            return answer.Status;
        }

        Assert.Equal(404, (await program.Get("/api/v1/me/avatar")).Status);
        Assert.Equal((204, 400, 415, 413), (await Upload(AvatarTests.Png(), "image/png"), await Upload([1, 2, 3], "image/png"), await Upload(AvatarTests.Png(), "image/svg+xml"), await Upload(new byte[500_000], "image/png")));
        using var mine = await program.Get("/api/v1/me/avatar");
        using var seen = await dave.Get($"/api/v1/users/{carol.UserId}/avatar");
        using var notHis = await dave.Delete($"/api/v1/users/{carol.UserId}/avatar");
        await program.Put("/api/v1/me/privacy", new { picture = "nobody" });
        using var hidden = await dave.Get($"/api/v1/users/{carol.UserId}/avatar");
        using var removed = await program.Delete("/api/v1/me/avatar");

        Assert.Equal(("image/png", 200), (mine.Content.Headers.ContentType?.MediaType, seen.Status));
        Assert.Equal((403, 404, 204, 404), (notHis.Status, hidden.Status, removed.Status, (await program.Get("/api/v1/me/avatar")).Status));
    }

    [Fact]
    public async Task Privacy_and_preferences_are_kept_and_what_can_not_be_is_refused_at_its_field()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var program = await ApiClient.SignInAsync(app, carol);
        using var dave = await ApiClient.SignInAsync(app, await app.Given(Dave));
        await program.Patch("/api/v1/me", new { bio = "I like maps." });

        var shown = await (await dave.Get($"/api/v1/people/{carol.UserId}")).Json();
        var privacy = await (await program.Put("/api/v1/me/privacy", new { bio = "nobody", email = "everybody" })).Json();
        var hidden = await (await dave.Get($"/api/v1/people/{carol.UserId}")).Json();
        var preferences = await (await program.Put("/api/v1/me/preferences", new { theme = "dark", language = "de", time_zone = "Europe/Berlin", page_size = 100 })).Json();
        var theme = await (await program.Put("/api/v1/me/preferences/theme", new { theme = "light", accent = "teal" })).Json();
        var notifications = await (await program.Put("/api/v1/me/preferences/notifications", new { security = true, language = "fr" })).Json();
        var all = await (await program.Get("/api/v1/me/preferences")).Json();

        Assert.Equal(("I like maps.", null, null, Carol.Email), ((string)shown["bio"]!, (string?)shown["email"], (string?)hidden["bio"], (string)hidden["email"]!));
        Assert.Equal(("nobody", "everybody", "administrators"), ((string)privacy["bio"]!, (string)privacy["email"]!, (string)privacy["phone"]!));
        Assert.Equal(("dark", "light", "fr"), ((string)preferences["theme"]!, (string)theme["theme"]!, (string)notifications["language"]!));
        Assert.Equal(("light", "teal", "fr", "Europe/Berlin", 100), ((string)all["theme"]!, (string)all["accent"]!, (string)all["language"]!, (string)all["time_zone"]!, (int)all["page_size"]!));
        Assert.Equal(["phone"], await AccountApiTests.Fields(await program.Put("/api/v1/me/privacy", new { phone = "nobody" })));
        Assert.Equal(["language", "page_size", "time_zone"], await AccountApiTests.Fields(await program.Put("/api/v1/me/preferences", new { language = "xx", time_zone = "Europe/Atlantis", page_size = 7 })));
        Assert.Equal(["security"], await AccountApiTests.Fields(await program.Put("/api/v1/me/preferences/notifications", new { security = false })));
    }

    [Fact]
    public async Task D08_A_person_sees_how_they_are_protected_and_what_they_may_do_without_any_secret()
    {
        await using var app = await TestApp.StartAsync();
        var frank = await app.GivenProtected(Frank);
        using var program = await ApiClient.SignInAsync(app, frank);

        using var factors = await program.Get("/api/v1/me/second-factor");
        var (protection, text) = (await factors.Json(), await factors.Text());
        var access = await (await program.Get("/api/v1/me/access")).Json();

        Assert.Equal((true, "Phone", 1, 1), ((bool)protection["has_second_factor"]!, (string)protection["authenticators"]![0]!["name"]!, protection["passkeys"]!.AsArray().Count, (int)protection["recovery_codes_left"]!));
        Assert.DoesNotContain("seed", text);
        Assert.Equal("Help desk", (string)access["assignments"]![0]!["role"]!);
        var view = access["permissions"]!.AsArray().Single(permission => (string)permission!["permission"]! == "users.view")!;
        Assert.Equal((true, "Help desk"), ((bool)view["is_everywhere"]!, (string)view["reasons"]![0]!["roles"]![0]!["name"]!));
    }

    [Fact]
    public async Task A_phone_that_no_message_can_reach_can_not_be_confirmed()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, await app.Given(Carol));

        using var sent = await program.Post("/api/v1/me/phone/send-code");
        using var wrong = await program.Post("/api/v1/me/phone/confirm", new { code = "123456" });

        Assert.Equal(("phone.not_possible", "phone.wrong_code"), ((string?)(await sent.Json())["code"], (string?)(await wrong.Json())["code"]));
    }
}
