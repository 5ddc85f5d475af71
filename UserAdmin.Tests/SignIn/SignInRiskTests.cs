using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.SignIn;

public class SignInRiskTests
{
    private const string Session = "__Host-useradmin";
    private const string Home = "192.0.2.7", Nearby = "192.0.200.7", Abroad = "203.0.113.9";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A14_The_first_sign_in_of_an_account_is_no_news()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);

        using var browser = await SignIn(app, Home);

        Assert.Equal((0, null), await LastRisk(app, carol));
        Assert.Empty(await Mails(app, carol));
    }

    [Fact]
    public async Task A14_A_sign_in_on_a_new_device_is_told_to_its_owner_once_with_a_link_to_say_it_was_not_me()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var first = await SignIn(app, Home);

        using var second = await SignIn(app, Nearby, browser => browser.Says("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/145.0"));
        await Again(second);

        var (subject, text) = Assert.Single(await Mails(app, carol));
        Assert.Equal("New sign-in on Firefox on Windows", subject);
        Assert.Contains(Nearby, text);
        Assert.Contains("/account/not-me/", text);
        Assert.DoesNotContain(second.Cookie(Session)!, text);
    }

    [Fact]
    public async Task S6_A_known_device_in_a_known_network_is_nothing_unusual()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await SignIn(app, Home);

        browser.Says(TestApp.AddressHeader, Nearby);
        await Again(browser);

        Assert.Equal((0, null), await LastRisk(app, carol));
    }

    [Fact]
    public async Task S6_What_is_unusual_adds_up_and_stands_on_the_session_in_words()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var home = await SignIn(app, Home);
        for (var i = 0; i < 5; i++)
        {
            using var stranger = app.Open($"198.51.100.{i}");
            await stranger.SignIn("carol", "not her password");
        }
        app.Clock.Advance(TimeSpan.FromMinutes(6));

        using var abroad = await SignIn(app, Abroad);

        var (score, reasons) = await LastRisk(app, carol);
        Assert.Equal(100, score);
        Assert.Equal(
            ["5 failed sign-ins in the hour before", "New device: Unknown device", "New network: 203.0.*", $"In use from {Home} a few minutes before"],
            reasons!.Split('\n'));
        Assert.Equal("A sign-in on Unknown device looked suspicious", Assert.Single(await Mails(app, carol)).Subject);
    }

    [Fact]
    public async Task S6_A_cookie_that_moved_to_another_browser_is_noticed()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await SignIn(app, Home);

        browser.Says("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/145.0");
        await Again(browser);

        Assert.Equal("The browser, system or language of the device Unknown device changed", (await LastRisk(app, carol)).Reasons);
    }

    [Fact]
    public async Task S6_A_trusted_device_may_travel()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await SignIn(app, Home);
        await app.Run((UserAdminDbContext db) => db.Devices.ExecuteUpdateAsync(row => row.SetProperty(d => d.TrustedAt, app.Clock.Now), Cancel));

        browser.Says(TestApp.AddressHeader, Abroad);
        await Again(browser);

        Assert.Equal((0, null), await LastRisk(app, carol));
    }

    [Fact]
    public async Task S6_A_policy_can_refuse_what_looks_suspicious_with_the_usual_answer_and_tell_the_owner()
    {
        await using var app = await TestApp.StartAsync(("Policies:SessionPolicy:OnRisk", "Block"));
        var carol = await app.Given(Carol);
        using var home = await SignIn(app, Home);

        using var abroad = app.Open(Abroad);
        using var refused = await abroad.SignIn("carol");

        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Contains(SignInService.Refused.Message, WebUtility.HtmlDecode(await refused.Text()));
        Assert.Null(abroad.Cookie(Session));
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Sessions.CountAsync(Cancel)));
        Assert.StartsWith("Looked suspicious: New device", (await app.Event(AuditAction.SignInFailed)).Reason);
        Assert.Equal("A sign-in on Unknown device was refused because it looked suspicious", Assert.Single(await Mails(app, carol)).Subject);
        await Again(home);
    }

    [Fact]
    public async Task S6_A_policy_can_ask_for_the_second_factor()
    {
        await using var app = await TestApp.StartAsync(("Policies:SessionPolicy:OnRisk", "AskSecondFactor"));
        var carol = await app.Given(Carol);
        using var home = await SignIn(app, Home);
        var user = await app.Load(carol.Id);
        Task<Risk> Assess(string address, string? device) => app.Run((SignInRisk risks) => risks.AssessAsync(user, new(address, null, device, null), Cancel));

        Assert.False((await Assess(Home, home.Cookie("__Host-useradmin-device"))).RequiresSecondFactor);
        Assert.False((await Assess(Home, null)).RequiresSecondFactor);
        Assert.True((await Assess(Abroad, null)).RequiresSecondFactor);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.*"), InlineData("2001:db8:1:2:3::4", "2001:db8:1::/48"), InlineData("nowhere", null), InlineData(null, null)]
    public void S6_A_network_is_what_stays_of_an_address(string? address, string? network) => Assert.Equal(network, SignInRisk.NetworkOf(address));

    private static async Task<Browser> SignIn(TestApp app, string address, Action<Browser>? with = null)
    {
        var browser = app.Open(address);
        with?.Invoke(browser);
        await Again(browser);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        return browser;
    }

    private static async Task Again(Browser browser)
    {
        browser.Forget(Session);
        using var response = await browser.SignIn("carol");
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
    }

    private static async Task<(int Score, string? Reasons)> LastRisk(TestApp app, Actor owner)
    {
        var session = await app.Run((UserAdminDbContext db) => db.Sessions.Where(s => s.UserId == owner.UserId).OrderByDescending(s => s.Id).FirstAsync(Cancel));
        return (session.RiskScore, session.RiskReasons);
    }

    private static Task<List<(string Subject, string Text)>> Mails(TestApp app, Actor owner) => app.Run(async (Outbox outbox) =>
    {
        var messages = await app.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().Where(m => m.UserId == owner.UserId).ToListAsync(Cancel));
        return messages.Select(m => (m.Subject, outbox.Read(m)!.Text)).ToList();
    });
}
