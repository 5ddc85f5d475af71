using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Registration;

public class JoiningTests
{
    private const string Accepted = "This invitation has been accepted already.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task O4_Somebody_with_an_account_signs_in_on_the_way_and_joins_with_role_and_team()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol, user => user.EmailConfirmed = true);
        var acme = await app.GivenPlace("Acme");
        var team = await InvitingIntoOrganizationsTests.GivenTeam(app, acme);
        await InvitingIntoOrganizationsTests.Invite(app, app.Alice, acme, SystemRoles.Agent.Id, team, Carol.Email);
        using var browser = app.Open();
        using var opened = await browser.Get($"/account/invitation/{await InvitingTests.SecretOf(app)}");

        var stranger = await (await browser.Get("/account/invitation")).Text();
        using var signedIn = await browser.SignIn("carol", path: "/account/sign-in?returnUrl=%2Faccount%2Finvitation");
        var page = await (await browser.Get(signedIn.Target!)).Text();
        using var joined = await browser.Submit("/account/invitation", page);

        Assert.Contains("Alice Archer invites you to Acme.", stranger);
        Assert.Contains("href=\"/account/sign-in?returnUrl=%2Faccount%2Finvitation\"", stranger);
        Assert.Equal("/account/invitation", signedIn.Target);
        Assert.Contains("You get the role Agent.", page);
        Assert.Contains("You get into the team Blue.", page);
        Assert.Contains("You are a member of Acme now.", await joined.Text());
        Assert.Null(browser.Cookie("__Host-useradmin-invitation"));
        Assert.Equal((1, 1), await app.Run(async (UserAdminDbContext db) => (await db.Memberships.CountAsync(m => m.UserId == carol.UserId && m.OrganizationId == acme, Cancel), await db.TeamMembers.CountAsync(m => m.UserId == carol.UserId && m.TeamId == team, Cancel))));
        Assert.True((await app.Again(carol)).CanIn(acme, Permission.UsersView));
        Assert.False((await app.Again(carol)).Can(Permission.UsersView));
        Assert.Equal(["Organization: - -> Acme", "Role: - -> Agent", "Team: - -> Blue"], (await app.Event(AuditAction.InvitationAccepted)).Differences);
    }

    [Fact]
    public async Task E08_Another_account_is_refused_and_what_a_form_says_changes_nothing()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol, user => user.EmailConfirmed = true);
        var dave = await app.Given(Dave, user => user.EmailConfirmed = true);
        var (acme, other) = (await app.GivenPlace("Acme"), await app.GivenPlace("Other"));
        await InvitingIntoOrganizationsTests.Invite(app, app.Alice, acme, SystemRoles.Agent.Id, null, Carol.Email);
        using var browser = await app.SignInAs(dave);
        await browser.Get($"/account/invitation/{await InvitingTests.SecretOf(app)}");

        var page = await (await browser.Get($"/account/invitation?organization={other}&role={SystemRoles.Owner.Id}&email=dave@example.org")).Text();
        var refused = await app.Run(async (InvitationAcceptance acceptance) => await acceptance.JoinAsync(await InvitingTests.SecretOf(app), dave, Cancel));

        Assert.Contains("You are signed in with another email address than the invited one.", page);
        Assert.DoesNotContain("name=\"_handler\" value=\"join\"", page);
        Assert.Equal(InvitationProblems.OtherAccount, refused.Problem);
        Assert.False(await app.Run((UserAdminDbContext db) => db.Memberships.AnyAsync(Cancel)));
        Assert.True(await app.Run((UserAdminDbContext db) => db.Invitations.AnyAsync(i => i.AcceptedAt == null, Cancel)));
    }

    [Fact]
    public async Task E08_An_address_that_was_never_confirmed_accepts_nothing()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await InvitingIntoOrganizationsTests.Invite(app, app.Alice, await app.GivenPlace("Acme"), null, null, Carol.Email);

        var refused = await app.Run(async (InvitationAcceptance acceptance) => await acceptance.JoinAsync(await InvitingTests.SecretOf(app), carol, Cancel));

        Assert.Equal(InvitationProblems.Unconfirmed, refused.Problem);
        Assert.False(await app.Run((UserAdminDbContext db) => db.Memberships.AnyAsync(Cancel)));
    }

    [Fact]
    public async Task E08_Somebody_new_registers_into_the_organization_they_were_invited_to_and_no_other()
    {
        await using var app = await TestApp.StartAsync(("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        var (acme, other) = (await app.GivenPlace("Acme"), await app.GivenPlace("Other"));
        await InvitingIntoOrganizationsTests.Invite(app, app.Alice, acme, SystemRoles.Agent.Id);
        using var browser = app.Open();
        await browser.Get($"/account/invitation/{await InvitingTests.SecretOf(app)}");
        var page = await (await browser.Get("/account/invitation")).Text();

        using var registered = await browser.Submit("/account/invitation", page, ("FirstName", "Judy"), ("LastName", "Jones"), ("Email", "judy@example.org"), ("Password", Password),
            ("OrganizationId", $"{other}"), ("RoleId", $"{SystemRoles.Owner.Id}"));

        Assert.Contains("Your account is active.", await registered.Text());
        var judy = await app.Run((UserAdminDbContext db) => db.Users.SingleAsync(u => u.Email == "judy@example.org", Cancel));
        Assert.Equal([acme], await app.Run((UserAdminDbContext db) => db.Memberships.Where(m => m.UserId == judy.Id).Select(m => m.OrganizationId).ToListAsync(Cancel)));
        var held = await app.Run((UserAdminDbContext db) => db.RoleAssignments.SingleAsync(a => a.UserId == judy.Id, Cancel));
        Assert.Equal((SystemRoles.Agent.Id, acme, app.Alice.UserId, "Alice Archer"), (held.RoleId, held.OrganizationId, held.AssignedById, held.AssignedByName));
    }

    [Fact]
    public async Task E10_An_account_made_with_a_copied_link_works_once_its_mailbox_confirmed_it()
    {
        await using var app = await TestApp.StartAsync(("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        var acme = await app.GivenPlace("Acme");
        await InvitingIntoOrganizationsTests.Invite(app, app.Alice, acme, SystemRoles.Agent.Id);
        var id = await app.Run((UserAdminDbContext db) => db.Invitations.Select(i => i.Id).SingleAsync(Cancel));
        var link = (await app.Run((InvitationService invitations) => invitations.CopyLinkAsync(id, app.Alice, Cancel))).Value!;
        using var browser = app.Open();
        await browser.Get(new Uri(link).AbsolutePath);

        using var registered = await browser.Submit("/account/invitation", ("FirstName", "Judy"), ("LastName", "Jones"), ("Email", "judy@example.org"), ("Password", Password));
        var tooEarly = await browser.SignIn("judy@example.org");
        var judy = await app.Run((UserAdminDbContext db) => db.Users.SingleAsync(u => u.Email == "judy@example.org", Cancel));
        await browser.Get((await app.LastMail(MailKind.ConfirmEmail)).PathTo("/account/confirm-email/"));
        await browser.Submit("/account/confirm-email", ("Password", Password));

        Assert.Contains("Look into your mailbox.", await registered.Text());
        Assert.Equal(HttpStatusCode.OK, tooEarly.StatusCode);
        Assert.Equal((UserStatus.Pending, false), (judy.StatusAt(app.Clock.Now), judy.EmailConfirmed));
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("judy@example.org")).StatusCode);
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Memberships.CountAsync(m => m.UserId == judy.Id, Cancel)));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task E09_Of_twenty_who_accept_at_once_one_becomes_a_member_and_the_others_are_told(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider, ("Policies:SessionPolicy:MaximumSessions", "20"));
        var carol = await app.Given(Carol, user => user.EmailConfirmed = true);
        var strangers = new List<Actor>();
        for (var i = 0; i < 4; i++)
            strangers.Add(await app.Given(new($"S{i}", "Stranger", null), user => user.EmailConfirmed = true));
        var acme = await app.GivenPlace("Acme");
        await InvitingIntoOrganizationsTests.Invite(app, app.Alice, acme, SystemRoles.Agent.Id, await InvitingIntoOrganizationsTests.GivenTeam(app, acme), Carol.Email);
        var secret = await InvitingTests.SecretOf(app);
        var browsers = new List<(Browser Browser, string Page, bool IsCarol)>();
        for (var i = 0; i < 20; i++)
        {
            var isCarol = i % 5 != 0;
            var browser = await app.SignInAs(carol, $"198.51.100.{i + 1}");
            await browser.Get($"/account/invitation/{secret}");
            var page = await (await browser.Get("/account/invitation")).Text();
            if (!isCarol)
            {
                // The form of the invited person, sent by somebody else.
                browser = await app.SignInAs(strangers[i / 5], $"198.51.100.{i + 1}");
                await browser.Get($"/account/invitation/{secret}");
            }
            browsers.Add((browser, page, isCarol));
        }

        var answers = await Task.WhenAll(browsers.Select(each => each.Browser.Submit("/account/invitation", each.Page)));

        var texts = await Task.WhenAll(answers.Select(answer => answer.Text()));
        Assert.Single(texts, text => text.Contains("You are a member of Acme now.", StringComparison.Ordinal));
        Assert.DoesNotContain(answers, answer => (int)answer.StatusCode >= 500);
        Assert.All(texts.Where((text, i) => browsers[i].IsCarol && !text.Contains("You are a member of Acme now.", StringComparison.Ordinal)), text => Assert.Contains(Accepted, text));
        Assert.Equal((1, 1, 1), await app.Run(async (UserAdminDbContext db) => (
            await db.Memberships.CountAsync(m => m.OrganizationId == acme, Cancel), await db.TeamMembers.CountAsync(Cancel), await db.RoleAssignments.CountAsync(a => a.OrganizationId == acme, Cancel))));
        await app.Event(AuditAction.InvitationAccepted);
    }
}
