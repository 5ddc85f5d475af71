using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Sessions;

public class EndingSessionsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C02_A_session_ends_after_half_an_hour_without_use()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(await app.Given(Carol));

        app.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.True(await IsOpen(browser));
        app.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.True(await IsOpen(browser));
        app.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.False(await IsOpen(browser));
    }

    [Fact]
    public async Task C02_A_session_ends_after_twelve_hours_however_busy_it_is()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(await app.Given(Carol));

        for (var i = 0; i < 35; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(20));
            Assert.True(await IsOpen(browser));
        }

        app.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.False(await IsOpen(browser));
    }

    [Theory, InlineData("lock"), InlineData("deactivate"), InlineData("delete")]
    public async Task C04_Taking_access_away_ends_the_sessions_at_once(string how)
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);
        Assert.True(await IsOpen(browser));

        var done = await app.Run((UserLifecycle users) => how switch
        {
            "lock" => users.LockAsync(carol.Id, null, "reason", app.Alice, Cancel),
            "deactivate" => users.DeactivateAsync(carol.Id, "reason", app.Alice, Cancel),
            _ => users.DeleteAsync(carol.Id, "reason", app.Alice, Cancel),
        });

        Assert.True(done.Succeeded);
        Assert.False(await IsOpen(browser));
    }

    [Fact]
    public async Task C04_A_session_ended_by_another_server_is_refused_after_five_seconds()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(await app.Given(Carol));
        Assert.True(await IsOpen(browser));

        await app.Run((UserAdminDbContext db) => db.Sessions.ExecuteUpdateAsync(session => session.SetProperty(s => s.EndedAt, app.Clock.Now), Cancel));
        app.Clock.Advance(TimeSpan.FromSeconds(5.1));

        Assert.False(await IsOpen(browser));
    }

    [Fact]
    public async Task C05_Losing_the_role_closes_the_pages_that_need_it()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/users")).StatusCode);

        await app.Run((UserAdminDbContext db) => db.RoleAssignments.ExecuteDeleteAsync(Cancel));
        app.Clock.Advance(TimeSpan.FromSeconds(5.1));

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.Get("/users")).StatusCode);
    }

    [Fact]
    public async Task C06_People_see_and_end_their_own_sessions_and_nobody_elses()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        var (hers, his) = (await Given(portal, carol), await Given(portal, dave));

        var own = await portal.Run((SessionService sessions) => sessions.ListAsync(carol.Id, carol, Cancel));
        var foreign = await portal.Run((SessionService sessions) => sessions.ListAsync(dave.Id, carol, Cancel));
        var refused = await portal.Run((SessionService sessions) => sessions.EndAsync(his, carol, Cancel));
        var ended = await portal.Run((SessionService sessions) => sessions.EndAsync(hers, carol, Cancel));
        var byAlice = await portal.Run((SessionService sessions) => sessions.EndAsync(his, alice, Cancel));

        Assert.Equal("Firefox on Linux", Assert.Single(own).Device);
        Assert.Empty(foreign);
        Assert.Equal(SessionService.NotFound, refused.Problem);
        Assert.True(ended.Succeeded && byAlice.Succeeded);
        Assert.Equal([carol.UserId, alice.UserId], (await portal.Events(AuditAction.SessionEnded)).Select(e => e.ActorId));
    }

    [Fact]
    public async Task C06_Ending_all_others_keeps_the_session_it_is_done_from()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var (first, second, current) = (await Given(portal, carol), await Given(portal, carol), await Given(portal, carol));

        await portal.Run((SessionService sessions) => sessions.EndAllAsync(carol.Id, carol with { SessionId = current }, Cancel));

        var open = await portal.Run((UserAdminDbContext db) => db.Sessions.Where(s => s.EndedAt == null).Select(s => s.Id).ToListAsync(Cancel));
        Assert.Equal([current], open);
        await portal.Event(AuditAction.SessionsEnded);
    }

    [Fact]
    public async Task Ending_all_sessions_of_somebody_else_needs_permission_and_the_attempt_is_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var (carol, dave) = (await portal.Given(Carol), await portal.Given(Dave));
        await Given(portal, dave);

        var refused = await portal.Run((SessionService sessions) => sessions.EndAllAsync(dave.Id, carol, Cancel));

        Assert.Equal("not_allowed", refused.Problem?.Code);
        Assert.Equal((AuditOutcome.Denied, dave.UserId), ((await portal.Event(AuditAction.AccessDenied)) is var e ? (e.Outcome, e.TargetId) : default));
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.Sessions.CountAsync(s => s.EndedAt == null, Cancel)));
    }

    private static async Task<Guid> Given(TestPortal portal, Actor owner) => await portal.Run(async (UserAdminDbContext db) =>
    {
        var session = new Session
        {
            UserId = owner.Id,
            KeyHash = SessionKey.Hash(SessionKey.Create()),
            UserAgent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
            CreatedAt = portal.Clock.Now,
            LastActivityAt = portal.Clock.Now,
            ExpiresAt = portal.Clock.Now.AddHours(12),
        };
        db.Sessions.Add(session);
        await db.SaveChangesAsync(Cancel);
        return session.Id;
    });

    private static async Task<bool> IsOpen(Browser browser) => (await browser.Get("/me")).StatusCode == HttpStatusCode.OK;
}
