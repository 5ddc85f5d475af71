using System.Net;
using UserAdmin.Core.Audit;

namespace UserAdmin.Tests.Sessions;

public class SessionCookieTests
{
    private const string Session = "__Host-useradmin";

    [Fact]
    public async Task C01_Every_sign_in_has_a_new_key_and_a_planted_one_is_worth_nothing()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        var planted = new string('A', 43);
        using var browser = app.Open();
        browser.Keep(Session, planted);

        await browser.SignIn("carol");
        var first = browser.Cookie(Session);
        browser.Forget(Session);
        await browser.SignIn("carol");

        Assert.Distinct([planted, first, browser.Cookie(Session)]);
        Assert.Equal(43, first!.Length);
        Assert.False(await Opens(app, planted));
        Assert.True(await Opens(app, first));
    }

    [Fact]
    public async Task C01_A_copied_cookie_is_dead_after_the_sign_out()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);
        var copied = browser.Cookie(Session)!;
        Assert.True(await Opens(app, copied));

        using var page = await browser.Get("/me/sessions");
        using var left = await browser.Submit("/account/sign-out", await page.Text());

        Assert.Equal("/account/sign-in", left.Target);
        Assert.Null(browser.Cookie(Session));
        Assert.False(await Opens(app, copied));
        Assert.Equal(carol.Id, (await app.Event(AuditAction.SignedOut)).ActorId);
    }

    [Fact]
    public async Task C07_Cookies_are_for_this_host_alone_secure_and_out_of_reach_of_scripts()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var browser = app.Open();

        using var page = await browser.Get("/account/sign-in");
        using var signedIn = await browser.Submit("/account/sign-in", await page.Text(), ("Login", "carol"), ("Password", Password), ("RememberMe", "false"));
        var cookies = page.SetCookies.Concat(signedIn.SetCookies).ToDictionary(cookie => cookie.Split('=')[0], cookie => cookie.ToLowerInvariant());

        Assert.Equal([Session, "__Host-useradmin-device", "__Host-useradmin-form"], cookies.Keys.Order(StringComparer.Ordinal));
        Assert.All(cookies.Values, cookie =>
        {
            Assert.Contains("; path=/", cookie);
            Assert.Contains("; secure", cookie);
            Assert.Contains("; httponly", cookie);
            Assert.DoesNotContain("domain=", cookie);
        });
        Assert.Contains("samesite=lax", cookies[Session]);
        Assert.Contains("samesite=strict", cookies["__Host-useradmin-form"]);
        Assert.DoesNotContain("expires=", cookies[Session]);
    }

    [Fact]
    public async Task Staying_signed_in_keeps_the_cookie_as_long_as_the_session_may_live()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var browser = app.Open();

        using var signedIn = await browser.SignIn("carol", remember: true);

        var cookie = Assert.Single(signedIn.SetCookies, cookie => cookie.StartsWith($"{Session}=", StringComparison.Ordinal));
        Assert.Contains($"expires={app.Clock.Now.AddHours(12):R}", cookie);
    }

    private static async Task<bool> Opens(TestApp app, string key)
    {
        using var browser = app.Open();
        browser.Keep(Session, key);
        return (await browser.Get("/me")).StatusCode == HttpStatusCode.OK;
    }
}
