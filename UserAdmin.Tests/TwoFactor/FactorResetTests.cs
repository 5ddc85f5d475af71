using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.TwoFactor;

public class FactorResetTests
{
    private static readonly Person Erin = new("Erin", "Ellis", SystemRoles.Owner);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M06_B11_A_reset_removes_everything_beside_the_password_and_ends_what_is_open()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.GivenProtected(Carol));
        await portal.Run((AccessPassService passes) => passes.GiveAsync(carol.Id, 8, Guarded.Reason, alice, Cancel));

        var done = await Reset(portal, carol, alice);

        Assert.True(done.Value);
        Assert.False((await portal.Load(carol.Id)).TwoFactorEnabled);
        Assert.Equal((0, 0, 0, 0, 0, 0, 0), await portal.Run(async (UserAdminDbContext db) => (
            await db.Authenticators.CountAsync(Cancel), await db.UserPasskeys.CountAsync(Cancel), await db.RecoveryCodes.CountAsync(Cancel),
            await db.PendingSignIns.CountAsync(Cancel), await db.Devices.CountAsync(d => d.RememberedUntil != null, Cancel),
            await db.Sessions.CountAsync(s => s.EndedAt == null, Cancel), await db.AccessPasses.CountAsync(p => p.RevokedAt == null, Cancel))));
        var e = await portal.Event(AuditAction.FactorsReset);
        Assert.Equal((alice.UserId, carol.UserId, Guarded.Reason), (e.ActorId, e.TargetId, e.Reason));
        Assert.Equal(["Authenticators: 1 -> 0", "Passkeys: 1 -> 0", "RecoveryCodes: 1 -> 0"], e.Differences);
        Assert.Contains("removed your second factors", await portal.LastMailTo(Carol));
    }

    [Fact]
    public async Task M06_Where_the_policy_says_so_a_reset_waits_for_a_second_administrator()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, carol) = (await portal.Given(Alice), await portal.Given(Bob), await portal.GivenProtected(Carol));
        await portal.SetPolicy(policy => policy.ResetNeedsApproval = true, alice);

        var asked = await Reset(portal, carol, alice);

        Assert.True(asked.Succeeded);
        Assert.False(asked.Value);
        Assert.True((await portal.Load(carol.Id)).TwoFactorEnabled);
        Assert.Contains("asked for your second factors to be reset", await portal.LastMailTo(Carol));
        await portal.Event(AuditAction.FactorResetRequested);
        Assert.Equal("factors.reset_requested", (await Reset(portal, carol, bob)).Problem?.Code);
        Assert.True(Assert.Single(await Open(portal, alice)).IsOwn);
        var request = Assert.Single(await Open(portal, bob));
        Assert.False(request.IsOwn);

        Assert.Equal("factors.own_request", (await Approve(portal, request.Id, alice)).Problem?.Code);
        Assert.True((await Approve(portal, request.Id, bob)).Succeeded);

        Assert.False((await portal.Load(carol.Id)).TwoFactorEnabled);
        var e = await portal.Event(AuditAction.FactorsReset);
        Assert.Equal((bob.UserId, Guarded.Reason), (e.ActorId, e.Reason));
        Assert.Contains("RequestedBy: - -> Alice Archer", e.Differences);
        Assert.Contains("removed your second factors", await portal.LastMailTo(Carol));
        Assert.Empty(await Open(portal, bob));
    }

    [Fact]
    public async Task M06_A_request_is_never_approved_by_whom_it_is_about_nor_after_a_day_nor_once_it_is_declined()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, erin) = (await portal.Given(Alice), await portal.GivenProtected(Bob), await portal.Given(Erin));
        await portal.SetPolicy(policy => policy.ResetNeedsApproval = true, alice);

        await Reset(portal, bob, alice);
        var request = Assert.Single(await Open(portal, erin));
        Assert.Equal("user.yourself", (await Approve(portal, request.Id, bob)).Problem?.Code);
        Assert.True((await Decline(portal, request.Id, erin)).Succeeded);
        Assert.Equal("factors.reset_decided", (await Approve(portal, request.Id, erin)).Problem?.Code);
        await portal.Event(AuditAction.FactorResetDeclined);
        Assert.Contains("was declined", await portal.LastMailTo(Bob));

        await Reset(portal, bob, alice);
        var late = Assert.Single(await Open(portal, erin));
        portal.Clock.Advance(TimeSpan.FromDays(1));
        var erinLater = erin with { AuthenticatedAt = portal.Clock.Now };
        Assert.Equal("factors.reset_decided", (await Approve(portal, late.Id, erinLater)).Problem?.Code);
        Assert.Empty(await Open(portal, erinLater));
        Assert.True((await portal.Load(bob.Id)).TwoFactorEnabled);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task M06_Of_parallel_decisions_one_counts(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob, erin, carol) = (await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Erin), await portal.GivenProtected(Carol));
        await portal.SetPolicy(policy => policy.ResetNeedsApproval = true, alice);
        var asked = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Reset(portal, carol, alice))));
        Assert.Equal(1, asked.Count(result => result.Succeeded));
        var id = Assert.Single(await Open(portal, bob)).Id;

        var decided = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() =>
            i % 3 == 0 ? Decline(portal, id, bob) : Approve(portal, id, i % 2 == 0 ? bob : erin))));

        Assert.Equal(1, decided.Count(result => result.Succeeded));
        Assert.All(decided.Where(result => !result.Succeeded), result => Assert.Equal("factors.reset_decided", result.Problem?.Code));
        Assert.Equal(1, (await portal.Events(AuditAction.FactorsReset)).Count + (await portal.Events(AuditAction.FactorResetDeclined)).Count);
        var request = await portal.Run((UserAdminDbContext db) => db.FactorResets.SingleAsync(Cancel));
        Assert.NotNull(request.DecidedAt);
        Assert.Equal(request.IsApproved, !(await portal.Load(carol.Id)).TwoFactorEnabled);
    }

    [Fact]
    public async Task B11_Resetting_needs_its_own_permission_a_recent_sign_in_and_somebody_not_above_the_actor()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, carol, dave) = (await portal.GivenProtected(Alice), await portal.GivenProtected(Bob), await portal.GivenProtected(Carol), await portal.Given(Dave));
        var helpDesk = dave.WithOnly(Permission.FactorsReset);

        Assert.Equal("not_allowed", (await Reset(portal, carol, alice with { Access = Access.Of(alice.Access.Everywhere.Where(p => p != Permission.FactorsReset)) })).Problem?.Code);
        Assert.Equal("not_allowed", (await Reset(portal, bob, helpDesk)).Problem?.Code);
        var denials = await portal.Events(AuditAction.AccessDenied);
        Assert.Equal([(alice.UserId, carol.UserId), (dave.UserId, bob.UserId)], denials.Select(e => (e.ActorId, e.TargetId)));
        Assert.All(denials, e => Assert.Equal(AuditOutcome.Denied, e.Outcome));
        Assert.Equal(StepUp.Needed, (await Reset(portal, carol, alice.LongSignedIn)).Problem);
        Assert.Equal("user.yourself", (await Reset(portal, alice, alice)).Problem?.Code);
        Assert.Equal("reason.missing", (await portal.Run((FactorResetService resets) => resets.ResetAsync(carol.Id, "", alice, Cancel))).Problem?.Code);
        Assert.Equal("factors.none", (await Reset(portal, dave, alice)).Problem?.Code);
        foreach (var person in new[] { bob, carol })
            Assert.True((await portal.Load(person.Id)).TwoFactorEnabled);
        Assert.True((await Reset(portal, carol, helpDesk)).Value);
    }

    [Fact]
    public async Task B11_Neither_does_a_help_desk_approve_the_reset_of_an_administrator_nor_anybody_without_the_permission()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, carol, dave) = (await portal.Given(Alice), await portal.GivenProtected(Bob), await portal.Given(Carol), await portal.Given(Dave));
        await portal.SetPolicy(policy => policy.ResetNeedsApproval = true, alice);
        await Reset(portal, bob, alice);
        var id = Assert.Single(await Open(portal, dave.WithOnly(Permission.FactorsReset))).Id;

        Assert.Equal("not_allowed", (await Approve(portal, id, dave.WithOnly(Permission.FactorsReset))).Problem?.Code);
        Assert.Equal("not_allowed", (await Approve(portal, id, carol)).Problem?.Code);
        Assert.Equal("not_allowed", (await Decline(portal, id, carol)).Problem?.Code);

        Assert.Empty(await Open(portal, carol));
        Assert.Equal(3, (await portal.Events(AuditAction.AccessDenied)).Count);
        Assert.True((await portal.Load(bob.Id)).TwoFactorEnabled);
    }

    [Fact]
    public async Task U07_Signing_somebody_out_everywhere_ends_sessions_and_forgets_remembered_devices()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.GivenProtected(Carol), await portal.Given(Dave));
        Task<Result> SignOut(Actor by) => portal.Run((UserSecurity security) => security.SignOutEverywhereAsync(carol.Id, Guarded.Reason, by, Cancel));

        Assert.Equal("not_allowed", (await SignOut(dave.WithOnly(Permission.FactorsReset))).Problem?.Code);
        Assert.Equal(StepUp.Needed, (await SignOut(alice.LongSignedIn)).Problem);
        Assert.True((await SignOut(alice)).Succeeded);

        Assert.Equal((0, 0, 0), await portal.Run(async (UserAdminDbContext db) => (
            await db.Sessions.CountAsync(s => s.EndedAt == null, Cancel), await db.PendingSignIns.CountAsync(Cancel), await db.Devices.CountAsync(d => d.RememberedUntil != null, Cancel))));
        Assert.Equal(Guarded.Reason, (await portal.Event(AuditAction.SessionsEnded)).Reason);
        Assert.Contains("signed you out everywhere", await portal.LastMailTo(Carol));
        Assert.True((await portal.Load(carol.Id)).TwoFactorEnabled);
    }

    [Fact]
    public async Task U09_The_security_of_an_account_is_shown_without_its_secrets_to_those_who_may_see_people()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.GivenProtected(Carol), await portal.Given(Dave));
        await portal.Run((AccessPassService passes) => passes.GiveAsync(carol.Id, 8, Guarded.Reason, alice, Cancel));
        Task<SecurityDetails?> Find(Actor by) => portal.Run((UserSecurity security) => security.FindAsync(carol.Id, by, Cancel));

        var seen = await Find(alice);

        Assert.NotNull(seen);
        Assert.Equal((true, "Phone", 1, 1, 1, true), (seen.HasSecondFactor, Assert.Single(seen.Authenticators).Name, seen.Passkeys, seen.RecoveryCodesLeft, seen.RememberedDevices, seen.MayBeActedOn));
        Assert.Equal(("Alice Archer", Guarded.Reason, portal.Clock.Now.AddHours(8)), (seen.Pass!.GivenByName, seen.Pass.Reason, seen.Pass.ExpiresAt));
        Assert.Null(await Find(dave));
        Assert.False((await Find(carol))!.MayBeActedOn);
    }

    private static Task<Result<bool>> Reset(TestPortal portal, Actor target, Actor by) =>
        portal.Run((FactorResetService resets) => resets.ResetAsync(target.Id, Guarded.Reason, by, Cancel));

    private static Task<Result> Approve(TestPortal portal, Guid id, Actor by) => portal.Run((FactorResetService resets) => resets.ApproveAsync(id, by, Cancel));

    private static Task<Result> Decline(TestPortal portal, Guid id, Actor by) => portal.Run((FactorResetService resets) => resets.DeclineAsync(id, "Not them", by, Cancel));

    private static Task<IReadOnlyList<FactorResetRow>> Open(TestPortal portal, Actor by) => portal.Run((FactorResetService resets) => resets.ListAsync(null, by, Cancel));
}
