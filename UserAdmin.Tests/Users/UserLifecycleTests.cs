using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Users;

public class UserLifecycleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    private delegate Task<Result> Step(UserLifecycle users, Guid id, string reason, Actor actor);

    private static readonly Dictionary<string, (Step Do, AuditAction Action, UserStatus Before, UserStatus After)> Steps = new()
    {
        ["deactivate"] = ((users, id, reason, actor) => users.DeactivateAsync(id, reason, actor, Cancel), AuditAction.UserDeactivated, UserStatus.Active, UserStatus.Inactive),
        ["activate"] = ((users, id, reason, actor) => users.ActivateAsync(id, reason, actor, Cancel), AuditAction.UserActivated, UserStatus.Inactive, UserStatus.Active),
        ["lock"] = ((users, id, reason, actor) => users.LockAsync(id, null, reason, actor, Cancel), AuditAction.UserLocked, UserStatus.Active, UserStatus.Locked),
        ["unlock"] = ((users, id, reason, actor) => users.UnlockAsync(id, reason, actor, Cancel), AuditAction.UserUnlocked, UserStatus.Locked, UserStatus.Active),
        ["delete"] = ((users, id, reason, actor) => users.DeleteAsync(id, reason, actor, Cancel), AuditAction.UserDeleted, UserStatus.Active, UserStatus.Deleted),
        ["restore"] = ((users, id, reason, actor) => users.RestoreAsync(id, reason, actor, Cancel), AuditAction.UserRestored, UserStatus.Deleted, UserStatus.Active),
        ["purge"] = ((users, id, reason, actor) => users.PurgeAsync(id, reason, actor, Cancel), AuditAction.UserPurged, UserStatus.Deleted, UserStatus.Deleted),
    };

    public static TheoryData<string> EveryStep => [.. Steps.Keys];

    public static MatrixTheoryData<DatabaseProvider, string> EveryStepOnEveryDatabase => new(Databases.Select(row => row.Data), Steps.Keys);

    [Theory, MemberData(nameof(EveryStepOnEveryDatabase))]
    public async Task Every_step_is_done_and_recorded_once_with_its_reason(DatabaseProvider provider, string step)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var (act, action, before, after) = Steps[step];
        var carol = await Given(portal, before);

        var done = await Do(portal, act, carol.Id, " because of\nthis ", alice);

        Assert.Null(done.Problem);
        var e = await portal.Event(action);
        Assert.Equal((alice.UserId, carol.UserId, "Carol Cooper", "because of this", AuditOutcome.Success), (e.ActorId, e.TargetId, e.TargetName!, e.Reason!, e.Outcome));
        Assert.NotEmpty(e.Differences);
        if (step == "purge")
            Assert.False(await portal.Run((UserAdminDbContext db) => db.Users.AnyAsync(user => user.Id == carol.UserId, Cancel)));
        else
            Assert.Equal(after, (await portal.Load(carol.Id)).StatusAt(portal.Clock.Now));
    }

    [Theory, MemberData(nameof(EveryStep))]
    public async Task Every_step_needs_permission_and_the_attempt_is_recorded(string step)
    {
        await using var portal = await TestPortal.StartAsync();
        var dave = await portal.Given(Dave);
        var carol = await Given(portal, Steps[step].Before);

        var refused = await Do(portal, Steps[step].Do, carol.Id, "reason", dave);

        Assert.Equal("not_allowed", refused.Problem?.Code);
        Assert.Equal((dave.UserId, carol.UserId, AuditOutcome.Denied), await portal.Event(AuditAction.AccessDenied) is var e ? (e.ActorId, e.TargetId, e.Outcome) : default);
        Assert.Equal(Steps[step].Before, (await portal.Load(carol.Id)).StatusAt(portal.Clock.Now));
    }

    [Theory, MemberData(nameof(EveryStep))]
    public async Task Every_step_asks_for_a_reason(string step)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var carol = await Given(portal, Steps[step].Before);

        foreach (var (reason, problem) in new[] { ("", "reason.missing"), (" \n ", "reason.missing"), (new string('x', 501), "reason.too_long"), ("a\u202Eb", "reason.hidden_characters"), ("a\0b", "reason.hidden_characters") })
            Assert.Equal((problem, "Reason"), (await Do(portal, Steps[step].Do, carol.Id, reason, alice)).Problem is { } p ? (p.Code, p.Field!) : default);

        Assert.Equal(0, await portal.CountEvents());
    }

    [Theory, MemberData(nameof(EveryStep))]
    public async Task Every_step_refuses_somebody_who_does_not_exist(string step)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        Assert.Equal("user.not_found", (await Do(portal, Steps[step].Do, Guid.NewGuid(), "reason", alice)).Problem?.Code);
        Assert.Equal(0, await portal.CountEvents());
    }

    [Theory, InlineData("deactivate"), InlineData("lock"), InlineData("delete")]
    public async Task Nobody_takes_access_away_from_themselves(string step)
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, _) = (await portal.Given(Alice), await portal.Given(Bob));

        Assert.Equal("user.yourself", (await Do(portal, Steps[step].Do, alice.Id, "reason", alice)).Problem?.Code);
    }

    [Theory]
    [InlineData("deactivate", UserStatus.Inactive), InlineData("deactivate", UserStatus.Deleted), InlineData("activate", UserStatus.Active), InlineData("activate", UserStatus.Deleted)]
    [InlineData("lock", UserStatus.Inactive), InlineData("lock", UserStatus.Deleted), InlineData("unlock", UserStatus.Deleted), InlineData("delete", UserStatus.Deleted)]
    [InlineData("restore", UserStatus.Active), InlineData("restore", UserStatus.Inactive), InlineData("purge", UserStatus.Active), InlineData("purge", UserStatus.Inactive)]
    public async Task A_step_from_the_wrong_state_is_refused_and_changes_nothing(string step, UserStatus status)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var carol = await Given(portal, status);

        Assert.Equal("user.wrong_status", (await Do(portal, Steps[step].Do, carol.Id, "reason", alice)).Problem?.Code);
        Assert.Equal(status, (await portal.Load(carol.Id)).StatusAt(portal.Clock.Now));
        Assert.Equal(0, await portal.CountEvents());
    }

    [Fact]
    public async Task A_lock_ends_by_itself_at_its_time_and_must_end_in_the_future()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        Task<Result> Lock(DateTimeOffset until) => portal.Run((UserLifecycle users) => users.LockAsync(carol.Id, until, "reason", alice, Cancel));

        var past = await Lock(portal.Clock.Now);
        var done = await Lock(portal.Clock.Now.AddHours(1));

        Assert.Equal(("user.lock_in_past", "Until"), (past.Problem?.Code, past.Problem?.Field));
        Assert.True(done.Succeeded);
        Assert.Equal(UserStatus.Locked, (await portal.Load(carol.Id)).StatusAt(portal.Clock.Now));
        portal.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(UserStatus.Active, (await portal.Load(carol.Id)).StatusAt(portal.Clock.Now));
    }

    [Fact]
    public async Task A_deleted_user_can_be_restored_for_thirty_days()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await Given(portal, UserStatus.Deleted));

        portal.Clock.Advance(TimeSpan.FromDays(29.5));
        var details = await portal.Run((UserDirectory users) => users.FindAsync(carol.Id, alice, Cancel));
        portal.Clock.Advance(TimeSpan.FromDays(1));
        var late = await Do(portal, Steps["restore"].Do, carol.Id, "reason", alice);

        Assert.Equal(1, details!.RestoreDaysLeft);
        Assert.Equal("user.restore_over", late.Problem?.Code);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_restored_administrator_is_one_again_and_a_purged_one_leaves_only_the_audit_log(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob) = (await portal.Given(Alice), await portal.Given(Bob));

        await Do(portal, Steps["delete"].Do, bob.Id, "left", alice);
        await Do(portal, Steps["restore"].Do, bob.Id, "came back", alice);
        Assert.True(await portal.Run((Owners owners) => owners.IsOwnerAsync(bob.Id, portal.Clock.Now, Cancel)));

        await Do(portal, Steps["delete"].Do, bob.Id, "left", alice);
        await Do(portal, Steps["purge"].Do, bob.Id, "for good", alice);
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.RoleAssignments.CountAsync(role => role.RoleId == SystemRoles.Owner.Id, Cancel)));
        Assert.Equal(4, await portal.Run((UserAdminDbContext db) => db.AuditEvents.CountAsync(e => e.TargetId == bob.UserId, Cancel)));
    }

    [Fact]
    public async Task Unlocking_also_ends_the_pause_after_wrong_passwords()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = app.Open();
        for (var i = 0; i < 5; i++)
            await browser.SignIn("carol", "wrong");
        Assert.NotNull((await app.Run((UserDirectory users) => users.FindAsync(carol.Id, app.Alice, Cancel)))!.PausedUntil);

        await app.Run((UserLifecycle users) => users.UnlockAsync(carol.Id, "she called", app.Alice, Cancel));

        Assert.Equal(System.Net.HttpStatusCode.Found, (await browser.SignIn("carol")).StatusCode);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task J02_When_the_event_cannot_be_written_the_change_does_not_happen(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await portal.Run((UserAdminDbContext db) => db.Database.ExecuteSqlAsync($"ALTER TABLE audit_events RENAME TO audit_events_gone", Cancel));

        foreach (var step in new[] { "deactivate", "lock", "delete" })
            await Assert.ThrowsAsync<AuditNotWrittenException>(() => Do(portal, Steps[step].Do, carol.Id, "reason", alice));

        Assert.Equal(UserStatus.Active, (await portal.Load(carol.Id)).StatusAt(portal.Clock.Now));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task J02_When_the_change_cannot_be_written_there_is_no_event(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await portal.Run((UserAdminDbContext db) => db.Database.ExecuteSqlAsync($"ALTER TABLE one_time_tokens RENAME TO one_time_tokens_gone", Cancel));

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Do(portal, Steps["delete"].Do, carol.Id, "reason", alice));

        Assert.Equal(0, await portal.CountEvents());
        Assert.Equal(UserStatus.Active, (await portal.Load(carol.Id)).StatusAt(portal.Clock.Now));
    }

    private static Task<Actor> Given(TestPortal portal, UserStatus status) => portal.Given(Carol, user =>
    {
        if (status == UserStatus.Inactive)
            user.Deactivate("before", portal.Clock.Now);
        if (status == UserStatus.Locked)
            user.Lock(portal.Clock.Now.AddDays(1), "before");
        if (status == UserStatus.Deleted)
            user.Delete("before", portal.Clock.Now);
    });

    private static Task<Result> Do(ITestPortal portal, Step step, Guid id, string reason, Actor actor) =>
        portal.Run((UserLifecycle users) => step(users, id, reason, actor));
}
