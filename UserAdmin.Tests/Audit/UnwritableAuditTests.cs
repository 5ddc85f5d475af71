using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using UserAdmin.Tests.Api;

namespace UserAdmin.Tests.Audit;

/// <summary>What can't be recorded does not happen.</summary>
public sealed class UnwritableAuditTests
{
    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Each))]
    public async Task J07_When_an_event_cant_be_written_nothing_changes_and_forms_and_endpoints_answer_503(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var carol = await app.Given(Carol);
        using var known = await app.SignInAs(carol);
        using var stranger = app.Open();
        var page = await (await known.Get("/me")).Text();
        var (sessions, events) = (await CountAsync(app, db => db.Sessions), await CountAsync(app, db => db.AuditEvents));
        await DoAsync(app, Refuse(provider));

        using var signIn = await stranger.SignIn("carol");
        using var signOut = await known.Submit("/account/sign-out", page);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (signIn.StatusCode, signOut.StatusCode));
        foreach (var answer in new[] { signIn, signOut })
            Assert.Contains("what it can&#x27;t record it doesn&#x27;t do", await answer.Text(), StringComparison.Ordinal);
        Assert.Equal((sessions, events), (await CountAsync(app, db => db.Sessions), await CountAsync(app, db => db.AuditEvents)));
        Assert.Equal(HttpStatusCode.OK, (await known.Get("/me")).StatusCode);
        await DoAsync(app, Allow(provider));
        Assert.Equal(HttpStatusCode.Found, (await stranger.SignIn("carol")).StatusCode);
    }

    [Fact]
    public async Task J07_The_API_answers_503_as_well_and_makes_nobody()
    {
        await using var app = await TestApp.StartAsync();
        using var program = await ApiClient.SignInAsync(app, app.Alice);
        await DoAsync(app, Refuse(DatabaseProvider.Sqlite));

        using var refused = await program.Post("/api/v1/users", new { username = "john_doe", email = "john@example.com", first_name = "John", last_name = "Doe" });

        Assert.Equal((503, "not_recorded"), (refused.Status, (string?)(await refused.Json())["code"]));
        Assert.Equal(1, await CountAsync(app, db => db.Users));
    }

    [Theory, MemberData(nameof(Each))]
    public async Task J07_A_service_takes_an_event_that_cant_be_written_for_no_other_failure(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var north = (await portal.Run((OrganizationService organizations) => organizations.CreateAsync(new() { Name = "North" }, null, alice, Cancel))).Value;
        await DoAsync(portal, Refuse(provider));

        var failure = await Assert.ThrowsAsync<AuditNotWrittenException>(() => portal.Run((TeamService teams) => teams.CreateAsync(north, new() { Name = "Blue" }, alice, Cancel)));
        await DoAsync(portal, Allow(provider));
        await portal.Run((TeamService teams) => teams.CreateAsync(north, new() { Name = "Blue" }, alice, Cancel));
        var taken = await portal.Run((TeamService teams) => teams.CreateAsync(north, new() { Name = "blue" }, alice, Cancel));

        Assert.True(DatabaseOutage.IsBehind(failure));
        Assert.Single(await portal.Run((UserAdminDbContext db) => db.Teams.ToListAsync(Cancel)));
        Assert.Equal(OrganizationProblems.TeamNameTaken.Code, taken.Problem?.Code);
        Assert.False(DatabaseOutage.IsBehind(new InvalidOperationException("Ours", new DbUpdateException())));
    }

    private static string[] Refuse(DatabaseProvider provider) => provider == DatabaseProvider.PostgreSql
        ? ["CREATE FUNCTION refuse_events() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no room''; END'", "CREATE TRIGGER refuse_events BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_events()"]
        : ["CREATE TRIGGER refuse_events BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no room'); END"];

    private static string[] Allow(DatabaseProvider provider) => [provider == DatabaseProvider.PostgreSql ? "DROP TRIGGER refuse_events ON audit_events" : "DROP TRIGGER refuse_events"];

    private static async Task DoAsync(ITestPortal portal, string[] statements)
    {
        foreach (var statement in statements)
            await portal.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync(statement, Cancel));
    }

    private static Task<int> CountAsync<T>(TestApp app, Func<UserAdminDbContext, IQueryable<T>> rows) => app.Run((UserAdminDbContext db) => rows(db).CountAsync(Cancel));
}
