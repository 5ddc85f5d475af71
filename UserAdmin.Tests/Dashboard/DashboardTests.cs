using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Dashboard;

public class DashboardTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task The_figures_are_what_happened(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        await app.Given(Carol);
        await app.Given(Bob, user => user.TwoFactorEnabled = true);
        var dave = await app.Given(Dave);
        await app.Run((UserService users) => users.CreateAsync(new() { FirstName = "New", LastName = "Person", UserName = "new", Email = "new@example.org" }, app.Alice, Cancel));
        await app.Run((UserLifecycle users) => users.DeleteAsync(dave.Id, "left", app.Alice, Cancel));
        await app.Open().SignIn("carol");
        await app.Open().SignIn("carol", "wrong");

        var figures = await Figures(app, app.Alice);

        Assert.Equal((4, 1, 1, 3), (figures.Total, figures.OpenSessions, figures.WithTwoFactor, figures.NeverSignedIn));
        Assert.Equal((3, 1, 1), (figures.ByStatus[UserStatus.Active], figures.ByStatus[UserStatus.Pending], figures.ByStatus[UserStatus.Deleted]));
        Assert.Equal(30, figures.Days.Count);
        Assert.Equal((DateOnly.FromDateTime(app.Clock.Now.UtcDateTime), 1L), (figures.Days[^1].Day, figures.SessionsByHour[^1]));
        Assert.Equal(("Owner", 2L), (Assert.Single(figures.Roles).Name, figures.Roles[0].People));
        Assert.Equal(new DayFigures(DateOnly.FromDateTime(app.Clock.Now.UtcDateTime), 1, 1, 1), figures.Days[^1]);
    }

    [Fact]
    public async Task Somebody_without_permission_gets_no_figures()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        Assert.Null(await portal.Run((DashboardService dashboard) => dashboard.FindAsync(TimeZoneInfo.Utc, carol, Cancel)));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task What_needs_attention_is_told_to_those_who_may_see_it(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, heidi) = (await portal.Given(Alice), await portal.Given(Heidi));
        await portal.Given(Carol, user => user.Lock(portal.Clock.Now.AddHours(1), "guessing"));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.OutboxMessages.Add(new() { Channel = Channel.Email, Recipient = "a@example.org", Template = "activation", Language = "en", Subject = "x", State = MessageState.Dead, CreatedAt = portal.Clock.Now, NextAttemptAt = portal.Clock.Now });
            db.Invitations.Add(new() { Email = "b@example.org", NormalizedEmail = "B@EXAMPLE.ORG", Hash = new byte[32], Language = "en", InvitedByName = "Alice", CreatedAt = portal.Clock.Now, SentAt = portal.Clock.Now, ExpiresAt = portal.Clock.Now.AddHours(5) });
            db.JobRuns.Add(new() { Job = "x", ScheduledFor = portal.Clock.Now, StartedAt = portal.Clock.Now, Outcome = JobOutcome.Failed, Server = "s" });
            db.Record(AuditAction.DataSeeded, alice, null, portal.Clock.Now.AddMinutes(-6));
            db.Record(AuditAction.DataSeeded, alice, null, portal.Clock.Now);
            return await db.SaveChangesAsync(Cancel);
        });
        // Sealing stands still: the same event waits at both looks.
        await portal.Services.GetRequiredService<AuditWatch>().LookAsync(Cancel);
        portal.Clock.Advance(TimeSpan.FromMinutes(4));
        await portal.Services.GetRequiredService<AuditWatch>().LookAsync(Cancel);

        Assert.Equal(["/audit", "/invitations?state=sent", "/jobs/runs?wrong=yes", "/notifications?state=dead", "/users?status=locked"], await Waiting(portal, alice));
        Assert.Equal(["/invitations?state=sent", "/users?status=locked"], await Waiting(portal, heidi));
    }

    private static async Task<IEnumerable<string>> Waiting(TestPortal portal, Actor actor)
    {
        for (var attempt = 0; attempt < 100; attempt++)
            if (await portal.Run((AttentionService attention) => attention.FindAsync(actor, Cancel)) is { } kept)
                return kept.Value.Select(item => item.Address).Order(StringComparer.Ordinal);
        throw new TimeoutException("The figures were never computed.");
    }

    // The first computation may take longer than the page waits for it; asking again is what the page does then.
    private static async Task<DashboardFigures> Figures(TestApp app, Actor actor)
    {
        for (var attempt = 0; attempt < 100; attempt++)
            if (await app.Run((DashboardService dashboard) => dashboard.FindAsync(TimeZoneInfo.Utc, actor, Cancel)) is { } kept)
                return kept.Value;
        throw new TimeoutException("The figures were never computed.");
    }
}
