using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;

namespace UserAdmin.Tests.Registration;

public class InvitingIntoOrganizationsTests
{
    private const string Email = "judy@example.org";

    private static readonly Person Ivan = new("Ivan", "Irving", null);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R8_A_manager_of_an_organization_invites_into_it_and_below_and_nowhere_else()
    {
        await using var portal = await InvitingTests.StartAsync();
        var (acme, other) = (await portal.GivenPlace("Acme"), await portal.GivenPlace("Other"));
        var below = await portal.GivenPlace("Acme North", acme);
        var ivan = await portal.Given(Ivan, SystemRoles.OrganizationManager, acme);

        Assert.True((await Invite(portal, ivan, acme)).Succeeded);
        Assert.True((await Invite(portal, ivan, below)).Succeeded);
        Assert.Equal(ProblemKind.NotAllowed, (await Invite(portal, ivan, other)).Problem?.Kind);
        Assert.Equal(InvitationProblems.ChooseOrganization, (await Invite(portal, ivan, null)).Problem);
        Assert.Single(await portal.Events(AuditAction.AccessDenied));
        Assert.Equal(["Acme", "Acme North"], (await portal.Run((InvitationChoices choices) => choices.FindOrganizationsAsync("", ivan, Cancel))).Select(choice => choice.Name));
        Assert.Null(await portal.Run((InvitationChoices choices) => choices.FindAsync(other, ivan, Cancel)));
    }

    [Fact]
    public async Task E06_Nobody_invites_into_a_role_that_gives_more_than_they_hold_there()
    {
        await using var portal = await InvitingTests.StartAsync();
        var acme = await portal.GivenPlace("Acme");
        var deleting = await portal.GivenRole("Deleting", Permission.UsersView, Permission.UsersDelete);
        var viewing = await portal.GivenRole("Viewing", Permission.UsersView);
        var (ivan, heidi, erin) = (await portal.Given(Ivan, SystemRoles.OrganizationManager, acme), await portal.Given(Heidi), await portal.Given(Erin));

        Assert.Equal(InvitationProblems.RoleGone, (await Invite(portal, ivan, acme, deleting)).Problem);
        Assert.Equal(InvitationProblems.RoleGone, (await Invite(portal, heidi, null, SystemRoles.Administrator.Id)).Problem);
        Assert.Equal(InvitationProblems.RoleGone, (await Invite(portal, erin, null, SystemRoles.Owner.Id)).Problem);
        Assert.Equal(InvitationProblems.RoleGone, (await Invite(portal, erin, acme, SystemRoles.Owner.Id)).Problem);
        Assert.True((await Invite(portal, ivan, acme, viewing)).Succeeded);
        Assert.Equal(4, (await portal.Events(AuditAction.AccessDenied)).Count);
        var offered = (await portal.Run((InvitationChoices choices) => choices.FindAsync(acme, ivan, Cancel)))!.Roles.Select(role => role.Id).ToList();
        Assert.Contains(viewing, offered);
        Assert.DoesNotContain(deleting, offered);
        Assert.DoesNotContain(SystemRoles.Owner.Id, offered);
    }

    [Fact]
    public async Task E10_An_invitation_lives_as_long_as_the_organization_says_and_with_more_rights_72_hours_at_most()
    {
        await using var portal = await InvitingTests.StartAsync();
        var alice = await portal.Given(Alice);
        var (acme, quick) = (await portal.GivenPlace("Acme"), await portal.GivenPlace("Quick", with: organization => organization.InvitationDays = 2));
        var harmless = await portal.GivenRole("Harmless", Permission.AccessRequestsCreate);

        foreach (var (organization, role, days) in new (Guid?, Guid?, int)[] { (null, null, 7), (acme, null, 7), (quick, null, 2), (acme, harmless, 7), (acme, SystemRoles.Agent.Id, 3), (quick, SystemRoles.Agent.Id, 2), (null, SystemRoles.Auditor.Id, 3) })
        {
            var address = $"u{Guid.NewGuid():N}@example.org";
            Assert.True((await Invite(portal, alice, organization, role, address: address)).Succeeded);
            var invitation = await portal.Run((UserAdminDbContext db) => db.Invitations.SingleAsync(i => i.Email == address, Cancel));
            Assert.Equal((organization, role, portal.Clock.Now.AddDays(days)), (organization, role, invitation.ExpiresAt));
            Assert.Contains($"{days} days", (await portal.Mails()).Single(mail => mail.To == address).Text);
        }
    }

    [Fact]
    public async Task Only_addresses_of_the_domains_an_organization_allows_are_invited()
    {
        await using var portal = await InvitingTests.StartAsync();
        var alice = await portal.Given(Alice);
        var acme = await portal.GivenPlace("Acme", with: organization => organization.AllowedDomains = "acme.example acme.test");

        var invited = await Invite(portal, alice, acme, address: "a@ACME.example\nb@sub.acme.example\nc@example.org\nd@acme.test");

        Assert.Equal([null, "Acme allows only addresses of acme.example, acme.test.", "Acme allows only addresses of acme.example, acme.test.", null], invited.Value!.Select(outcome => outcome.Problem));
    }

    [Fact]
    public async Task People_who_have_an_account_are_invited_into_organizations_also_while_registration_is_closed()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var acme = await portal.GivenPlace("Acme");
        await portal.Given(Dave, SystemRoles.Agent, acme);

        var invited = await Invite(portal, alice, acme, address: "carol@example.org, dave@example.org, nobody@example.org");

        Assert.Equal([null, "This person is a member already.", "Nobody has an account with this address, and registration is closed."], invited.Value!.Select(outcome => outcome.Problem));
        var mail = Assert.Single(await portal.Mails());
        Assert.Equal((Carol.Email, "invitation-to-join", "Alice Archer invites you to Acme"), (mail.To, mail.Kind, mail.Subject));
        Assert.NotNull(await portal.Run(async (InvitationAcceptance acceptance) => await acceptance.FindAsync(await InvitingTests.SecretOf(portal), Cancel)));
        Assert.Equal(carol.UserId, carol.Id);
    }

    [Fact]
    public async Task E10_Whatever_an_invitation_rests_on_is_asked_at_use()
    {
        foreach (var spoil in new (string Name, Func<TestPortal, Guid, Guid, Guid, Guid, Task> Do)[]
        {
            ("nothing", (_, _, _, _, _) => Task.CompletedTask),
            ("expired", (portal, _, _, _, _) => { portal.Clock.Advance(TimeSpan.FromHours(72)); return Task.CompletedTask; }),
            ("inviter may not invite", (portal, ivan, _, _, _) => portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == ivan && a.RoleId == SystemRoles.OrganizationManager.Id).ExecuteDeleteAsync(Cancel))),
            ("inviter may not give the role any more", (portal, ivan, _, _, _) => portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == ivan && a.RoleId != SystemRoles.OrganizationManager.Id).ExecuteDeleteAsync(Cancel))),
            ("inviter's assignment over", (portal, ivan, _, _, _) => portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == ivan).ExecuteUpdateAsync(row => row.SetProperty(a => a.EndsAt, portal.Clock.Now), Cancel))),
            ("inviter deactivated", (portal, ivan, _, _, _) => portal.Run((UserAdminDbContext db) => db.Users.Where(u => u.Id == ivan).ExecuteUpdateAsync(row => row.SetProperty(u => u.DeactivatedAt, portal.Clock.Now), Cancel))),
            ("organization deactivated", (portal, _, place, _, _) => Close(portal, place)),
            ("organization above deactivated", async (portal, _, place, _, _) => await Close(portal, await portal.Run((UserAdminDbContext db) => db.Organizations.Where(o => o.Id == place).Select(o => o.ParentId!.Value).SingleAsync(Cancel)))),
            ("organization deleted", (portal, _, place, _, _) => portal.Run((UserAdminDbContext db) => db.Organizations.Where(o => o.Id == place).ExecuteUpdateAsync(row => row.SetProperty(o => o.DeletedAt, portal.Clock.Now), Cancel))),
            ("role inactive", (portal, _, _, role, _) => portal.Run((UserAdminDbContext db) => db.Roles.Where(r => r.Id == role).ExecuteUpdateAsync(row => row.SetProperty(r => r.IsActive, false), Cancel))),
            ("role deleted", (portal, _, _, role, _) => portal.Run((UserAdminDbContext db) => db.Roles.Where(r => r.Id == role).ExecuteDeleteAsync(Cancel))),
            ("team deleted", (portal, _, _, _, team) => portal.Run((UserAdminDbContext db) => db.Teams.Where(t => t.Id == team).ExecuteDeleteAsync(Cancel))),
            ("revoked", (portal, _, _, _, _) => portal.Run((UserAdminDbContext db) => db.Invitations.ExecuteUpdateAsync(row => row.SetProperty(i => i.RevokedAt, portal.Clock.Now), Cancel))),
        })
        {
            await using var portal = await InvitingTests.StartAsync();
            var acme = await portal.GivenPlace("Acme North", await portal.GivenPlace("Acme"));
            var role = await portal.GivenRole("Deleting", Permission.UsersDelete);
            var ivan = await portal.Given(Ivan, SystemRoles.OrganizationManager, acme);
            await portal.Run((UserAdminDbContext db) =>
            {
                db.RoleAssignments.Add(new() { UserId = ivan.Id, RoleId = role, OrganizationId = acme, StartsAt = portal.Clock.Now, AssignedAt = portal.Clock.Now, AssignedByName = "System" });
                return db.SaveChangesAsync(Cancel);
            });
            ivan = await portal.Again(ivan);
            var team = await GivenTeam(portal, acme);
            var carol = await portal.Given(Carol, user => user.EmailConfirmed = true);
            Assert.True((await Invite(portal, ivan, acme, role, team, Carol.Email)).Succeeded);
            var secret = await InvitingTests.SecretOf(portal);

            await spoil.Do(portal, ivan.Id, acme, role, team);

            var isFine = spoil.Name == "nothing";
            Assert.Equal((spoil.Name, isFine), (spoil.Name, await portal.Run((InvitationAcceptance acceptance) => acceptance.FindAsync(secret, Cancel)) is not null));
            Assert.Equal((spoil.Name, isFine), (spoil.Name, (await portal.Run((InvitationAcceptance acceptance) => acceptance.JoinAsync(secret, carol, Cancel))).Succeeded));
            Assert.Equal((spoil.Name, isFine ? 1 : 0), (spoil.Name, await portal.Run((UserAdminDbContext db) => db.Memberships.CountAsync(m => m.UserId == carol.UserId, Cancel))));
            Assert.Equal((spoil.Name, isFine ? 1 : 0), (spoil.Name, await portal.Run((UserAdminDbContext db) => db.RoleAssignments.CountAsync(a => a.UserId == carol.UserId, Cancel))));
        }
    }

    [Fact]
    public async Task An_invitation_is_queued_until_its_message_has_left_and_says_why_it_failed()
    {
        await using var portal = await InvitingTests.StartAsync();
        var alice = await portal.Given(Alice);
        await InvitingTests.Invite(portal, alice, Email);

        async Task<InvitationRow> Row() => Assert.Single((await portal.Run((InvitationDirectory directory) => directory.ListAsync(new(), PageStart.First, alice, Cancel))).Page.Rows);
        async Task Answer(MessageState state, string? words) =>
            await portal.Run((UserAdminDbContext db) => db.OutboxMessages.ExecuteUpdateAsync(row => row.SetProperty(m => m.State, state).SetProperty(m => m.LastAnswer, words), Cancel));
        async Task<int> Count(InvitationState state) => (await portal.Run((InvitationDirectory directory) => directory.ListAsync(new(state), PageStart.First, alice, Cancel))).Count;

        Assert.Equal((InvitationState.Queued, 1, 0), ((await Row()).State, await Count(InvitationState.Queued), await Count(InvitationState.Sent)));
        await Answer(MessageState.Dead, "550 No such mailbox");
        Assert.Equal((InvitationState.Failed, "550 No such mailbox", 1, 0), ((await Row()).State, (await Row()).Failure, await Count(InvitationState.Failed), await Count(InvitationState.Queued)));
        await Answer(MessageState.Sent, null);
        Assert.Equal((InvitationState.Sent, null, 1, 0), ((await Row()).State, (await Row()).Failure, await Count(InvitationState.Sent), await Count(InvitationState.Failed)));
        portal.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Equal((InvitationState.Expired, 1, 0), ((await Row()).State, await Count(InvitationState.Expired), await Count(InvitationState.Sent)));
    }

    [Fact]
    public async Task A_message_that_waits_with_a_dead_link_does_not_leave()
    {
        await using var portal = await InvitingTests.StartAsync();
        var alice = await portal.Given(Alice);
        await InvitingTests.Invite(portal, alice, Email);
        var id = await portal.Run((UserAdminDbContext db) => db.Invitations.Select(i => i.Id).SingleAsync(Cancel));

        await portal.Run((InvitationService invitations) => invitations.SendAgainAsync(id, alice, Cancel));

        Assert.Equal([MessageState.Dead, MessageState.Waiting], await portal.Run((UserAdminDbContext db) => db.OutboxMessages.OrderBy(m => m.Id).Select(m => m.State).ToListAsync(Cancel)));
        await portal.Run((InvitationService invitations) => invitations.RevokeAsync(id, alice, Cancel));
        Assert.False(await portal.Run((UserAdminDbContext db) => db.OutboxMessages.AnyAsync(m => m.State == MessageState.Waiting, Cancel)));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task R8_The_list_shows_what_the_reader_reaches_and_changes_nothing_else(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider, ("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        var alice = await portal.Given(Alice);
        var (acme, other) = (await portal.GivenPlace("Acme"), await portal.GivenPlace("Other"));
        var below = await portal.GivenPlace("Acme North", acme);
        var ivan = await portal.Given(Ivan, SystemRoles.OrganizationManager, acme);
        await Invite(portal, alice, null, address: "everywhere@example.org");
        await Invite(portal, alice, acme, SystemRoles.Agent.Id, address: "acme@example.org");
        await Invite(portal, alice, below, address: "below@example.org");
        await Invite(portal, alice, other, address: "other@example.org");
        async Task<string> Seen(Actor actor, Guid? organization = null) => string.Join(' ', (await portal.Run((InvitationDirectory directory) =>
            directory.ListAsync(new(OrganizationId: organization), PageStart.First, actor, Cancel))).Page.Rows.Select(row => row.Email.Split('@')[0]).Order(StringComparer.Ordinal));
        Task<Guid> Id(string name) => portal.Run((UserAdminDbContext db) => db.Invitations.Where(i => i.Email == $"{name}@example.org").Select(i => i.Id).SingleAsync(Cancel));

        Assert.Equal("acme below everywhere other", await Seen(alice));
        Assert.Equal("acme below", await Seen(alice, acme));
        Assert.Equal("acme below", await Seen(ivan));
        Assert.Equal("", await Seen(ivan, other));
        Assert.Equal(["Acme", "Acme North"], (await portal.Run((InvitationDirectory directory) => directory.OrganizationsAsync(ivan, Cancel))).Select(choice => choice.Name));
        foreach (var hidden in new[] { "everywhere", "other" })
        {
            var id = await Id(hidden);
            Assert.Equal(InvitationProblems.NotFound, (await portal.Run((InvitationService invitations) => invitations.SendAgainAsync(id, ivan, Cancel))).Problem);
            Assert.Equal(InvitationProblems.NotFound, (await portal.Run((InvitationService invitations) => invitations.RevokeAsync(id, ivan, Cancel))).Problem);
        }
        var seen = await Id("below");
        Assert.True((await portal.Run((InvitationService invitations) => invitations.SendAgainAsync(seen, ivan, Cancel))).Succeeded);
        Assert.True((await portal.Run((InvitationService invitations) => invitations.RevokeAsync(seen, ivan, Cancel))).Succeeded);
    }

    [Fact]
    public async Task E10_A_copied_link_is_a_new_one_that_is_shown_once_to_whom_may_copy_and_written_down_nowhere()
    {
        await using var portal = await InvitingTests.StartAsync();
        var (alice, heidi) = (await portal.Given(Alice), await portal.Given(Heidi));
        await InvitingTests.Invite(portal, alice, Email);
        var (mailed, id) = (await InvitingTests.SecretOf(portal), await portal.Run((UserAdminDbContext db) => db.Invitations.Select(i => i.Id).SingleAsync(Cancel)));
        Task<Result<string>> Copy(Actor actor) => portal.Run((InvitationService invitations) => invitations.CopyLinkAsync(id, actor, Cancel));

        Assert.Equal(ProblemKind.NotAllowed, (await Copy(heidi)).Problem?.Kind);
        Assert.Equal(ProblemKind.StepUp, (await Copy(alice with { AuthenticatedAt = portal.Clock.Now.AddMinutes(-11) })).Problem?.Kind);
        var copied = await Copy(alice);

        var secret = copied.Value!.Split('/')[^1];
        Assert.Matches("^http://localhost/account/invitation/[A-Za-z0-9_-]{43}$", copied.Value);
        Assert.NotEqual(mailed, secret);
        Assert.Null(await portal.Run((InvitationAcceptance acceptance) => acceptance.FindAsync(mailed, Cancel)));
        Assert.Equal(portal.Clock.Now, (await portal.Run((InvitationAcceptance acceptance) => acceptance.FindAsync(secret, Cancel)))!.LinkCopiedAt);
        Assert.Equal(Email, (await portal.Event(AuditAction.InvitationLinkCopied)).TargetName);
        var events = await portal.Run((UserAdminDbContext db) => db.AuditEvents.ToListAsync(Cancel));
        Assert.All(events, e => Assert.DoesNotContain(secret, $"{e.Reason}{e.Changes}{e.TargetName}"));
        Assert.All(await portal.Mails(), mail => Assert.DoesNotContain(secret, mail.Text));
    }

    internal static async Task<Result<IReadOnlyList<InvitationOutcome>>> Invite(ITestPortal portal, Actor actor, Guid? organization, Guid? role = null, Guid? team = null, string address = Email) =>
        await portal.Run((InvitationService service) => service.InviteAsync(new() { Addresses = address, OrganizationId = organization, RoleId = role, TeamId = team }, actor, Cancel));

    internal static async Task<Guid> GivenTeam(ITestPortal portal, Guid organization)
    {
        var team = new Team { OrganizationId = organization, Name = "Blue", NormalizedName = "BLUE", CreatedAt = portal.Clock.Now, UpdatedAt = portal.Clock.Now };
        await portal.Run((UserAdminDbContext db) =>
        {
            db.Teams.Add(team);
            return db.SaveChangesAsync(Cancel);
        });
        return team.Id;
    }

    private static Task<int> Close(TestPortal portal, Guid organization) => portal.Run((UserAdminDbContext db) =>
        db.Organizations.Where(o => o.Id == organization).ExecuteUpdateAsync(row => row.SetProperty(o => o.DeactivatedAt, portal.Clock.Now), Cancel));
}
