using System.Net;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;
using UserAdmin.Core.Users;
using UserAdmin.Web.Shell;

namespace UserAdmin.Tests.Me;

public class PreferencesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_somebody_prefers_follows_them_to_a_new_sign_in()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await Change(app, carol, d => d with { Theme = ColourTheme.Dark, Accent = Accent.Teal, TextSize = TextSize.Large, Language = "de", LessMotion = true, MoreContrast = true });
        using var browser = app.Open();

        await browser.SignIn("carol");
        var page = await (await browser.Get("/me")).Text();

        Assert.Contains("""<html lang="de" data-theme="dark" data-accent="teal" data-text="large" data-motion="less" data-contrast="more">""", page);
    }

    [Fact]
    public async Task Who_prefers_nothing_doesn_t_get_what_somebody_else_preferred_in_this_browser()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var browser = app.Open();
        browser.Keep(Display.Cookie, Uri.EscapeDataString("""{"theme":"dark"}"""));

        await browser.SignIn("carol");

        Assert.Contains("data-theme=\"system\"", await (await browser.Get("/me")).Text());
    }

    [Fact]
    public async Task Two_tabs_that_change_different_things_both_win()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        await Change(portal, carol, d => d with { Theme = ColourTheme.Dark });
        await Change(portal, carol, d => d with { Language = "fr" });

        Assert.Equal(new() { Theme = ColourTheme.Dark, Language = "fr" }, await portal.Run((DisplayService display) => display.FindAsync(carol, Cancel)));
    }

    [Theory]
    [InlineData("""{"theme":"dark","language":"de","pageSize":"50","timeZone":"Europe/Berlin"}""", """{"theme":"dark","language":"de","timeZone":"Europe/Berlin","pageSize":50}""")]
    [InlineData("""{"language":"tlh","pageSize":7,"timeZone":"../etc/passwd","theme":9,"dates":"iso"}""", """{"dates":"iso"}""")]
    [InlineData("null", "{}"), InlineData("[]", "{}"), InlineData("\"><script>", "{}"), InlineData("{\"theme\":\"\\u0000\"}", "{}"), InlineData("", "{}"), InlineData(null, "{}")]
    public void F05_A_cookie_that_anybody_may_write_says_only_what_can_be_true(string? cookie, string understood) =>
        Assert.Equal(understood, DisplayPreferences.Read(cookie).ToJson());

    [Theory, InlineData("de-AT,de;q=0.9", "de"), InlineData("tlh", "en"), InlineData("fr", "fr"), InlineData("es-MX;q=0.5, it;q=0.9", "es")]
    public async Task A_stranger_sees_the_language_of_the_browser(string accepted, string language)
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/account/sign-in") { Headers = { { "Accept-Language", accepted } } };

        using var page = await browser.Send(request);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains($"<html lang=\"{language}\"", await page.Text());
    }

    [Theory]
    [InlineData(DateStyle.Language, "21 Nov 2026, 09:05"), InlineData(DateStyle.Iso, "2026-11-21, 09:05"), InlineData(DateStyle.DayFirst, "21.11.2026, 09:05")]
    [InlineData(DateStyle.DayFirstSlashes, "21/11/2026, 09:05"), InlineData(DateStyle.MonthFirst, "11/21/2026, 09:05")]
    public void Dates_are_written_as_preferred(DateStyle dates, string expected) =>
        Assert.Equal(expected, Viewer.In("UTC", new() { Dates = dates, TimeZone = "Asia/Tokyo" }).Moment(new(2026, 11, 21, 0, 5, 0, TimeSpan.Zero)));

    [Fact]
    public async Task Nobody_else_s_preferences_can_be_changed_and_a_stranger_has_none()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        await Change(portal, carol, d => d with { Theme = ColourTheme.Dark });

        var refused = await Change(portal, Actor.Anonymous, d => d with { Theme = ColourTheme.Light });

        Assert.Equal(UserProblems.NotAllowed, refused.Problem);
        Assert.Equal(ColourTheme.Dark, (await portal.Run((DisplayService display) => display.FindAsync(carol, Cancel))).Theme);
    }

    private static Task<Result<DisplayPreferences>> Change(ITestPortal portal, Actor actor, Func<DisplayPreferences, DisplayPreferences> change) =>
        portal.Run((DisplayService display) => display.ChangeAsync(change, actor, Cancel));
}
