using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.TwoFactor;

public partial class PasskeyTests
{
    private const string Session = "__Host-useradmin";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed record Ceremony(JsonElement Options, string State);

    [Fact]
    public async Task A_passkey_signs_in_without_a_password_and_counts_as_two_factors()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var key = await Register(app, carol);
        using var browser = app.Open();

        using var entered = await SignIn(browser, key);

        Assert.Equal("/me", entered.Target);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
        Assert.Contains("hwk user", await app.Run((UserAdminDbContext db) => db.Sessions.Select(s => s.Methods).ToListAsync(Cancel)));
        Assert.True((await app.Load(carol.Id)).TwoFactorEnabled);
        Assert.Equal(["Name: - -> My key"], (await app.Event(AuditAction.PasskeyAdded)).Differences);
        Assert.Equal(10, await app.Run((UserAdminDbContext db) => db.RecoveryCodes.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_passkey_is_the_second_step_after_the_password()
    {
        await using var app = await TestApp.StartAsync();
        using var key = await Register(app, await app.Given(Carol));
        using var browser = app.Open();
        using var first = await browser.SignIn("carol");

        using var entered = await Answer(browser, "second-step", "/account/two-factor", key);

        Assert.Equal("/account/two-factor", first.Target);
        Assert.Equal("/me", entered.Target);
        Assert.NotNull(browser.Cookie(Session));
    }

    [Fact]
    public async Task B07_An_assertion_works_once_also_in_parallel()
    {
        await using var app = await TestApp.StartAsync();
        using var key = await Register(app, await app.Given(Carol), counter: 0);
        using var browser = app.Open();
        var (ceremony, token) = await Begin(browser, "sign-in", "/account/sign-in");
        // Keys without a counter always say 0: only the challenge tells a repetition.
        key.Counter = 0;
        var credential = key.Sign(ceremony.Options);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Post(browser, "sign-in", ceremony.State, credential, token)));
        browser.Forget(Session);
        using var again = await Post(browser, "sign-in", ceremony.State, credential, token);

        Assert.Single(answers, answer => answer.Target == "/me");
        Assert.StartsWith("/account/sign-in?passkey=refused", again.Target, StringComparison.Ordinal);
        await app.Event(AuditAction.SignedIn);
    }

    [Fact]
    public async Task B07_A_challenge_is_worth_nothing_in_another_browser_for_another_purpose_or_after_five_minutes()
    {
        await using var app = await TestApp.StartAsync();
        using var key = await Register(app, await app.Given(Carol));
        using var victim = app.Open();
        using var thief = app.Open();
        var (ofVictim, _) = await Begin(victim, "sign-in", "/account/sign-in");
        var (ofThief, thiefToken) = await Begin(thief, "sign-in", "/account/sign-in");

        using var swapped = await Post(thief, "sign-in", ofVictim.State, key.Sign(ofVictim.Options), thiefToken);
        using var mixed = await Post(thief, "sign-in", ofThief.State, key.Sign(ofVictim.Options), thiefToken);
        await thief.SignIn("carol");
        using var otherPurpose = await Post(thief, "second-step", ofThief.State, key.Sign(ofThief.Options), thiefToken);
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        using var tooLate = await Post(thief, "sign-in", ofThief.State, key.Sign(ofThief.Options), thiefToken);

        Assert.All([swapped, mixed, otherPurpose, tooLate], answer => Assert.Contains("passkey=refused", answer.Target, StringComparison.Ordinal));
        Assert.Empty(await app.Events(AuditAction.SignedIn));
        Assert.Equal(4, (await app.Events(AuditAction.SignInFailed)).Count(e => e.Reason!.StartsWith("Passkey refused", StringComparison.Ordinal)));
    }

    [Theory, InlineData("https://evil.example", "localhost"), InlineData("http://localhost", "evil.example"), InlineData("https://localhost", "localhost")]
    public async Task B07_An_assertion_for_another_page_or_domain_is_refused(string origin, string domain)
    {
        await using var app = await TestApp.StartAsync();
        using var key = await Register(app, await app.Given(Carol));
        using var browser = app.Open();
        (key.Origin, key.Domain) = (origin, domain);

        using var entered = await SignIn(browser, key);

        Assert.Contains("passkey=refused", entered.Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task B07_The_domain_comes_from_the_configuration_and_not_from_the_request()
    {
        await using var app = await TestApp.StartAsync(("Portal:PublicUrl", "https://people.example.org"));
        using var browser = app.Open();

        var (ceremony, _) = await Begin(browser, "sign-in", "/account/sign-in");
        using var forged = new HttpRequestMessage(HttpMethod.Post, "/account/passkey/options/sign-in");
        forged.Headers.Host = "evil.example";

        Assert.Equal("people.example.org", ceremony.Options.GetProperty("rpId").GetString());
        Assert.Equal("required", ceremony.Options.GetProperty("userVerification").GetString());
        Assert.True(ceremony.Options.GetProperty("challenge").GetString()!.Length >= 43);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Send(forged)).StatusCode);
    }

    [Fact]
    public async Task B08_Without_user_verification_with_a_foreign_handle_or_an_older_counter_a_passkey_is_refused_and_that_is_recorded()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var key = await Register(app, carol);
        using var browser = app.Open();

        key.Verifies = false;
        using var unverified = await SignIn(browser, key);
        key.Verifies = true;
        using var foreign = await SignIn(browser, key, app.Alice.Id);
        key.Counter = 50;
        using var accepted = await SignIn(browser, key);
        browser.Forget(Session);
        key.Counter = 20;
        using var older = await SignIn(browser, key);

        Assert.Equal("/me", accepted.Target);
        Assert.All([unverified, foreign, older], answer => Assert.Contains("passkey=refused", answer.Target, StringComparison.Ordinal));
        var refusals = await app.Events(AuditAction.SignInFailed);
        Assert.Equal(3, refusals.Count);
        Assert.All(refusals, refusal => Assert.Equal(carol.Id, refusal.TargetId));
        Assert.Contains("counter", refusals[^1].Reason!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task B08_A15_A_removed_passkey_and_one_of_a_locked_owner_are_refused()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var locked = await Register(app, carol);
        var dave = await app.Given(Dave);
        using var removed = await Register(app, dave);
        using var browser = app.Open();

        await app.Run((UserLifecycle users) => users.LockAsync(carol.Id, null, "Looking into it", app.Alice, Cancel));
        var row = Assert.Single(await app.Run((PasskeyService passkeys) => passkeys.ListAsync(dave, Cancel)));
        Assert.True((await app.Run((PasskeyService passkeys) => passkeys.RemoveAsync(row.Id, dave, Cancel))).Succeeded);
        using var ofLocked = await SignIn(browser, locked);
        using var ofRemoved = await SignIn(browser, removed);

        Assert.All([ofLocked, ofRemoved], answer => Assert.Contains("passkey=refused", answer.Target, StringComparison.Ordinal));
        Assert.Empty(await app.Events(AuditAction.SignedIn));
        Assert.False((await app.Load(dave.Id)).TwoFactorEnabled);
    }

    [Fact]
    public async Task B06_With_a_sign_in_of_eleven_minutes_a_passkey_is_not_added()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);
        using var key = new SecurityKey();
        var (ceremony, _) = await Begin(browser, "new", "/account/new-passkey");
        var page = await (await browser.Get("/account/new-passkey")).Text();

        app.Clock.Advance(TimeSpan.FromMinutes(11));
        using var stale = await browser.Get("/account/new-passkey");
        var (fresh, _) = await Begin(browser, "new", "/me");
        using var refused = await Add(browser, page, key, fresh);

        Assert.Contains("/account/confirm-identity", await stale.Text());
        Assert.Contains("Confirm that it", await refused.Text());
        Assert.Equal(0, await app.Run((UserAdminDbContext db) => db.UserPasskeys.CountAsync(Cancel)));
        Assert.NotEqual(ceremony.State, fresh.State);
    }

    [Fact]
    public async Task C01_Confirming_with_a_passkey_renews_the_session()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var key = await Register(app, carol);
        using var browser = await app.SignInAs(carol);
        var before = browser.Cookie(Session)!;
        app.Clock.Advance(TimeSpan.FromMinutes(11));

        using var confirmed = await Answer(browser, "confirm", "/account/confirm-identity", key);

        Assert.Equal("/me", confirmed.Target);
        Assert.NotEqual(before, browser.Cookie(Session));
        await app.Event(AuditAction.IdentityConfirmed);
    }

    private static async Task<SecurityKey> Register(TestApp app, Core.Common.Actor person, uint counter = 1)
    {
        var key = new SecurityKey { Counter = counter };
        using var browser = await app.SignInAs(person);
        var page = await (await browser.Get("/account/new-passkey")).Text();
        var ceremony = await Options(browser, "new", TokenIn(page));
        using var added = await Add(browser, page, key, ceremony);
        Assert.Contains("The passkey is ready", await added.Text());
        return key;
    }

    private static Task<HttpResponseMessage> Add(Browser browser, string page, SecurityKey key, Ceremony ceremony) => browser.Post("/account/new-passkey",
        ("_handler", "new-passkey"), ("__RequestVerificationToken", TokenIn(page)), ("Form.Name", "My key"), ("Credential", key.Create(ceremony.Options)), ("State", ceremony.State));

    private static Task<HttpResponseMessage> SignIn(Browser browser, SecurityKey key, Guid? handle = null) => Answer(browser, "sign-in", "/account/sign-in", key, handle);

    private static async Task<HttpResponseMessage> Answer(Browser browser, string purpose, string page, SecurityKey key, Guid? handle = null)
    {
        var (ceremony, token) = await Begin(browser, purpose, page);
        return await Post(browser, purpose, ceremony.State, key.Sign(ceremony.Options, handle), token);
    }

    private static async Task<(Ceremony Ceremony, string Token)> Begin(Browser browser, string purpose, string page)
    {
        var token = TokenIn(await (await browser.Get(page)).Text());
        return (await Options(browser, purpose, token), token);
    }

    private static async Task<Ceremony> Options(Browser browser, string purpose, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/account/passkey/options/{purpose}");
        request.Headers.Add("RequestVerificationToken", token);
        using var response = await browser.Send(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonSerializer.Deserialize<Ceremony>(await response.Text(), JsonSerializerOptions.Web)!;
    }

    private static Task<HttpResponseMessage> Post(Browser browser, string purpose, string state, string credential, string token) =>
        browser.Post($"/account/passkey/{purpose}", ("__RequestVerificationToken", token), ("State", state), ("Credential", credential), ("ReturnUrl", "/me"));

    private static string TokenIn(string page) => WebUtility.HtmlDecode(Token().Match(page).Groups[1].Value);

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
