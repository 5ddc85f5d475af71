using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Impersonation;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;
using UserAdmin.Tests.TwoFactor;

namespace UserAdmin.Tests.Impersonation;

public class ActingTests
{
    private const string Reason = "Carol can't find her invoice";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task U14_An_administrator_acts_as_somebody_until_they_stop_and_both_names_are_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        alice = await SignedIn(portal, alice);

        Assert.True((await Start(portal, carol.Id, alice)).Succeeded);
        var acting = await Now(portal, alice);
        Assert.True((await portal.Run((ActingService service) => service.StopAsync(acting, Cancel))).Succeeded);
        var herself = await Now(portal, alice);

        Assert.Equal((carol.UserId, "Carol Cooper", alice.Id, "Alice Archer"), (acting.UserId, acting.Name, acting.Impersonator!.Id, acting.Impersonator.Name));
        Assert.False(acting.Can(Permission.UsersView));
        Assert.Equal((alice.UserId, null), (herself.UserId, herself.Impersonator));
        Assert.True(herself.Can(Permission.UsersView));
        var (started, ended) = (await portal.Event(AuditAction.ActingStarted), await portal.Event(AuditAction.ActingEnded));
        Assert.Equal((alice.Id, carol.Id, Reason), (started.ActorId, started.TargetId, started.Reason));
        Assert.Equal((alice.Id, carol.Id, "Stopped"), (ended.ActorId, ended.TargetId, ended.Reason));
    }

    [Fact]
    public async Task U14_Whatever_is_done_in_between_carries_both_identities_and_is_found_by_each()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await SignedIn(portal, await portal.Given(Alice)), await portal.Given(Carol));
        await Start(portal, carol.Id, alice);
        var acting = await Now(portal, alice);

        await portal.Run((PasswordService passwords) => passwords.ChangeAsync(new() { Current = Cast.Password, Password = "another good password" }, acting, Cancel));

        var denied = await portal.Event(AuditAction.AccessDenied);
        Assert.Equal((carol.Id, alice.Id, "Alice Archer", AuditOutcome.Denied), (denied.ActorId, denied.ImpersonatorId, denied.ImpersonatorName, denied.Outcome));
        foreach (var who in new[] { alice.Id, carol.Id })
        {
            var found = await portal.Run((AuditTrail audit) => audit.ListAsync(new() { ActorId = who, Action = AuditAction.AccessDenied.Code }, PageStart.First, alice, Cancel));
            Assert.Equal("Alice Archer as Carol Cooper", Assert.Single(found.Rows).Doer);
        }
    }

    [Fact]
    public async Task U14_The_person_is_told_by_mail_and_sees_it_in_their_activity_without_what_the_administrator_noted()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await SignedIn(portal, await portal.Given(Alice)), await portal.Given(Carol));

        await Start(portal, carol.Id, alice);

        Assert.Equal([MailKind.SecurityNotice.Key], await portal.MailsTo(Carol));
        Assert.Contains("An administrator acts as you", await portal.LastMailTo(Carol), StringComparison.Ordinal);
        var activity = await portal.Run((AuditTrail audit) => audit.ListAsync(new() { AboutId = carol.Id }, PageStart.First, carol, Cancel));
        var started = Assert.Single(activity.Rows, row => row.Action == AuditAction.ActingStarted.Code);
        Assert.Equal(("Alice Archer", null, null), (started.ActorName, started.Reason, started.Address));
    }

    public static TheoryData<string> Refused => ["without the permission", "above", "oneself", "inactive", "long signed in", "no reason", "another time", "while acting"];

    [Theory, MemberData(nameof(Refused))]
    public async Task E05_Nobody_acts_as_somebody_when_it_is_not_theirs_to_do(string how)
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, erin, carol) = (await portal.Given(Alice), await SignedIn(portal, await portal.Given(Erin)), await portal.Given(Carol, user => { if (how == "inactive") user.Deactivate("Left", portal.Clock.Now); }));
        var dave = await portal.Given(Dave);
        var actor = how == "without the permission" ? await SignedIn(portal, await portal.Given(Frank)) : erin;
        if (how == "while acting")
        {
            await Start(portal, dave.Id, erin);
            actor = (await Now(portal, erin)) with { Access = erin.Access };
        }
        if (how == "long signed in")
            actor = actor.LongSignedIn;
        var target = how switch { "above" => alice.Id, "oneself" => erin.Id, _ => carol.Id };

        var refused = await portal.Run((ActingService acting) => acting.StartAsync(target, new() { Reason = how == "no reason" ? "x" : Reason, Minutes = how == "another time" ? 600 : 30 }, actor, Cancel));

        Assert.Equal(how switch
        {
            "without the permission" or "above" => UserProblems.NotAllowed.Code,
            "oneself" => UserProblems.Yourself.Code,
            "inactive" => ActingService.NotActive.Code,
            "long signed in" => StepUp.Needed.Code,
            "no reason" => "acting.reason_too_short",
            "another time" => "acting.wrong_time",
            _ => StepUp.NotWhileActing.Code,
        }, refused.Problem?.Code);
        if (how is "without the permission" or "above")
        {
            var denied = await portal.Event(AuditAction.AccessDenied);
            Assert.Equal<(Guid?, Guid?)>((actor.Id, target), (denied.ActorId, denied.TargetId));
        }
    }

    public static TheoryData<string, string> Ends => new()
    {
        { "time", "The time was over" }, { "permission", "The administrator may no longer act as others" }, { "inactive", "The account is no longer active or within reach" },
        { "rights", "The person may do more than the administrator by now" },
    };

    [Theory, MemberData(nameof(Ends))]
    public async Task U14_Acting_ends_by_itself_when_its_ground_is_gone(string why, string reason)
    {
        await using var portal = await TestPortal.StartAsync();
        var (erin, carol) = (await SignedIn(portal, await portal.Given(Erin)), await portal.Given(Carol));
        await Start(portal, carol.Id, erin, minutes: 15);
        Assert.Equal(carol.UserId, (await Now(portal, erin)).UserId);
        var (administrator, person) = (erin.Id, carol.Id);

        portal.Clock.Advance(why == "time" ? TimeSpan.FromMinutes(15) : TimeSpan.FromSeconds(6));
        await portal.Run(async (UserAdminDbContext db) => why switch
        {
            "permission" => await db.RoleAssignments.Where(a => a.UserId == administrator).ExecuteDeleteAsync(Cancel),
            "inactive" => await db.Users.Where(u => u.Id == person).ExecuteUpdateAsync(row => row.SetProperty(u => u.DeactivatedAt, portal.Clock.Now), Cancel),
            "rights" => await MakeOwner(db, carol.Id, portal.Clock.Now),
            _ => 0,
        });

        Assert.Equal(erin.UserId, (await Now(portal, erin)).UserId);
        var ended = await portal.Event(AuditAction.ActingEnded);
        Assert.Equal<(Guid?, Guid?, string?)>((erin.Id, carol.Id, reason), (ended.ActorId, ended.TargetId, ended.Reason));
    }

    [Fact]
    public async Task U14_Ending_the_session_of_the_administrator_ends_the_acting()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, carol) = (await SignedIn(portal, await portal.Given(Alice)), await portal.Given(Bob), await portal.Given(Carol));
        await Start(portal, carol.Id, alice);
        Assert.Single(await portal.Run((SessionService sessions) => sessions.ListAsync(alice.Id, bob, Cancel)), session => session.ActingAs == "Carol Cooper");
        Assert.Empty(await portal.Run((SessionService sessions) => sessions.ListAsync(carol.Id, bob, Cancel)));

        await portal.Run((SessionService sessions) => sessions.EndAsync(alice.SessionId!.Value, bob, Cancel));

        Assert.Null(await Find(portal, alice));
    }

    [Fact]
    public async Task U14_Open_pages_are_told_when_acting_begins_and_when_it_ends()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await SignedIn(portal, await portal.Given(Alice)), await portal.Given(Carol));
        await Now(portal, alice);
        var told = 0;
        using var watch = portal.Services.GetRequiredService<SessionDirectory>().Watch(Tenant(portal), alice.SessionId!.Value, () => { }, null, () => told++);

        await Start(portal, carol.Id, alice);
        Assert.Equal(1, told);
        var acting = await Now(portal, alice);
        await portal.Run((ActingService service) => service.StopAsync(acting, Cancel));

        Assert.Equal(2, told);
    }

    // Everything that is the person's alone, each with what it is tried with. A new one belongs here.
    public static TheoryData<string> Closed => [.. OwnSecurity.Keys];

    private static readonly Dictionary<string, Func<TestPortal, Actor, Task<Problem?>>> OwnSecurity = new()
    {
        ["change the password"] = async (portal, acting) => (await portal.Run((PasswordService service) => service.ChangeAsync(new() { Current = Cast.Password, Password = "another good password" }, acting, Cancel))).Problem,
        ["replace a required password"] = async (portal, acting) => (await portal.Run((PasswordService service) => service.ReplaceRequiredAsync(new() { Password = "another good password" }, acting, Cancel))).Problem,
        ["change the email address"] = async (portal, acting) => (await portal.Run((Core.Me.EmailChange service) => service.AskAsync(new() { Email = "new@example.org" }, acting, Cancel))).Problem,
        ["withdraw a change of address"] = async (portal, acting) => (await portal.Run((Core.Me.EmailChange service) => service.WithdrawAsync(acting, Cancel))).Problem,
        ["send a code to the phone"] = async (portal, acting) => (await portal.Run((Core.Me.PhoneConfirmation service) => service.SendAsync(acting, Cancel))).Problem,
        ["confirm the phone"] = async (portal, acting) => (await portal.Run((Core.Me.PhoneConfirmation service) => service.ConfirmAsync("123456", acting, Cancel))).Problem,
        ["add an authenticator"] = async (portal, acting) => (await portal.Run((AuthenticatorService service) => service.BeginAsync(acting, Cancel))).Problem,
        ["remove an authenticator"] = async (portal, acting) => (await portal.Run((AuthenticatorService service) => service.RemoveAsync(Guid.NewGuid(), acting, Cancel))).Problem,
        ["remove a passkey"] = async (portal, acting) => (await portal.Run((PasskeyService service) => service.RemoveAsync("AAAA", acting, Cancel))).Problem,
        ["make recovery codes"] = async (portal, acting) => (await portal.Run((RecoveryCodes service) => service.RegenerateAsync(acting, Cancel))).Problem,
        ["link an external sign-in"] = async (portal, acting) => (await portal.Run((Core.ExternalSignIn.ExternalLogins service) => service.BeginAsync("acme", acting, Cancel))).Problem,
        ["unlink an external sign-in"] = async (portal, acting) => (await portal.Run((Core.ExternalSignIn.ExternalLogins service) => service.UnlinkAsync("acme", acting, Cancel))).Problem,
        ["confirm the identity"] = async (portal, acting) => (await portal.Run((IdentityConfirmation service) => service.ConfirmAsync(new() { Proof = Cast.Password }, acting, Cancel))).Problem,
        ["end own sessions"] = async (portal, acting) => (await portal.Run((SessionService service) => service.EndAllAsync(acting.Id, acting, Cancel))).Problem,
        ["trust a device"] = async (portal, acting) => (await portal.Run((DeviceService service) => service.TrustAsync(Guid.NewGuid(), true, acting, Cancel))).Problem,
        ["forget a device"] = async (portal, acting) => (await portal.Run((DeviceService service) => service.ForgetAsync(Guid.NewGuid(), acting, Cancel))).Problem,
        ["accept terms"] = async (portal, acting) => (await portal.Run((Core.Registration.TermsService service) => service.AcceptAsync(1, acting, Cancel))).Problem,
        ["change privacy"] = async (portal, acting) => (await portal.Run((Core.Me.ProfileService service) => service.ShowToAsync(Core.Me.ProfilePart.Picture, Core.Me.Audience.Everybody, acting, Cancel))).Problem,
        ["act as a third person"] = async (portal, acting) => (await portal.Run((ActingService service) => service.StartAsync(Guid.NewGuid(), new() { Reason = Reason }, acting, Cancel))).Problem,
    };

    [Theory, MemberData(nameof(Closed))]
    public async Task U14_What_is_the_persons_alone_stays_closed_to_whoever_acts_as_them_and_the_try_is_recorded(string what)
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await SignedIn(portal, await portal.Given(Alice)), await portal.Given(Carol));
        await Start(portal, carol.Id, alice);
        var acting = await Now(portal, alice);

        var refused = await OwnSecurity[what](portal, acting);

        Assert.Equal(StepUp.NotWhileActing, refused);
        var denied = await portal.Event(AuditAction.AccessDenied);
        Assert.Equal((carol.Id, alice.Id), (denied.ActorId, denied.ImpersonatorId));
    }

    [Fact]
    public async Task U14_Sensitive_acts_ask_for_a_proof_that_nobody_can_give_while_acting()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, erin) = (await SignedIn(portal, await portal.Given(Alice)), await portal.Given(Erin));
        await Start(portal, erin.Id, alice);
        var acting = await Now(portal, alice);

        Assert.True(acting.NeedsStepUpAt(portal.Clock.Now));
        Assert.True(acting.Can(Permission.SettingsEdit));
        Assert.Equal(StepUp.Needed, (await portal.Run((Core.Settings.Policies policies) => policies.SaveAsync(new SessionPolicy(), "", acting, Cancel))).Problem);
    }

    [Fact]
    public async Task U14_Whoever_says_this_was_not_me_stops_the_administrator_who_acts_as_them()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await SignedIn(portal, await portal.Given(Alice)), await portal.Given(Carol));
        await Start(portal, carol.Id, alice);
        var link = System.Text.RegularExpressions.Regex.Match(await portal.LastMailTo(Carol), "/account/not-me/([A-Za-z0-9_-]{43})").Groups[1].Value;

        Assert.True((await portal.Run((AccountReport report) => report.SecureAsync(link, new("192.0.2.7", null, null, null), Cancel))).Succeeded);

        Assert.Equal(alice.UserId, (await Now(portal, alice)).UserId);
    }

    private static Task<Result> Start(TestPortal portal, Guid userId, Actor actor, int minutes = 30) =>
        portal.Run((ActingService acting) => acting.StartAsync(userId, new() { Reason = Reason, Minutes = minutes }, actor, Cancel));

    private static async Task<Actor> SignedIn(TestPortal portal, Actor actor) => await portal.Run(async (UserAdminDbContext db) =>
    {
        var now = portal.Clock.Now;
        var session = new Session { UserId = actor.Id, KeyHash = actor.Id.ToByteArray(), CreatedAt = now, AuthenticatedAt = now, LastActivityAt = now, ExpiresAt = now.AddHours(12) };
        db.Sessions.Add(session);
        await db.SaveChangesAsync(Cancel);
        return actor with { SessionId = session.Id };
    });

    private static Tenant Tenant(TestPortal portal) => portal.Services.GetRequiredService<TenantDirectory>().Default;

    private static Task<SessionState?> Find(TestPortal portal, Actor owner) =>
        portal.Services.GetRequiredService<SessionDirectory>().FindAsync(Tenant(portal), owner.SessionId!.Value, Cancel);

    private static async Task<Actor> Now(TestPortal portal, Actor owner) => (await Find(portal, owner))!.ActingFrom("192.0.2.1", null);

    private static async Task<int> MakeOwner(UserAdminDbContext db, Guid userId, DateTimeOffset now)
    {
        db.RoleAssignments.Add(new() { UserId = userId, RoleId = SystemRoles.Owner.Id, StartsAt = now, AssignedAt = now, AssignedByName = "System" });
        return await db.SaveChangesAsync(Cancel);
    }
}
