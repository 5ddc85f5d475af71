using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;
using UserAdmin.Tests.Exports;

namespace UserAdmin.Tests.AccessReviews;

public class AccessReviewTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R10_A_reviewer_keeps_and_removes_and_the_result_is_evidence()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, frank, heidi) = (await app.Given(Carol), await app.Given(Frank), await app.Given(new("Hans", "=Huber", SystemRoles.HelpDesk)));
        await app.Given(Grace);
        var id = await Start(app, app.Alice, carol, SystemRoles.HelpDesk.Id);
        var items = await Items(app, id, carol);

        var kept = await Decide(app, id, carol, ReviewDecision.Keep, "Still there", items.Single(item => item.UserId == frank.UserId).Id);
        var removed = await Decide(app, id, carol, ReviewDecision.Remove, "Left", items.Single(item => item.UserId == heidi.UserId).Id);
        var closed = await app.Run((AccessReviewService service) => service.CloseAsync(id, carol, Cancel));

        Assert.Equal((2, 0, 0, true), (items.Count, kept.Value!.Count, removed.Value!.Count, closed.Succeeded));
        Assert.True((await app.Again(frank)).Can(Permission.UsersView));
        Assert.False((await app.Again(heidi)).Can(Permission.UsersView));
        var review = (await app.Run((AccessReviewDirectory directory) => directory.FindAsync(id, carol, Cancel)))!;
        Assert.Equal((1, 1, 0, "Carol Cooper", "Help desk"), (review.Kept, review.Removed, review.Undecided, review.ClosedByName, review.Subject));
        Assert.Equal((heidi.UserId, "Left"), ((await app.Event(AuditAction.AccessReviewRemoved)).TargetId, (await app.Event(AuditAction.AccessReviewRemoved)).Reason));
        Assert.Equal(["Kept: - -> 1", "Removed: - -> 1", "Undecided: - -> 0"], (await app.Event(AuditAction.AccessReviewClosed)).Differences);
        Assert.Equal(Carol.Email, (await app.LastMail(MailKind.AccessReviewStarted)).To);
        using var browser = await app.SignInAs(carol);
        var csv = await (await browser.Export(ReviewEvidenceExport.ListName, ExportFormat.Csv, new ReviewEvidenceQuery(id))).Text();
        Assert.Contains("\"Hans =Huber\",\"Help desk\",\"Everywhere\"", csv);
        Assert.Contains("\"Removed\",\"Left\"", csv);
        Assert.Contains("\"Kept\",\"Still there\"", csv);
        await app.Event(AuditAction.ExportMade);
        Assert.Equal(AccessReviewProblems.Closed, (await Decide(app, id, carol, ReviewDecision.Remove, null, items[0].Id)).Problem);
        Assert.Equal(AccessReviewProblems.Closed, (await app.Run((AccessReviewService service) => service.CloseAsync(id, carol, Cancel))).Problem);
    }

    [Fact]
    public async Task E02_A_review_of_others_looks_missing()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, dave, grace) = (await app.Given(Carol), await app.Given(Dave), await app.Given(Grace));
        await app.Given(Frank);
        var id = await Start(app, app.Alice, carol, SystemRoles.HelpDesk.Id);
        var item = (await Items(app, id, carol))[0].Id;

        foreach (var (actor, status) in new[] { (carol, HttpStatusCode.OK), (grace, HttpStatusCode.OK), (dave, HttpStatusCode.NotFound) })
        {
            using var browser = await app.SignInAs(actor);
            Assert.Equal(status, (await browser.Get($"/access-reviews/{id}")).StatusCode);
            Assert.Equal(status, (await browser.Export(ReviewEvidenceExport.ListName, ExportFormat.Csv, new ReviewEvidenceQuery(id))).StatusCode);
        }
        Assert.Empty(await Items(app, id, dave));
        Assert.Empty(await app.Run((AccessReviewDirectory directory) => directory.ListAsync(dave, Cancel)));
        Assert.Equal(AccessReviewProblems.NotFound, (await Decide(app, id, dave, ReviewDecision.Remove, null, item)).Problem);
        Assert.Equal(AccessReviewProblems.NotReviewer, (await Decide(app, id, app.Alice, ReviewDecision.Remove, null, item)).Problem);
        Assert.Equal(ProblemKind.NotAllowed, (await app.Run((AccessReviewService service) => service.CloseAsync(id, grace, Cancel))).Problem?.Kind);
    }

    [Fact]
    public async Task E05_Nobody_lets_others_review_what_they_may_not_take_away_and_a_review_is_worth_no_more_than_its_starter()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, erin, carol) = (await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Erin), await portal.Given(Carol));
        var frank = await portal.Given(Frank);

        Assert.Equal(AccessReviewProblems.AboveYou, (await TryStart(portal, erin, carol, SystemRoles.Owner.Id)).Problem);
        Assert.Equal(ProblemKind.NotAllowed, (await TryStart(portal, frank, carol, SystemRoles.HelpDesk.Id)).Problem?.Kind);
        Assert.Equal(StepUp.Needed, (await TryStart(portal, erin with { AuthenticatedAt = portal.Clock.Now.AddMinutes(-11) }, carol, SystemRoles.HelpDesk.Id)).Problem);
        var id = await Start(portal, erin, carol, SystemRoles.HelpDesk.Id);
        await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == erin.UserId).ExecuteDeleteAsync(Cancel));
        var refused = await Decide(portal, id, carol, ReviewDecision.Remove, null, [.. (await Items(portal, id, carol)).Select(item => item.Id)]);
        Assert.Equal(AccessReviewProblems.StarterGone, Assert.Single(refused.Value!).Value);
        Assert.True((await portal.Again(frank)).Can(Permission.UsersView));
        Assert.Equal((1, null), ((await Items(portal, id, carol)).Count, (await Items(portal, id, carol))[0].Decision));
        Assert.NotEqual(alice.UserId, bob.UserId);
    }

    [Fact]
    public async Task E07_A_review_removes_neither_the_last_owner_nor_the_reviewer()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, carol) = (await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Carol));
        var own = await Start(portal, alice, bob, SystemRoles.Owner.Id);
        var byCarol = await Start(portal, alice, carol, SystemRoles.Owner.Id);

        var ownItems = await Items(portal, own, bob);
        var mine = await Decide(portal, own, bob, ReviewDecision.Keep, null, ownItems.Single(item => item.UserId == bob.UserId).Id);
        Assert.Equal(AccessReviewProblems.Own, Assert.Single(mine.Value!).Value);
        // Bob goes first, then Alice would be the last.
        var items = await Items(portal, byCarol, carol);
        Assert.Empty((await Decide(portal, byCarol, carol, ReviewDecision.Remove, "x", items.Single(item => item.UserId == bob.UserId).Id)).Value!);
        Assert.Equal("user.last_owner", Assert.Single((await Decide(portal, byCarol, carol, ReviewDecision.Remove, "x", items.Single(item => item.UserId == alice.UserId).Id)).Value!).Value.Code);
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.RoleAssignments.CountAsync(a => a.RoleId == SystemRoles.Owner.Id, Cancel)));
    }

    [Fact]
    public async Task R10_A_review_of_an_organization_has_what_was_given_in_it_and_below_and_needs_something_to_review()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var acme = await portal.GivenPlace("Acme");
        var (below, other) = (await portal.GivenPlace("Acme North", acme), await portal.GivenPlace("Other"));
        await portal.Given(new("Ann", "A", null), SystemRoles.Agent, acme);
        await portal.Given(new("Ben", "B", null), SystemRoles.OrganizationManager, below);
        await portal.Given(new("Cem", "C", null), SystemRoles.Agent, other);

        var id = await Start(portal, alice, carol, null, acme);

        Assert.Equal([("Ann A", "Acme"), ("Ben B", "Acme North")], (await Items(portal, id, carol)).Select(item => (item.UserName, item.OrganizationName!)));
        Assert.Equal(AccessReviewProblems.NothingToReview, (await TryStart(portal, alice, carol, SystemRoles.Auditor.Id)).Problem);
        Assert.Equal(AccessReviewProblems.NothingChosen, (await TryStart(portal, alice, carol, null)).Problem);
        Assert.Equal(AccessReviewProblems.DuePast, (await TryStart(portal, alice, carol, null, acme, days: -2)).Problem);
        Assert.Equal(AccessReviewProblems.ReviewerGone, (await portal.Run((AccessReviewService service) => service.StartAsync(new() { Name = "x", OrganizationId = acme, ReviewerId = Guid.NewGuid(), DueOn = DateOnly.FromDateTime(portal.Clock.Now.UtcDateTime) }, alice, Cancel))).Problem);
    }

    [Fact]
    public async Task R10_A_reviewer_is_reminded_once_before_the_day_it_is_due()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await portal.Given(Frank);
        await Start(portal, alice, carol, SystemRoles.HelpDesk.Id);
        Task<int> Remind() => portal.Run((AccessReviewReminders reminders) => reminders.RemindAsync(Cancel));

        Assert.Equal(0, await Remind());
        portal.Clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal((1, 0), (await Remind(), await Remind()));
        Assert.Equal((Carol.Email, "Due soon: Help desk review"), ((await portal.LastMail(MailKind.AccessReviewReminder)).To, (await portal.LastMail(MailKind.AccessReviewReminder)).Subject));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Removing_the_same_at_once_removes_it_once(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await portal.Given(Frank);
        var id = await Start(portal, alice, carol, SystemRoles.HelpDesk.Id);
        var item = (await Items(portal, id, carol))[0].Id;

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Decide(portal, id, carol, ReviewDecision.Remove, null, item)));

        Assert.Single(answers, answer => answer.Value!.Count == 0);
        Assert.All(answers.SelectMany(answer => answer.Value!.Values), problem => Assert.Equal(AccessReviewProblems.Removed, problem));
        await portal.Event(AuditAction.AccessReviewRemoved);
    }

    private static Task<Result<Guid>> TryStart(ITestPortal portal, Actor actor, Actor reviewer, Guid? role, Guid? organization = null, int days = 10) => portal.Run((AccessReviewService service) => service.StartAsync(
        new() { Name = "Help desk review", RoleId = role, OrganizationId = organization, ReviewerId = reviewer.Id, DueOn = DateOnly.FromDateTime(portal.Clock.Now.UtcDateTime).AddDays(days) }, actor, Cancel));

    private static async Task<Guid> Start(ITestPortal portal, Actor actor, Actor reviewer, Guid? role, Guid? organization = null)
    {
        var started = await TryStart(portal, actor, reviewer, role, organization);
        Assert.True(started.Succeeded, started.Problem?.Message);
        return started.Value;
    }

    private static async Task<IReadOnlyList<ReviewItemRow>> Items(ITestPortal portal, Guid id, Actor actor) =>
        (await portal.Run((AccessReviewDirectory directory) => directory.ItemsAsync(id, false, PageStart.First, actor, Cancel))).Rows;

    private static Task<Result<IReadOnlyDictionary<Guid, Problem>>> Decide(ITestPortal portal, Guid id, Actor actor, ReviewDecision decision, string? comment, params Guid[] items) =>
        portal.Run((ReviewDecisions decisions) => decisions.DecideAsync(id, items, decision, comment, actor, Cancel));
}
