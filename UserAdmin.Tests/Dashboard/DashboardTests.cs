using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
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
        Assert.Equal(new DayFigures(DateOnly.FromDateTime(app.Clock.Now.UtcDateTime), 1, 1, 1), figures.Days[^1]);
    }

    [Fact]
    public async Task Somebody_without_permission_gets_no_figures()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        Assert.Null(await portal.Run((DashboardService dashboard) => dashboard.FindAsync(carol, Cancel)));
    }

    // The first computation may take longer than the page waits for it; asking again is what the page does then.
    private static async Task<DashboardFigures> Figures(TestApp app, Actor actor)
    {
        for (var attempt = 0; attempt < 100; attempt++)
            if (await app.Run((DashboardService dashboard) => dashboard.FindAsync(actor, Cancel)) is { } kept)
                return kept.Value;
        throw new TimeoutException("The figures were never computed.");
    }
}
