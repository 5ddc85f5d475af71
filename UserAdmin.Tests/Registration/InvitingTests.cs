using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Registration;

public class InvitingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_pasted_address_is_invited_or_reported_with_the_reason()
    {
        await using var portal = await StartAsync();
        var alice = await portal.Given(Alice);
        await portal.Given(Carol);
        await portal.Given(Dave, dave => dave.Delete("left", portal.Clock.Now));
        await Invite(portal, alice, "first@example.org");

        var outcomes = await Invite(portal, alice, "erin@example.org\r\nErin Again <ERIN@example.org>, Fritz F. <fritz@example.org>; nonsense\n\n carol@example.org\ndave@example.org,FIRST@example.org");

        Assert.Equal(
            [
                ("erin@example.org", null), ("Erin Again <ERIN@example.org>", "This address stands in the list more than once; it got one invitation."), ("fritz@example.org", null), ("nonsense", "This is not an email address."),
                ("carol@example.org", "Somebody with this address has an account already."), ("dave@example.org", "A deleted user has this address. Restore or purge them first."),
                ("FIRST@example.org", "This address is invited already. Send that invitation again if it got lost."),
            ], outcomes.Select(outcome => (outcome.Address, outcome.Problem)));
        Assert.Equal(["erin@example.org", "first@example.org", "fritz@example.org"], (await Mails(portal)).Select(mail => mail.Recipient).Order(StringComparer.Ordinal));
        Assert.Equal(3, (await portal.Events(AuditAction.InvitationSent)).Count);
    }

    [Fact]
    public async Task The_message_is_in_the_chosen_language_and_has_the_link_and_the_days()
    {
        await using var portal = await StartAsync(("Policies:RegistrationPolicy:InvitationDays", "3"));
        var alice = await portal.Given(Alice);

        await Invite(portal, alice, "erin@example.org", "de");

        var mail = Assert.Single(await Mails(portal));
        var text = await TextOf(portal, mail);
        Assert.Equal(("de", true, "invitation"), (mail.Language, mail.CarriesSecret, mail.Template));
        Assert.Contains("Alice Archer", mail.Subject);
        Assert.Matches("http://localhost/account/invitation/[A-Za-z0-9_-]{43}", text);
        Assert.Contains("3 ", text);
    }

    [Fact]
    public async Task Without_the_permission_nobody_is_invited_and_nothing_is_shown()
    {
        await using var portal = await StartAsync();
        var carol = await portal.Given(Carol);
        var alice = await portal.Given(Alice);
        await Invite(portal, alice, "erin@example.org");
        var id = await portal.Run((UserAdminDbContext db) => db.Invitations.Select(i => i.Id).SingleAsync(Cancel));

        var invited = await portal.Run((InvitationService service) => service.InviteAsync(new() { Addresses = "fritz@example.org" }, carol, Cancel));
        var again = await portal.Run((InvitationService service) => service.SendAgainAsync(id, carol, Cancel));
        var revoked = await portal.Run((InvitationService service) => service.RevokeAsync(id, carol, Cancel));
        var listed = await portal.Run((InvitationDirectory directory) => directory.ListAsync(new(), PageStart.First, carol, Cancel));

        Assert.All(new[] { invited.Problem, again.Problem, revoked.Problem }, problem => Assert.Equal(ProblemKind.NotAllowed, problem!.Kind));
        Assert.Equal((0, 0), (listed.Count, listed.Page.Rows.Count));
        Assert.Equal(3, (await portal.Events(AuditAction.AccessDenied)).Count);
    }

    [Fact]
    public async Task E13_While_registration_is_closed_nobody_is_invited()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        var invited = await portal.Run((InvitationService service) => service.InviteAsync(new() { Addresses = "erin@example.org" }, alice, Cancel));

        Assert.Equal(InvitationProblems.Closed, invited.Problem);
        Assert.Empty(await Mails(portal));
    }

    [Theory, InlineData(0), InlineData(201)]
    public async Task Between_one_and_two_hundred_are_invited_at_a_time(int count)
    {
        await using var portal = await StartAsync();
        var alice = await portal.Given(Alice);

        var invited = await portal.Run((InvitationService service) => service.InviteAsync(new() { Addresses = string.Join('\n', Enumerable.Range(0, count).Select(i => $"u{i}@example.org")) }, alice, Cancel));

        Assert.Equal("invitation.too_many", invited.Problem?.Code);
    }

    [Fact]
    public async Task E10_The_link_is_in_the_mail_alone()
    {
        await using var portal = await StartAsync();
        var alice = await portal.Given(Alice);

        await Invite(portal, alice, "erin@example.org");

        var secret = await SecretOf(portal);
        var mail = Assert.Single(await Mails(portal));
        var row = Assert.Single((await portal.Run((InvitationDirectory directory) => directory.ListAsync(new(), PageStart.First, alice, Cancel))).Page.Rows);
        var stored = await portal.Run((UserAdminDbContext db) => db.Invitations.SingleAsync(Cancel));
        var events = await portal.Run((UserAdminDbContext db) => db.AuditEvents.ToListAsync(Cancel));
        Assert.DoesNotContain(secret, mail.Content + mail.Subject + row);
        Assert.Equal(Core.Sessions.SessionKey.Hash(secret), stored.Hash);
        Assert.All(events, e => Assert.DoesNotContain(secret, $"{e.Reason}{e.Changes}{e.TargetName}"));
    }

    [Fact]
    public async Task E10_A_resent_invitation_has_a_new_link_and_the_old_one_is_dead()
    {
        await using var portal = await StartAsync();
        var alice = await portal.Given(Alice);
        var bob = await portal.Given(Bob);
        await Invite(portal, alice, "erin@example.org");
        var (old, id) = (await SecretOf(portal), (await portal.Run((UserAdminDbContext db) => db.Invitations.SingleAsync(Cancel))).Id);
        portal.Clock.Advance(TimeSpan.FromDays(8));

        Assert.Null(await Find(portal, old));
        Assert.True((await portal.Run((InvitationService service) => service.SendAgainAsync(id, bob, Cancel))).Succeeded);

        Assert.Null(await Find(portal, old));
        Assert.Equal(bob.UserId, (await Find(portal, await SecretOf(portal)))!.InvitedById);
        Assert.Equal("erin@example.org", (await portal.Event(AuditAction.InvitationSentAgain)).TargetName);
    }

    [Fact]
    public async Task E10_What_is_over_can_be_neither_sent_again_nor_revoked()
    {
        await using var portal = await StartAsync();
        var alice = await portal.Given(Alice);
        await Invite(portal, alice, "erin@example.org");
        var id = (await portal.Run((UserAdminDbContext db) => db.Invitations.SingleAsync(Cancel))).Id;
        await portal.Run((InvitationService service) => service.RevokeAsync(id, alice, Cancel));

        var again = await portal.Run((InvitationService service) => service.SendAgainAsync(id, alice, Cancel));
        var revoked = await portal.Run((InvitationService service) => service.RevokeAsync(id, alice, Cancel));

        Assert.Equal(("invitation.over", "invitation.over"), (again.Problem?.Code, revoked.Problem?.Code));
        Assert.Single(await Mails(portal));
        Assert.True((await Invite(portal, alice, "erin@example.org"))[0].Problem is null);
    }

    [Fact]
    public async Task E10_Expiry_revocation_and_the_right_of_the_inviter_are_asked_at_use()
    {
        foreach (var spoil in new (string Name, Func<TestPortal, Actor, Actor, Task> Do)[]
        {
            ("nothing", (_, _, _) => Task.CompletedTask),
            ("expired", (portal, _, _) => { portal.Clock.Advance(TimeSpan.FromDays(7)); return Task.CompletedTask; }),
            ("revoked", async (portal, alice, _) => { var id = await portal.Run((UserAdminDbContext db) => db.Invitations.Select(i => i.Id).SingleAsync(Cancel)); await portal.Run((InvitationService service) => service.RevokeAsync(id, alice, Cancel)); }),
            ("deactivated inviter", (portal, alice, bob) => portal.Run((UserLifecycle users) => users.DeactivateAsync(bob.Id, "left", alice, Cancel))),
            ("demoted inviter", (portal, _, bob) => portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(r => r.UserId == bob.UserId).ExecuteDeleteAsync(Cancel))),
        })
        {
            await using var portal = await StartAsync();
            var (alice, bob) = (await portal.Given(Alice), await portal.Given(Bob));
            await Invite(portal, bob, "erin@example.org");
            var secret = await SecretOf(portal);
            var found = (await Find(portal, secret))!;

            await spoil.Do(portal, alice, bob);

            Assert.Equal((spoil.Name, spoil.Name == "nothing"), (spoil.Name, await Find(portal, secret) is not null));
            Assert.Equal((spoil.Name, spoil.Name == "nothing"), (spoil.Name, await Accept(portal, found, alice.Id)));
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task E09_Of_twenty_who_accept_at_once_one_does(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider, ("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        var alice = await portal.Given(Alice);
        await Invite(portal, alice, "erin@example.org");
        var found = (await Find(portal, await SecretOf(portal)))!;

        var accepted = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Accept(portal, found, alice.Id)));

        Assert.Single(accepted, done => done);
        await portal.Event(AuditAction.InvitationAccepted);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task The_list_is_paged_and_filtered_by_state_and_address(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider, ("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        var alice = await portal.Given(Alice);
        await Invite(portal, alice, string.Join(',', Enumerable.Range(100, 120).Select(i => $"u{i}@example.org")));
        portal.Clock.Advance(TimeSpan.FromDays(7));
        await Invite(portal, alice, "newest@example.org");
        Task<InvitationListing> List(InvitationState? state, string? email, PageStart start) => portal.Run((InvitationDirectory directory) => directory.ListAsync(new(state, Email: email), start, alice, Cancel));

        var first = await List(null, null, PageStart.First);
        var second = await List(null, null, new(After: first.Page.Next));
        var third = await List(null, null, new(After: second.Page.Next));
        var back = await List(null, null, new(Before: third.Page.Previous));
        var last = await List(null, null, new(AtEnd: true));

        Assert.Equal((121, 50, "newest@example.org", null), (first.Count, first.Page.Rows.Count, first.Page.Rows[0].Email, first.Page.Previous));
        Assert.Equal(121, first.Page.Rows.Concat(second.Page.Rows).Concat(third.Page.Rows).Select(row => row.Id).Distinct().Count());
        Assert.Null(third.Page.Next);
        Assert.Equal(second.Page.Rows.Select(row => row.Id), back.Page.Rows.Select(row => row.Id));
        Assert.Equal(third.Page.Rows[^1].Id, last.Page.Rows[^1].Id);
        Assert.Equal((1, 120, 0), ((await List(InvitationState.Queued, null, PageStart.First)).Count, (await List(InvitationState.Expired, null, PageStart.First)).Count, (await List(InvitationState.Accepted, null, PageStart.First)).Count));
        Assert.Equal("u119@example.org", Assert.Single((await List(null, "U119", PageStart.First)).Page.Rows).Email);
        Assert.Equal(0, (await List(null, "u1%9\0", PageStart.First)).Count);
    }

    internal static Task<TestPortal> StartAsync(params (string Name, string Value)[] settings) =>
        TestPortal.StartAsync(settings: [("Policies:RegistrationPolicy:Mode", "ByInvitation"), .. settings]);

    internal static async Task<IReadOnlyList<InvitationOutcome>> Invite(ITestPortal portal, Actor actor, string addresses, string language = "en")
    {
        var invited = await portal.Run((InvitationService service) => service.InviteAsync(new() { Addresses = addresses, Language = language }, actor, Cancel));
        Assert.True(invited.Succeeded, invited.Problem?.Message);
        return invited.Value;
    }

    /// <summary>The secret in the newest invitation.</summary>
    internal static async Task<string> SecretOf(ITestPortal portal)
    {
        var text = await TextOf(portal, (await Mails(portal))[^1]);
        return text[(text.IndexOf("/account/invitation/", StringComparison.Ordinal) + "/account/invitation/".Length)..][..43];
    }

    private static Task<List<OutboxMessage>> Mails(ITestPortal portal) => portal.Run((UserAdminDbContext db) =>
        db.OutboxMessages.AsNoTracking().Where(m => m.Template == "invitation" || m.Template == "invitation-to-join").OrderBy(m => m.CreatedAt).ThenBy(m => m.Id).ToListAsync(Cancel));

    private static Task<string> TextOf(ITestPortal portal, OutboxMessage mail) => portal.Run((Outbox outbox) => Task.FromResult(outbox.Read(mail)!.Text));

    private static Task<Invitation?> Find(TestPortal portal, string secret) => portal.Run((InvitationAcceptance service) => service.FindAsync(secret, Cancel));

    private static async Task<bool> Accept(TestPortal portal, Invitation invitation, Guid userId)
    {
        var accepted = false;
        await using var scope = portal.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        var service = scope.ServiceProvider.GetRequiredService<InvitationAcceptance>();
        await db.WriteAsync(async () =>
        {
            accepted = await service.AcceptAsync(invitation, userId, Actor.Anonymous, Cancel);
            await db.SaveChangesAsync(Cancel);
            return Result.Ok;
        }, Cancel);
        return accepted;
    }
}
