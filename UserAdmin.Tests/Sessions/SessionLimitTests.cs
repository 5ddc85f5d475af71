using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;

namespace UserAdmin.Tests.Sessions;

public class SessionLimitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C06_One_session_more_than_allowed_ends_the_oldest_and_its_owner_is_told()
    {
        await using var app = await TestApp.StartAsync(("Policies:SessionPolicy:MaximumSessions", "2"));
        var carol = await app.Given(Carol);
        using var oldest = await SignIn(app, 1);
        using var second = await SignIn(app, 2);
        Assert.True(await IsOpen(oldest));

        using var third = await SignIn(app, 3);

        Assert.False(await IsOpen(oldest));
        Assert.True(await IsOpen(second) && await IsOpen(third));
        Assert.Equal(carol.UserId, (await app.Event(AuditAction.SessionDisplaced)).TargetId);
        var messages = await app.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.UserId == carol.UserId).ToListAsync(Cancel));
        Assert.Single(messages, m => m.Subject.Contains("was ended because", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task C06_Parallel_sign_ins_do_not_beat_the_limit(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider, ("Policies:SessionPolicy:MaximumSessions", "2"));
        var carol = await app.Given(Carol);

        var browsers = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => SignIn(app, i)));

        var open = await app.Run((UserAdminDbContext db) => db.Sessions.CountAsync(s => s.UserId == carol.UserId && s.EndedAt == null, Cancel));
        Assert.Equal(2, open);
        foreach (var browser in browsers)
            browser.Dispose();
    }

    [Fact]
    public async Task S4_A_shorter_limit_holds_for_sessions_that_are_open_already()
    {
        await using var app = await TestApp.StartAsync();
        using var idle = await app.SignInAs(await app.Given(Carol));
        using var busy = await app.SignInAs(await app.Given(Dave));

        app.Clock.Advance(TimeSpan.FromMinutes(8));
        await Save(app, policy => policy.IdleMinutes = 10);
        Assert.True(await IsOpen(busy));
        app.Clock.Advance(TimeSpan.FromMinutes(3));

        Assert.False(await IsOpen(idle));
        Assert.True(await IsOpen(busy));
        await Save(app, policy => (policy.IdleMinutes, policy.AbsoluteHours) = (60, 1));
        app.Clock.Advance(TimeSpan.FromMinutes(50));
        Assert.False(await IsOpen(busy));
    }

    private static async Task Save(TestApp app, Action<SessionPolicy> change)
    {
        var saved = await app.Run(async (Policies policies) =>
        {
            var (policy, stamp) = await policies.GetWithStampAsync<SessionPolicy>(Cancel);
            change(policy);
            return await policies.SaveAsync(policy, stamp, app.Alice with { AuthenticatedAt = app.Clock.Now }, Cancel);
        });
        Assert.True(saved.Succeeded);
    }

    private static async Task<Browser> SignIn(TestApp app, int i)
    {
        var browser = app.Open($"192.0.2.{i}");
        using var response = await browser.SignIn("carol");
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        return browser;
    }

    private static async Task<bool> IsOpen(Browser browser) => (await browser.Get("/me")).StatusCode == HttpStatusCode.OK;
}
