using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.ExternalSignIn;
using UserAdmin.Core.Tokens;

namespace UserAdmin.Tests.Api;

/// <summary>Services with which one signs in, terms that one accepts, mails that one tries: over HTTP.</summary>
public class OwnAccountApiTests
{
    private static readonly (string, string)[] Acme =
        [.. from setting in new[] { ("Name", "Acme"), ("Authority", "https://login.example.org"), ("ClientId", "us"), ("ClientSecret", "x") } select ($"ExternalSignIn:Providers:acme:{setting.Item1}", setting.Item2)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A10_Services_are_listed_and_unlinked_but_never_the_last_way_in()
    {
        await using var app = await TestApp.StartAsync(Acme);
        var (carol, dave) = (await app.Given(Carol), await app.Given(Dave, user => user.PasswordHash = null));
        foreach (var (person, key) in new[] { (carol, 'A'), (dave, 'B') })
            await app.Run((ExternalLogins logins) => logins.LinkAsync(new("acme", "Acme", new string(key, 64), "somebody@example.org", true, "Some", "Body"), person, Cancel));
        using var program = await ApiClient.SignInAsync(app, carol);
        using var passwordless = await ApiClient.SignInAsync(app, dave);

        var linked = Items(await (await program.Get("/api/v1/me/external-logins")).Json()).Single();
        using var last = await passwordless.Delete("/api/v1/me/external-logins/acme");
        app.Clock.Advance(TimeSpan.FromSeconds(605));
        using var old = await program.Delete("/api/v1/me/external-logins/acme");
        await program.Post("/api/v1/auth/confirm", new { proof = Cast.Password });
        using var unlinked = await program.Delete("/api/v1/me/external-logins/acme");
        using var again = await program.Delete("/api/v1/me/external-logins/acme");
        using var unknown = await program.Delete("/api/v1/me/external-logins/other");
        var left = Items(await (await program.Get("/api/v1/me/external-logins")).Json()).Single();

        Assert.Equal(("acme", "Acme", true, "somebody@example.org", true), ((string)linked["provider"]!, (string)linked["name"]!, (bool)linked["is_linked"]!, (string)linked["linked_as"]!, (bool)linked["is_offered"]!));
        Assert.Equal((409, "external.last_way_in"), (last.Status, (string)(await last.Json())["code"]!));
        Assert.Equal((403, "step_up.needed"), (old.Status, (string)(await old.Json())["code"]!));
        Assert.Equal((204, 404, 404), (unlinked.Status, again.Status, unknown.Status));
        Assert.Equal((false, null), ((bool)left["is_linked"]!, (string?)left["linked_as"]));
    }

    [Fact]
    public async Task D4_Terms_are_published_accepted_and_who_accepted_which_is_kept()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        using var program = await ApiClient.SignInAsync(app, carol);
        var made = (await app.Run((KeptTokens tokens) => tokens.MakeAsync(app.Alice.Id, new() { Name = "Nightly", Days = 30, Permissions = ["users.view"] }, app.Alice, Cancel))).Value!;
        using var kept = new ApiClient(app) { Token = made.Token };

        using var vague = await alice.Post("/api/v1/terms/versions", new { body = "" });
        using var published = await alice.Post("/api/v1/terms/versions", new { body = "# Be *kind*", after = 0 });
        using var late = await alice.Post("/api/v1/terms/versions", new { body = "# Be kinder", after = 0 });
        using var same = await alice.Post("/api/v1/terms/versions", new { body = "# Be *kind*", after = 1 });
        var due = await (await program.Get("/api/v1/me/terms")).Json();
        using var nameless = await program.Post("/api/v1/me/terms/accept");
        using var wrong = await program.Post("/api/v1/me/terms/accept", new { number = 2 });
        using var byToken = await kept.Post("/api/v1/me/terms/accept", new { number = 1 });
        using var accepted = await program.Post("/api/v1/me/terms/accept", new { number = 1 });
        using var again = await program.Post("/api/v1/me/terms/accept", new { number = 1 });
        var mine = await (await program.Get("/api/v1/me/terms")).Json();
        var hers = Items(await (await alice.Get($"/api/v1/users/{carol.Id}/terms")).Json()).Single();
        using var unknown = await alice.Get($"/api/v1/users/{Guid.NewGuid()}/terms");
        app.Clock.Advance(TimeSpan.FromSeconds(605));
        using var old = await alice.Post("/api/v1/terms/versions", new { body = "# Be kinder", after = 1 });

        Assert.Equal(["after", "body"], await AccountApiTests.Fields(vague));
        Assert.Equal((201, 1, 409, 400), (published.Status, (int)(await published.Json())["number"]!, late.Status, same.Status));
        Assert.Equal("terms.newer", (string)(await late.Json())["code"]!);
        Assert.Equal(["body"], await AccountApiTests.Fields(same));
        Assert.Equal((1, 0), ((int)due["due"]!, due["accepted"]!.AsArray().Count));
        Assert.Equal((400, 409, 403, 204, 204), (nameless.Status, wrong.Status, byToken.Status, accepted.Status, again.Status));
        Assert.Equal((null, 1), ((int?)mine["due"], (int)mine["accepted"]!.AsArray().Single()!["number"]!));
        Assert.Equal((1, "192.0.2.7", app.Clock.Now.AddSeconds(-605)), ((int)hers["number"]!, (string)hers["address"]!, (DateTimeOffset)hers["accepted_at"]!));
        Assert.Equal((404, 403, "step_up.needed"), (unknown.Status, old.Status, (string)(await old.Json())["code"]!));
        Assert.Equal(carol.UserId, (await app.Event(AuditAction.TermsAccepted)).ActorId);
    }

    [Fact]
    public async Task E03_Whose_rights_reach_one_organization_sees_no_acceptances_of_others()
    {
        await using var app = await TestApp.StartAsync();
        var acme = await app.GivenPlace("Acme");
        var (carol, dave) = (await app.Given(Carol, SystemRoles.OrganizationManager, acme), await app.Given(Dave));
        using var program = await ApiClient.SignInAsync(app, carol);

        Assert.Equal((404, 200), ((await program.Get($"/api/v1/users/{dave.Id}/terms")).Status, (await program.Get($"/api/v1/users/{carol.Id}/terms")).Status));
    }

    [Fact]
    public async Task N3_Somebody_sends_themselves_a_text_to_see_it_in_their_mailbox()
    {
        await using var app = await TestApp.StartAsync();
        using var alice = await ApiClient.SignInAsync(app, app.Alice);
        const string path = "/api/v1/notifications/templates/job-failed/en/test";
        var id = (string)(await (await alice.Post("/api/v1/service-accounts", new { name = "Texts", username = "texts" })).Json())["id"]!;
        await alice.Post($"/api/v1/users/{id}/roles", new { role_id = SystemRoles.Owner.Id, reason = "Writes texts" });
        using var program = new ApiClient(app) { Token = (string)(await (await alice.Post($"/api/v1/service-accounts/{id}/tokens", new { name = "Main", permissions = new[] { "templates.edit" } })).Json())["token"]! };

        using var sent = await alice.Post(path, new { subject = "Trouble with {{job}}", body = "It failed: {{error}} {{link}}" });
        using var wrong = await alice.Post(path, new { subject = "{{password}}", body = "{{link}}" });
        using var unknown = await alice.Post("/api/v1/notifications/templates/nothing/en/test", new { subject = "x", body = "y" });
        using var nowhere = await program.Post(path, new { subject = "Trouble with {{job}}", body = "It failed: {{error}} {{link}}" });
        var mail = Assert.Single(await app.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().ToListAsync(Cancel)));

        Assert.Equal((204, 400, 404), (sent.Status, wrong.Status, unknown.Status));
        Assert.Equal(["subject"], await AccountApiTests.Fields(wrong));
        Assert.Equal((409, "template.no_mailbox"), (nowhere.Status, (string)(await nowhere.Json())["code"]!));
        Assert.Equal(Cast.Alice.Email, mail.Recipient);
        Assert.StartsWith("[Test] Trouble with ", mail.Subject, StringComparison.Ordinal);
    }

    private static List<JsonObject> Items(JsonObject answer) => [.. answer["results"]!.AsArray().Select(item => item!.AsObject())];
}
