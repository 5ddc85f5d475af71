using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.AccessRequests;

public class AccessRequestTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R11_Somebody_asks_for_a_role_for_a_time_and_has_it_once_it_is_approved_and_no_longer()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));

        var id = await Ask(portal, carol, SystemRoles.Agent.Id, hours: 24);
        Assert.False((await portal.Again(carol)).Can(Permission.UsersView));
        Assert.True((await Approve(portal, id, alice, hours: 8, reason: "Fine for today")).Succeeded);

        Assert.True((await portal.Again(carol)).Can(Permission.UsersView));
        var (request, held) = (await Load(portal, id), await portal.Run((UserAdminDbContext db) => db.RoleAssignments.SingleAsync(a => a.UserId == carol.UserId, Cancel)));
        Assert.Equal((AccessRequestState.Approved, held.Id, "Alice Archer", "Fine for today"), (request.State, request.AssignmentId, request.DecidedByName, request.DecisionReason));
        Assert.Equal((portal.Clock.Now.AddHours(8), alice.UserId, "Asked for: Because of work"), (held.EndsAt, held.AssignedById, held.Reason));
        Assert.Equal((Alice.Email, "Carol Cooper asks for the role Agent"), await Mail(portal, MailKind.AccessRequested));
        Assert.Equal((Carol.Email, "You have the role Agent"), await Mail(portal, MailKind.AccessApproved));
        Assert.Equal((carol.UserId, "Because of work"), ((await portal.Event(AuditAction.AccessRequested)).TargetId, (await portal.Event(AuditAction.AccessRequested)).Reason));
        Assert.Equal(["Role: - -> Agent", "Hours: - -> 8"], (await portal.Event(AuditAction.AccessRequestApproved)).Differences);
        portal.Clock.Advance(TimeSpan.FromHours(8));
        Assert.False((await portal.Again(carol)).Can(Permission.UsersView));
    }

    [Fact]
    public async Task R11_A_declined_request_gives_nothing_and_says_why()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var id = await Ask(portal, carol, SystemRoles.Agent.Id);

        Assert.Equal(AccessRequestProblems.ReasonMissing, (await Decline(portal, id, alice, " ")).Problem);
        Assert.True((await Decline(portal, id, alice, "Not needed")).Succeeded);

        Assert.False(await portal.Run((UserAdminDbContext db) => db.RoleAssignments.AnyAsync(a => a.UserId == carol.UserId, Cancel)));
        Assert.Equal((AccessRequestState.Declined, "Not needed"), ((await Load(portal, id)).State, (await Load(portal, id)).DecisionReason));
        Assert.Contains("Not needed", (await portal.LastMail(MailKind.AccessDeclined)).Text);
        Assert.Equal("Not needed", (await portal.Event(AuditAction.AccessRequestDeclined)).Reason);
        Assert.Equal(AccessRequestProblems.Decided, (await Approve(portal, id, alice)).Problem);
    }

    [Fact]
    public async Task R11_The_same_is_asked_for_once_and_can_be_withdrawn()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var dave = await portal.Given(Dave);
        var id = await Ask(portal, carol, SystemRoles.Agent.Id);

        Assert.Equal(AccessRequestProblems.AskedAlready, (await TryAsk(portal, carol, SystemRoles.Agent.Id)).Problem);
        Assert.Equal(AccessRequestProblems.NotFound, (await Withdraw(portal, id, dave)).Problem);
        Assert.True((await Withdraw(portal, id, carol)).Succeeded);
        Assert.Equal(AccessRequestProblems.Decided, (await Withdraw(portal, id, carol)).Problem);
        Assert.Equal(AccessRequestProblems.Decided, (await Approve(portal, id, alice)).Problem);
        Assert.True((await Approve(portal, await Ask(portal, carol, SystemRoles.Agent.Id), alice)).Succeeded);
        Assert.Equal(AccessRequestProblems.HeldAlready, (await TryAsk(portal, carol, SystemRoles.Agent.Id)).Problem);
    }

    [Fact]
    public async Task R11_Only_roles_that_give_something_can_be_asked_for_and_never_being_an_owner()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var (acme, other) = (await portal.GivenPlace("Acme"), await portal.GivenPlace("Other"));
        var erin = await portal.Given(Erin, SystemRoles.Agent, acme);
        var inactive = await portal.GivenRole("Old", Permission.UsersView);
        await portal.Run((UserAdminDbContext db) => db.Roles.Where(r => r.Id == inactive).ExecuteUpdateAsync(row => row.SetProperty(r => r.IsActive, false), Cancel));
        portal.ForgetAccess();

        foreach (var role in new[] { SystemRoles.Owner.Id, SystemRoles.EndUser.Id, SystemRoles.OrganizationManager.Id, inactive, Guid.NewGuid() })
            Assert.Equal(AccessRequestProblems.NotRequestable, (await TryAsk(portal, carol, role)).Problem);
        Assert.Equal(AccessRequestProblems.NotMember, (await TryAsk(portal, carol, SystemRoles.Agent.Id, acme)).Problem);
        Assert.Equal(AccessRequestProblems.NotMember, (await TryAsk(portal, erin, SystemRoles.HelpDesk.Id, other)).Problem);
        Assert.True((await TryAsk(portal, erin, SystemRoles.OrganizationManager.Id, acme)).Succeeded);
        Assert.Equal(AccessRequestProblems.BadSpan, (await portal.Run((AccessRequestService service) => service.AskAsync(new() { RoleId = SystemRoles.Agent.Id, Hours = 24 * 366, Reason = "x" }, carol, Cancel))).Problem);
        Assert.Equal(["Acme"], (await portal.Run((RequestableRoles roles) => roles.FindAsync(acme, erin, Cancel))).Organizations.Select(choice => choice.Name));
    }

    [Fact]
    public async Task E05_Nobody_decides_their_own_request_or_gives_more_than_they_hold()
    {
        await using var portal = await TestPortal.StartAsync();
        var (heidi, carol) = (await portal.Given(Heidi), await portal.Given(Carol));
        var own = await Ask(portal, heidi, SystemRoles.HelpDesk.Id);
        var above = await Ask(portal, carol, SystemRoles.Administrator.Id);
        var within = await Ask(portal, carol, SystemRoles.Agent.Id);

        Assert.Equal(AccessRequestProblems.Own, (await Approve(portal, own, heidi)).Problem);
        Assert.Equal(AccessRequestProblems.Own, (await Decline(portal, own, heidi, "x")).Problem);
        Assert.Equal(AccessRequestProblems.AboveYou, (await Approve(portal, above, heidi)).Problem);
        Assert.Equal(ProblemKind.NotAllowed, (await Approve(portal, within, carol)).Problem?.Kind);
        Assert.Equal(2, (await portal.Events(AuditAction.AccessDenied)).Count);
        Assert.Equal(StepUp.Needed, (await Approve(portal, within, heidi with { AuthenticatedAt = portal.Clock.Now.AddMinutes(-11) })).Problem);
        Assert.Equal(AccessRequestProblems.TooLong, (await Approve(portal, within, heidi, hours: 24 * 8)).Problem);
        Assert.False(await portal.Run((UserAdminDbContext db) => db.RoleAssignments.AnyAsync(a => a.UserId == carol.UserId, Cancel)));
        var rows = (await portal.Run((AccessRequestDirectory directory) => directory.ListAsync(AccessRequestState.Open, PageStart.First, heidi, Cancel))).Page.Rows;
        Assert.Equal([(above, true, false), (own, false, false), (within, true, true)], rows.Select(row => (row.Id, row.MayDecide, row.MayApprove)).OrderBy(row => row.Id == within).ThenBy(row => row.Id == own));
    }

    [Fact]
    public async Task R8_A_manager_of_an_organization_decides_what_is_asked_for_there_and_sees_nothing_else()
    {
        await using var portal = await TestPortal.StartAsync();
        var (acme, other) = (await portal.GivenPlace("Acme"), await portal.GivenPlace("Other"));
        var ivan = await portal.Given(new("Ivan", "Irving", null), SystemRoles.OrganizationManager, acme);
        var (carol, dave) = (await portal.Given(Carol), await portal.Given(Dave));
        await Join(portal, acme, carol);
        await Join(portal, other, dave);
        var here = await Ask(portal, carol, SystemRoles.Agent.Id, acme);
        var (there, everywhere) = (await Ask(portal, dave, SystemRoles.Agent.Id, other), await Ask(portal, carol, SystemRoles.Agent.Id));

        Assert.Equal([here], (await portal.Run((AccessRequestDirectory directory) => directory.ListAsync(null, PageStart.First, ivan, Cancel))).Page.Rows.Select(row => row.Id));
        Assert.Equal(AccessRequestProblems.NotFound, (await Approve(portal, there, ivan)).Problem);
        Assert.Equal(AccessRequestProblems.NotFound, (await Decline(portal, everywhere, ivan, "x")).Problem);
        Assert.True((await Approve(portal, here, ivan)).Succeeded);
        Assert.True((await portal.Again(carol)).CanIn(acme, Permission.UsersView));
        Assert.Equal(1, (await portal.Mails()).Count(mail => mail.Kind == MailKind.AccessRequested.Key));
    }

    [Fact]
    public async Task A_request_of_somebody_who_left_the_organization_gives_nothing()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, acme) = (await portal.Given(Alice), await portal.Given(Carol), await portal.GivenPlace("Acme"));
        await Join(portal, acme, carol);
        var id = await Ask(portal, carol, SystemRoles.Agent.Id, acme);
        await portal.Run((UserAdminDbContext db) => db.Memberships.ExecuteDeleteAsync(Cancel));

        Assert.Equal(AccessRequestProblems.PersonGone, (await Approve(portal, id, alice)).Problem);
        Assert.Equal(AccessRequestState.Open, (await Load(portal, id)).State);
    }

    [Fact]
    public async Task R11_Deciders_are_reminded_once_of_what_nobody_decided_for_days()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Given(Alice);
        var carol = await portal.Given(Carol);
        await Ask(portal, carol, SystemRoles.Agent.Id);
        Task<int> Remind() => portal.Run((AccessRequestReminders reminders) => reminders.RemindAsync(Cancel));

        Assert.Equal(0, await Remind());
        portal.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(1, await Remind());
        Assert.Equal(0, await Remind());
        Assert.Equal((Alice.Email, "Carol Cooper still waits for the role Agent"), await Mail(portal, MailKind.AccessRequestReminder));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Of_many_who_decide_at_once_one_does(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob, carol) = (await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Carol));
        for (var round = 0; round < 5; round++)
        {
            var id = await Ask(portal, carol, SystemRoles.Agent.Id);

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? Approve(portal, id, alice) : Decline(portal, id, bob, "No")));

            Assert.Single(answers, answer => answer.Succeeded);
            Assert.All(answers.Where(answer => !answer.Succeeded), answer => Assert.Equal(AccessRequestProblems.Decided, answer.Problem));
            var isApproved = (await Load(portal, id)).State == AccessRequestState.Approved;
            Assert.Equal(isApproved ? 1 : 0, await portal.Run((UserAdminDbContext db) => db.RoleAssignments.CountAsync(a => a.UserId == carol.UserId, Cancel)));
            await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == carol.UserId).ExecuteDeleteAsync(Cancel));
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Asked_many_times_at_once_it_is_asked_once(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => TryAsk(portal, carol, SystemRoles.Agent.Id)));

        Assert.Single(answers, answer => answer.Succeeded);
        Assert.All(answers.Where(answer => !answer.Succeeded), answer => Assert.Equal(AccessRequestProblems.AskedAlready, answer.Problem));
    }

    private static Task<Result<Guid>> TryAsk(TestPortal portal, Actor actor, Guid role, Guid? organization = null, int? hours = 24 * 7) =>
        portal.Run((AccessRequestService service) => service.AskAsync(new() { RoleId = role, OrganizationId = organization, Hours = hours, Reason = "Because of work" }, actor, Cancel));

    private static async Task<Guid> Ask(TestPortal portal, Actor actor, Guid role, Guid? organization = null, int? hours = 24 * 7)
    {
        var asked = await TryAsk(portal, actor, role, organization, hours);
        Assert.True(asked.Succeeded, asked.Problem?.Message);
        return asked.Value;
    }

    private static Task<Result> Approve(TestPortal portal, Guid id, Actor actor, int? hours = null, string reason = "") =>
        portal.Run((AccessRequestService service) => service.ApproveAsync(id, new() { Hours = hours, Reason = reason }, actor, Cancel));

    private static Task<Result> Decline(TestPortal portal, Guid id, Actor actor, string reason) =>
        portal.Run((AccessRequestService service) => service.DeclineAsync(id, new() { Reason = reason }, actor, Cancel));

    private static Task<Result> Withdraw(TestPortal portal, Guid id, Actor actor) => portal.Run((AccessRequestService service) => service.WithdrawAsync(id, actor, Cancel));

    private static Task<AccessRequest> Load(TestPortal portal, Guid id) => portal.Run((UserAdminDbContext db) => db.AccessRequests.AsNoTracking().SingleAsync(r => r.Id == id, Cancel));

    private static async Task<(string, string)> Mail(TestPortal portal, MailKind kind) => (await portal.LastMail(kind)) is { } mail ? (mail.To, mail.Subject) : default;

    private static Task<int> Join(TestPortal portal, Guid organization, Actor actor) => portal.Run((UserAdminDbContext db) =>
    {
        db.Memberships.Add(new() { OrganizationId = organization, UserId = actor.Id, JoinedAt = portal.Clock.Now });
        return db.SaveChangesAsync(Cancel);
    });
}
