using System.Net;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;

namespace UserAdmin.Tests.Sessions;

public class SessionOverviewTests
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    private const string Edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task C06_Administrators_find_sessions_by_person_state_browser_system_address_risk_and_day(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        var old = await Given(portal, carol, Firefox, "192.0.2.1");
        portal.Clock.Advance(TimeSpan.FromDays(2));
        var ended = await Given(portal, carol, Edge, "192.0.2.1", risk: 20);
        await portal.Run((SessionService sessions) => sessions.EndAsync(ended, alice, Cancel));
        var open = await Given(portal, dave, Edge, "203.0.113.1", risk: 50);
        async Task<IEnumerable<Guid>> Find(SessionFilter filter) =>
            (await portal.Run((SessionOverview sessions) => sessions.ListAsync(filter, PageStart.First, alice, Cancel))).Page.Rows.Select(row => row.Id);

        Assert.Equal([open, ended, old], await Find(new()));
        Assert.Equal([ended, old], await Find(new() { UserId = carol.Id }));
        Assert.Equal([ended, old], await Find(new() { Search = "carol" }));
        Assert.Equal([open], await Find(new() { Search = "dave@example.org" }));
        Assert.Equal([open], await Find(new() { IsOpen = true }));
        Assert.Equal([ended, old], await Find(new() { IsOpen = false }));
        Assert.Equal([open, ended], await Find(new() { Browser = "Edge" }));
        Assert.Equal([old], await Find(new() { System = "Linux" }));
        Assert.Equal([ended, old], await Find(new() { Address = "192.0.2.1" }));
        Assert.Equal([open, ended], await Find(new() { Risk = RiskFilter.Unusual }));
        Assert.Equal([open], await Find(new() { Risk = RiskFilter.Suspicious }));
        Assert.Equal([open, ended], await Find(new() { Since = portal.Clock.Now.AddDays(-1) }));
        Assert.Equal([ended], await Find(new() { UserId = carol.Id, Browser = "Edge", IsOpen = false, Address = "192.0.2.1", Risk = RiskFilter.Unusual }));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task The_pages_of_the_list_follow_each_other_and_the_count_stops_at_a_thousand(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            // Ten at each instant: the pages must not lose those of the same moment.
            db.Sessions.AddRange(Enumerable.Range(0, 1_005).Select(i => Make(carol, portal.Clock.Now.AddMinutes(-(i / 10)), Firefox, "192.0.2.1", 0)));
            return await db.SaveChangesAsync(Cancel);
        });
        Task<SessionListing> Page(PageStart start) => portal.Run((SessionOverview sessions) => sessions.ListAsync(new() { PageSize = 200 }, start, alice, Cancel));

        var seen = new List<Guid>();
        for (var page = await Page(PageStart.First); ; page = await Page(new(After: page.Page.Next)))
        {
            seen.AddRange(page.Page.Rows.Select(row => row.Id));
            Assert.Equal(new RowCount(1_000, IsAtLeast: true), page.Count);
            if (page.Page.Next is null)
                break;
        }
        var last = await Page(new(AtEnd: true));

        Assert.Equal(1_005, seen.Distinct().Count());
        Assert.Equal(seen.TakeLast(200), last.Page.Rows.Select(row => row.Id));
        Assert.Equal(seen[^201], (await Page(new(Before: last.Page.Previous))).Page.Rows[^1].Id);
    }

    [Fact]
    public async Task Without_permission_there_is_no_list_and_there_are_no_figures()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        await Given(portal, carol, Firefox, "192.0.2.1");

        var listing = await portal.Run((SessionOverview sessions) => sessions.ListAsync(new(), PageStart.First, carol, Cancel));
        var figures = await portal.Run((SessionFigures service) => service.FindAsync(TimeZoneInfo.Utc, carol, Cancel));

        Assert.Empty(listing.Page.Rows);
        Assert.Equal(0, listing.Count.Value);
        Assert.Null(figures);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task S7_The_figures_tell_how_the_portal_is_used(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            var before = portal.Clock.Now.AddDays(-1);
            for (var minutes = 1; minutes <= 100; minutes *= 10)
            {
                var over = Make(carol, before, Firefox, "192.0.2.1", 50);
                over.LastActivityAt = before.AddMinutes(minutes);
                db.Sessions.Add(over);
            }
            return await db.SaveChangesAsync(Cancel);
        });
        await Given(portal, dave, Edge, "192.0.2.1");
        await Given(portal, dave, Edge, "192.0.2.1");

        KeptFigure<SessionUse>? figures = null;
        while (figures is null)
            figures = await portal.Run((SessionFigures service) => service.FindAsync(TimeZoneInfo.Utc, alice, Cancel));

        var use = figures.Value;
        Assert.Equal((2, 1, 3, TimeSpan.FromMinutes(10)), (use.Open, use.PeopleThere, use.Suspicious, use.TypicalDuration));
        Assert.Equal([new("Firefox", 3), new("Edge", 2)], use.Browsers);
        Assert.Equal([new("Linux", 3), new("Windows", 2)], use.Systems);
        Assert.Equal([1, 1, 1, 0, 0], use.Durations.Select(share => share.Count));
        Assert.Equal(30, use.Days.Count);
    }

    [Fact]
    public async Task The_pages_show_sessions_their_people_and_what_was_unusual()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await app.Run(async (UserAdminDbContext db) =>
        {
            db.Sessions.Add(Make(carol, app.Clock.Now, Firefox, "203.0.113.1", 50, "New network: 203.0.*"));
            return await db.SaveChangesAsync(Cancel);
        });
        using var alice = await app.SignInAs(app.Alice);
        using var carols = await app.SignInAs(carol);

        foreach (var (browser, path) in new[] { (alice, "/sessions"), (alice, $"/users/{carol.Id}/sessions"), (carols, "/me/sessions") })
        {
            var page = WebUtility.HtmlDecode(await (await browser.Get(path)).Text());
            Assert.Contains("Firefox on Linux", page);
            Assert.Contains("203.0.113.1", page);
            Assert.Contains("Suspicious", page);
            Assert.Contains("New network: 203.0.*", page);
        }
        Assert.Contains("Carol Cooper", await (await alice.Get("/sessions?state=open&browser=firefox&risk=suspicious")).Text());
        Assert.Contains("No session fits", await (await alice.Get("/sessions?browser=opera")).Text());
        string figures;
        do
            figures = await (await alice.Get("/sessions/figures")).Text();
        while (figures.Contains("Counting", StringComparison.Ordinal));
        Assert.Contains("By browser", figures);
    }

    private static async Task<Guid> Given(TestPortal portal, Actor owner, string agent, string address, int risk = 0)
    {
        var session = Make(owner, portal.Clock.Now, agent, address, risk);
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.Sessions.Add(session);
            return await db.SaveChangesAsync(Cancel);
        });
        portal.Clock.Advance(TimeSpan.FromSeconds(1));
        return session.Id;
    }

    private static Session Make(Actor owner, DateTimeOffset at, string agent, string address, int risk, string? reasons = null) => new()
    {
        UserId = owner.Id,
        KeyHash = SessionKey.Hash(SessionKey.Create()),
        UserAgent = agent,
        Browser = UserAgentName.BrowserOf(agent),
        System = UserAgentName.SystemOf(agent),
        Address = address,
        RiskScore = risk,
        RiskReasons = reasons,
        CreatedAt = at,
        LastActivityAt = at,
        ExpiresAt = at.AddHours(12),
    };
}
