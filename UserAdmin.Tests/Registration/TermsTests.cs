using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Registration;

namespace UserAdmin.Tests.Registration;

public class TermsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task D4_A_new_version_is_asked_for_once_and_its_acceptance_is_kept()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);

        Assert.DoesNotContain("Read and accept", await (await browser.Get("/me")).Text());
        await Publish(app, "# Be kind\n\nTo **everybody**.");
        Assert.Contains("href=\"/account/accept-terms?returnUrl=%2Fme\"", await (await browser.Get("/me")).Text());
        var page = await (await browser.Get("/account/accept-terms?returnUrl=/me")).Text();
        var accepted = await Accept(browser, page);

        Assert.Contains("<h2>Be kind</h2>", page);
        Assert.Contains("<strong>everybody</strong>", page);
        Assert.Equal("/me", accepted.Target);
        Assert.DoesNotContain("Read and accept", await (await browser.Get("/me")).Text());
        Assert.Equal("/me", (await browser.Get("/account/accept-terms?returnUrl=/me")).Target);
        var row = Assert.Single(await app.Run((TermsService terms) => terms.ListAcceptancesAsync(carol.Id, app.Alice, Cancel)));
        Assert.Equal((1, "192.0.2.1"), (row.Number, row.Address));
        Assert.Equal((carol.UserId, "version 1"), ((await app.Event(AuditAction.TermsAccepted)).ActorId, (await app.Event(AuditAction.TermsAccepted)).TargetName));

        await Publish(app, "# Be kinder", after: 1);
        Assert.Contains("Read and accept", await (await browser.Get("/me")).Text());
        Assert.Equal("/me", (await Accept(browser, await (await browser.Get("/account/accept-terms?returnUrl=/me")).Text())).Target);
        Assert.Equal([2, 1], (await app.Run((TermsService terms) => terms.ListAcceptancesAsync(carol.Id, carol, Cancel))).Select(acceptance => acceptance.Number));
    }

    [Fact]
    public async Task D4_Terms_that_changed_while_somebody_read_them_are_shown_again()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(await app.Given(Carol));
        await Publish(app, "The first text");
        var page = await (await browser.Get("/account/accept-terms")).Text();
        await Publish(app, "The second text", after: 1);

        using var answer = await Accept(browser, page);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var shown = await answer.Text();
        Assert.Contains("changed in the meantime", shown);
        Assert.Contains("The second text", shown);
        Assert.Empty(await app.Events(AuditAction.TermsAccepted));
    }

    [Fact]
    public async Task D4_Everybody_can_read_the_current_terms()
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = app.Open();

        Assert.Contains("There are no terms of use here", await (await stranger.Get("/account/terms")).Text());
        await Publish(app, "The first text");

        var page = await (await stranger.Get("/account/terms")).Text();
        Assert.Contains("The first text", page);
        Assert.Contains("Version 1", page);
    }

    [Fact]
    public async Task F01_Nothing_in_terms_becomes_a_script_or_a_foreign_picture()
    {
        await using var app = await TestApp.StartAsync();
        using var stranger = app.Open();
        await Publish(app, """
            <script>alert(1)</script> <img src=x onerror=alert(2)>

            [one](javascript:alert(3)) [two](data:text/html,x) [three](/users) ![four](https://evil.example/x.png) [five](https://example.org/a) <javascript:alert(6)> [seven]

            [seven]: vbscript:x
            """);

        var page = await (await stranger.Get("/account/terms")).Text();
        var body = page[page.IndexOf("<div class=\"prose\">", StringComparison.Ordinal)..page.IndexOf("Go to the start page", StringComparison.Ordinal)];

        Assert.DoesNotContain("<script", body);
        Assert.DoesNotContain("<img", body);
        Assert.Equal(["https://example.org/a", "/"], System.Text.RegularExpressions.Regex.Matches(body, "href=\"([^\"]*)\"").Select(link => link.Groups[1].Value));
        Assert.Contains("&lt;script&gt;", body);
        Assert.Contains("four", body);
    }

    [Fact]
    public async Task Only_who_may_edit_settings_publishes_terms_and_only_after_a_fresh_sign_in()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var carol = await portal.Given(Carol);
        Task<Result<int>> Publish(string body, int after, Actor actor) => portal.Run((TermsService terms) => terms.PublishAsync(body, after, actor, Cancel));

        Assert.Equal(ProblemKind.NotAllowed, (await Publish("text", 0, carol)).Problem?.Kind);
        Assert.Empty(await portal.Run((TermsService terms) => terms.ListAsync(carol, Cancel)));
        Assert.Equal("terms.empty", (await Publish(" \n ", 0, alice)).Problem?.Code);
        Assert.Equal("terms.too_long", (await Publish(new string('x', 100_001), 0, alice)).Problem?.Code);
        Assert.Equal("terms.hidden", (await Publish("a\u202Eb", 0, alice)).Problem?.Code);
        Assert.Equal(1, (await Publish("text\r\nmore", 0, alice)).Value);
        Assert.Equal("terms.same", (await Publish("text\nmore\n", 1, alice)).Problem?.Code);
        Assert.Equal("terms.newer", (await Publish("other", 0, alice)).Problem?.Code);
        portal.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(ProblemKind.StepUp, (await Publish("other", 1, alice)).Problem?.Kind);
        Assert.Equal("version 1", (await portal.Event(AuditAction.TermsPublished)).TargetName);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task D4_Of_ten_who_publish_at_once_one_does_and_accepting_ten_times_at_once_counts_once(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var carol = await portal.Given(Carol);

        var published = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => portal.Run((TermsService terms) => terms.PublishAsync($"text {i}", 0, alice, Cancel))));
        var accepted = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => portal.Run((TermsService terms) => terms.AcceptAsync(1, carol, Cancel))));

        Assert.Single(published, result => result.Succeeded);
        Assert.All(published.Where(result => !result.Succeeded), result => Assert.Equal("terms.newer", result.Problem!.Code));
        Assert.All(accepted, result => Assert.True(result.Succeeded));
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.TermsAcceptances.CountAsync(Cancel)));
        await portal.Event(AuditAction.TermsAccepted);
    }

    [Fact]
    public async Task What_somebody_accepted_is_shown_to_them_and_to_who_may_see_people()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        await portal.Run((TermsService terms) => terms.PublishAsync("text", 0, alice, Cancel));
        await portal.Run((TermsService terms) => terms.AcceptAsync(1, carol, Cancel));

        Task<IReadOnlyList<AcceptanceRow>> List(Actor actor) => portal.Run((TermsService terms) => terms.ListAcceptancesAsync(carol.Id, actor, Cancel));

        Assert.Single(await List(carol));
        Assert.Single(await List(alice));
        Assert.Empty(await List(dave));
    }

    private static async Task Publish(TestApp app, string body, int after = 0)
    {
        var published = await app.Run((TermsService terms) => terms.PublishAsync(body, after, app.Alice, Cancel));
        Assert.True(published.Succeeded, published.Problem?.Message);
    }

    private static Task<HttpResponseMessage> Accept(Browser browser, string page) => browser.Submit("/account/accept-terms?returnUrl=/me", page);
}
