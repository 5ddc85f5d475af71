using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.ExternalSignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.ExternalSignIn;

/// <summary>The whole round trip with a provider that we didn't write: the npm package oidc-provider, certified by the OpenID Foundation.</summary>
public sealed partial class OpenIdProviderTests
{
    private const string Package = "oidc-provider@9.13.3";
    private const string Callback = "https://localhost/account/external/acme/callback";

    [Theory, InlineData("RS256", "token"), InlineData("ES256", "userinfo")]
    public async Task A10_Somebody_who_linked_a_provider_signs_in_with_it(string algorithm, string emailIn)
    {
        await using var provider = await StartAsync(algorithm, emailIn);
        await using var app = await StartAppAsync(provider);
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);

        var linked = await AnswerAsync(browser, await LinkAsync(app, browser), "carola");
        var row = Assert.Single(await app.Run((ExternalLogins logins) => logins.ListAsync(carol, default)));
        browser.Forget("__Host-useradmin");
        var arrived = await AnswerAsync(browser, (await browser.Get("/account/external/acme?returnUrl=%2Fme%3Fa%3Db")).Headers.Location!, "carola");

        Assert.Equal("/me/security?linked=acme", linked.Target);
        Assert.Equal(("carola@example.org", true), (row.LinkedAs, row.IsLinked));
        Assert.Equal("/me?a=b", arrived.Target);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
        Assert.Equal(carol.UserId, (await app.Event(AuditAction.SignedIn)).ActorId);
        var methods = await app.Run((UserAdminDbContext db) => db.Sessions.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id).Select(s => s.Methods).FirstAsync());
        Assert.Equal("ext", methods);
        Assert.Equal($"{carol.UserId}", $"{(await app.Event(AuditAction.ExternalLoginLinked)).TargetId}");
    }

    [Fact]
    public async Task A10_An_email_address_alone_opens_no_account_even_when_the_provider_confirmed_it()
    {
        await using var provider = await StartAsync();
        await using var app = await StartAppAsync(provider, ("ExternalSignIn:Providers:acme:AutoRegister", "true"), ("Policies:RegistrationPolicy:Mode", "Open"));
        await app.Given(Carol);
        using var browser = app.Open();

        var refused = await SignInAsync(browser, "carol");

        Assert.Equal("/account/external-problem?code=external.not_linked", refused.Target);
        Assert.Contains("sign in with your password first, then link it", await (await browser.Get(refused.Target!)).Text());
        Assert.Equal(HttpStatusCode.Found, (await browser.Get("/me")).StatusCode);
        Assert.Equal("Acme: No account is linked", (await app.Event(AuditAction.SignInFailed)).Reason);
    }

    [Theory, InlineData("Open", "erin", true), InlineData("Open", "unconfirmed-erin", false), InlineData("Closed", "erin", false), InlineData("ByInvitation", "erin", false), InlineData("ByInvitation", "invited", true), InlineData("ByInvitation", "unconfirmed-invited", false)]
    public async Task A10_Somebody_new_gets_an_account_only_as_registration_allows(string mode, string who, bool isLetIn)
    {
        await using var provider = await StartAsync();
        await using var app = await StartAppAsync(provider, ("ExternalSignIn:Providers:acme:AutoRegister", "true"), ("Policies:RegistrationPolicy:Mode", mode));
        foreach (var name in new[] { "invited", "unconfirmed-invited" })
            await InviteAsync(app, $"{name}@example.org");
        using var browser = app.Open();

        var arrived = await SignInAsync(browser, who);

        var user = await app.Run((UserAdminDbContext db) => db.Users.SingleOrDefaultAsync(u => u.Email == $"{who}@example.org"));
        Assert.Equal(isLetIn ? "/" : "/account/external-problem?code=external.not_linked", arrived.Target);
        Assert.Equal(isLetIn, user is not null);
        Assert.Equal(isLetIn ? HttpStatusCode.OK : HttpStatusCode.Found, (await browser.Get("/me")).StatusCode);
        if (user is null)
            return;
        Assert.Equal((UserStatus.Active, true, null), (user.StatusAt(app.Clock.Now), user.EmailConfirmed, user.PasswordHash));
        Assert.Equal(user.Id, (await app.Event(AuditAction.UserRegisteredExternally)).TargetId);
        browser.Forget("__Host-useradmin");
        Assert.Equal("/", (await SignInAsync(browser, who)).Target);
    }

    [Fact]
    public async Task A10_Without_AutoRegister_nobody_new_gets_an_account()
    {
        await using var provider = await StartAsync();
        await using var app = await StartAppAsync(provider, ("Policies:RegistrationPolicy:Mode", "Open"));
        using var browser = app.Open();

        Assert.Equal("/account/external-problem?code=external.not_linked", (await SignInAsync(browser, "erin")).Target);
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Users.CountAsync()));
    }

    [Fact]
    public async Task A10_Saying_no_there_leads_to_a_calm_page_here()
    {
        await using var provider = await StartAsync();
        await using var app = await StartAppAsync(provider);
        using var browser = app.Open();

        var begun = (await browser.Get("/account/external/acme")).Headers.Location!;
        var refused = await AnswerAsync(browser, begun, login: null);

        Assert.Equal("/account/external-problem?code=external.denied", refused.Target);
        Assert.Contains("Back to sign-in", await (await browser.Get(refused.Target!)).Text());
    }

    [Fact]
    public async Task A10_A_code_works_once_and_an_answer_works_once()
    {
        await using var provider = await StartAsync();
        await using var app = await StartAppAsync(provider, ("ExternalSignIn:Providers:acme:AutoRegister", "true"), ("Policies:RegistrationPolicy:Mode", "Open"));
        using var browser = app.Open();
        var begun = (await browser.Get("/account/external/acme")).Headers.Location!;
        var cookie = browser.Cookie("__Host-useradmin-external")!;
        var answer = await SignInThereAsync(begun, "erin");

        Assert.Equal("/", (await browser.Get(answer.PathAndQuery)).Target);
        Assert.Null(browser.Cookie("__Host-useradmin-external"));
        using var thief = app.Open();
        thief.Keep("__Host-useradmin-external", cookie);

        Assert.Equal("/account/external-problem?code=external.expired", (await thief.Get(answer.PathAndQuery)).Target);
    }

    internal static Task<NodeServer> StartAsync(string algorithm = "RS256", string emailIn = "token") =>
        NodeServer.StartAsync("openid-provider.mjs", Package, ("REDIRECT_URI", Callback), ("ALGORITHM", algorithm), ("EMAIL_IN", emailIn));

    private static Task<TestApp> StartAppAsync(NodeServer provider, params (string Name, string Value)[] settings) => TestApp.StartAsync(
    [
        ("Portal:PublicUrl", "https://localhost"), ("ExternalSignIn:Providers:acme:Name", "Acme"), ("ExternalSignIn:Providers:acme:Authority", $"http://127.0.0.1:{provider.Port}"),
        ("ExternalSignIn:Providers:acme:ClientId", "useradmin"), ("ExternalSignIn:Providers:acme:ClientSecret", "a secret of: 100% & more"), .. settings,
    ]);

    private static async Task<HttpResponseMessage> SignInAsync(Browser browser, string login) =>
        await AnswerAsync(browser, (await browser.Get("/account/external/acme")).Headers.Location!, login);

    private static async Task<HttpResponseMessage> AnswerAsync(Browser browser, Uri begun, string? login) =>
        await browser.Get((await SignInThereAsync(begun, login)).PathAndQuery);

    private static async Task<Uri> LinkAsync(TestApp app, Browser browser)
    {
        var session = await app.Run((UserAdminDbContext db) => db.Sessions.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id).FirstAsync());
        var actor = new Actor(ActorKind.User, session.UserId, "Carol", Access.None) { SessionId = session.Id, AuthenticatedAt = session.AuthenticatedAt };
        var begun = await app.Run((ExternalLogins logins) => logins.BeginAsync("acme", actor, default));
        return (await browser.Get(begun.Value!)).Headers.Location!;
    }

    private static Task<int> InviteAsync(TestApp app, string email) => app.Run(async (UserAdminDbContext db) =>
    {
        db.Invitations.Add(new()
        {
            Email = email,
            NormalizedEmail = email.ToUpperInvariant(),
            Hash = Guid.NewGuid().ToByteArray(),
            Language = "en",
            InvitedById = app.Alice.UserId,
            InvitedByName = "Alice",
            CreatedAt = app.Clock.Now,
            SentAt = app.Clock.Now,
            ExpiresAt = app.Clock.Now.AddDays(7),
        });
        return await db.SaveChangesAsync();
    });

    /// <summary>What the person does at the provider: signs in and agrees, or says no. Gives back where the browser is sent then.</summary>
    private static async Task<Uri> SignInThereAsync(Uri begun, string? login)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new() };
        using var client = new HttpClient(handler);
        var cancel = TestContext.Current.CancellationToken;
        var response = await client.GetAsync(begun, cancel);
        for (var step = 0; step < 20; step++)
        {
            if (response.Headers.Location is { } to)
            {
                to = new(response.RequestMessage!.RequestUri!, to);
                if (to.Host == "localhost")
                    return to;
                response = await client.GetAsync(to, cancel);
                continue;
            }
            var page = await response.Content.ReadAsStringAsync(cancel);
            Assert.True(response.IsSuccessStatusCode, page);
            if (login is null)
                response = await client.GetAsync(new Uri(response.RequestMessage!.RequestUri!, Abort().Match(page).Groups[1].Value), cancel);
            else
                response = await client.PostAsync(new Uri(response.RequestMessage!.RequestUri!, Action().Match(page).Groups[1].Value),
                    new FormUrlEncodedContent(new Dictionary<string, string> { ["prompt"] = Prompt().Match(page).Groups[1].Value, ["login"] = login, ["password"] = "any" }), cancel);
        }
        throw new InvalidOperationException("The provider never sent the browser back.");
    }

    [GeneratedRegex("action=\"([^\"]+)\"")]
    private static partial Regex Action();

    [GeneratedRegex("name=\"prompt\" value=\"([^\"]+)\"")]
    private static partial Regex Prompt();

    [GeneratedRegex("href=\"([^\"]+/abort)\"")]
    private static partial Regex Abort();
}
