using System.Net;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Impersonation;
using UserAdmin.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace UserAdmin.Tests.Impersonation;

public class ActingPagesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task U14_Every_page_says_as_whom_somebody_acts_and_a_button_stops_it()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var alice = await app.SignInAs(app.Alice);
        await Start(app, carol.Id);

        foreach (var page in new[] { "/me", "/me/preferences", $"/people/{carol.Id}", "/account/terms", "/status/404" })
            Assert.Contains("You act as Carol Cooper until", await (await alice.Get(page)).Text(), StringComparison.Ordinal);
        var mine = await (await alice.Get("/me")).Text();
        var stopped = await alice.Post("/account/stop-acting", Token(mine));

        Assert.Contains("Carol Cooper", mine, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Redirect, $"/users/{carol.Id}"), (stopped.StatusCode, stopped.Target));
        Assert.DoesNotContain("You act as", await (await alice.Get("/me")).Text(), StringComparison.Ordinal);
    }

    [Theory, InlineData("/me/security"), InlineData("/me/sessions"), InlineData("/me/privacy"), InlineData("/me/enrol"), InlineData("/me/activity.csv"), InlineData("/me/activity.json"),
        InlineData("/account/confirm-identity"), InlineData("/account/new-passkey"), InlineData("/account/accept-terms"), InlineData("/users"), InlineData("/audit")]
    public async Task U14_Pages_of_the_persons_own_security_and_pages_they_may_not_see_are_closed_while_acting(string page)
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var alice = await app.SignInAs(app.Alice);
        await Start(app, carol.Id);

        Assert.Equal(HttpStatusCode.Forbidden, (await alice.Get(page)).StatusCode);
    }

    [Fact]
    public async Task U14_A_form_that_was_open_before_acting_began_does_nothing_in_the_other_name()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var alice = await app.SignInAs(app.Alice);
        var before = await (await alice.Get("/me")).Text();
        await Start(app, carol.Id);

        Assert.Equal(HttpStatusCode.BadRequest, (await alice.Post("/account/stop-acting", Token(before))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await alice.Post("/account/sign-out", Token(before))).StatusCode);
    }

    [Fact]
    public async Task U14_Signing_out_while_acting_signs_the_administrator_out()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var alice = await app.SignInAs(app.Alice);
        await Start(app, carol.Id);

        await alice.Post("/account/sign-out", Token(await (await alice.Get("/me")).Text()));

        Assert.Equal(app.Alice.Id, (await app.Event(AuditAction.SignedOut)).TargetId);
        Assert.Equal("Stopped", (await app.Event(AuditAction.ActingEnded)).Reason);
        Assert.Equal(HttpStatusCode.Redirect, (await alice.Get("/me")).StatusCode);
    }

    [Fact]
    public async Task E05_A_person_above_is_not_offered_to_act_as()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var erin = await app.SignInAs(await app.Given(Erin));

        Assert.Contains("Act as Carol Cooper", await (await erin.Get($"/users/{carol.Id}")).Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("Act as Alice Archer", await (await erin.Get($"/users/{app.Alice.Id}")).Text(), StringComparison.Ordinal);
    }

    private static async Task Start(TestApp app, Guid userId)
    {
        var owner = app.Alice.Id;
        var session = await app.Run((UserAdminDbContext db) => db.Sessions.Where(s => s.UserId == owner).OrderByDescending(s => s.CreatedAt).Select(s => s.Id).FirstAsync(Cancel));
        var actor = app.Alice with { SessionId = session, AuthenticatedAt = app.Clock.Now };
        Assert.True((await app.Run((ActingService acting) => acting.StartAsync(userId, new() { Reason = "Carol needs help" }, actor, Cancel))).Succeeded);
    }

    private static (string, string) Token(string page) =>
        ("__RequestVerificationToken", WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value));
}
