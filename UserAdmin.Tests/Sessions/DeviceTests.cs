using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.Sessions;

public class DeviceTests
{
    private const string Session = "__Host-useradmin";
    private const string Cookie = "__Host-useradmin-device";
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    private const string NewerFirefox = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0";
    private const string Chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task S5_A_browser_is_one_device_however_often_somebody_signs_in(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var carol = await app.Given(Carol);
        using var browser = OpenFirefox(app);

        await SignIn(browser, "carol");
        app.Clock.Advance(TimeSpan.FromHours(1));
        await SignIn(browser, "carol");

        var device = Assert.Single(await DevicesOf(app, carol.Id));
        Assert.Equal(("Firefox on Linux", "192.0.2.1"), (device.Name, device.LastAddress));
        Assert.Equal(TimeSpan.FromHours(1), device.LastSeenAt - device.FirstSeenAt);
        var sessions = await app.Run((UserAdminDbContext db) => db.Sessions.Where(s => s.UserId == carol.UserId).ToListAsync(Cancel));
        Assert.Equal([device.Id, device.Id], sessions.Select(s => s.DeviceId));
        Assert.All(sessions, s => Assert.Equal(("Firefox", "Linux"), (s.Browser, s.System)));
    }

    [Fact]
    public async Task S5_People_who_share_a_browser_have_devices_with_keys_of_their_own()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, dave) = (await app.Given(Carol), await app.Given(Dave));
        using var browser = OpenFirefox(app);

        foreach (var login in new[] { "carol", "dave", "carol", "dave" })
            await SignIn(browser, login);

        var hers = Assert.Single(await DevicesOf(app, carol.Id));
        var his = Assert.Single(await DevicesOf(app, dave.Id));
        Assert.NotEqual(hers.KeyHash, his.KeyHash);
    }

    [Fact]
    public async Task S5_A_key_that_was_in_the_cookie_before_never_becomes_the_key_of_somebody_else()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = OpenFirefox(app);
        var planted = SessionKey.Create();
        browser.Keep(Cookie, planted);

        await SignIn(browser, "carol");

        Assert.NotEqual(SessionKey.Hash(planted), Assert.Single(await DevicesOf(app, carol.Id)).KeyHash);
    }

    [Fact]
    public async Task S5_A_removed_device_is_a_new_one_at_the_next_sign_in()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = OpenFirefox(app);
        await SignIn(browser, "carol");
        var removed = Assert.Single(await DevicesOf(app, carol.Id));
        await app.Run((UserAdminDbContext db) => db.Devices.ExecuteDeleteAsync(Cancel));

        await SignIn(browser, "carol");

        var device = Assert.Single(await DevicesOf(app, carol.Id));
        Assert.NotEqual(removed.KeyHash, device.KeyHash);
    }

    [Fact]
    public async Task B12_A_device_is_remembered_for_its_owner_in_its_browser_until_the_time_is_over()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, dave) = (await app.Given(Carol), await app.Given(Dave));
        using var browser = OpenFirefox(app);
        await SignIn(browser, "carol");
        var cookie = browser.Cookie(Cookie);
        Task<bool> IsRemembered(Guid userId, string agent = Firefox, string languages = "de,en") =>
            app.Run((Devices devices) => devices.IsRememberedAsync(userId, new(null, agent, cookie, null, languages), Cancel));

        Assert.False(await IsRemembered(carol.Id));
        await Remember(app, carol.Id);

        Assert.True(await IsRemembered(carol.Id));
        Assert.True(await IsRemembered(carol.Id, NewerFirefox));
        Assert.False(await IsRemembered(carol.Id, Chrome));
        Assert.False(await IsRemembered(carol.Id, languages: "ru"));
        Assert.False(await IsRemembered(dave.Id));
        app.Clock.Advance(TimeSpan.FromDays(30));
        Assert.False(await IsRemembered(carol.Id));
    }

    [Fact]
    public async Task B12_A_sign_in_from_a_changed_browser_or_forgetting_all_ends_the_remembering()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = OpenFirefox(app);
        await SignIn(browser, "carol");
        await Remember(app, carol.Id);

        browser.Says("User-Agent", Chrome);
        await SignIn(browser, "carol");

        Assert.Null(Assert.Single(await DevicesOf(app, carol.Id)).RememberedUntil);
        await Remember(app, carol.Id);
        await app.Run(async (Devices devices) => { await devices.ForgetAllAsync(carol.Id, Cancel); return true; });
        Assert.Null(Assert.Single(await DevicesOf(app, carol.Id)).RememberedUntil);
    }

    private static Task<int> Remember(TestApp app, Guid userId) => app.Run(async (UserAdminDbContext db) =>
    {
        var device = await db.Devices.SingleAsync(d => d.UserId == userId, Cancel);
        await new Devices(db, app.Clock).RememberAsync(device.Id, app.Clock.Now.AddDays(30), Cancel);
        return await db.SaveChangesAsync(Cancel);
    });

    private static Browser OpenFirefox(TestApp app)
    {
        var browser = app.Open();
        browser.Says("User-Agent", Firefox);
        browser.Says("Accept-Language", "de,en");
        return browser;
    }

    private static async Task SignIn(Browser browser, string login)
    {
        browser.Forget(Session);
        await browser.SignIn(login);
        Assert.NotNull(browser.Cookie(Session));
    }

    private static Task<List<Device>> DevicesOf(TestApp app, Guid userId) =>
        app.Run((UserAdminDbContext db) => db.Devices.AsNoTracking().Where(d => d.UserId == userId).ToListAsync(Cancel));
}
