using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Audit;

public class JourneyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task J01_Every_step_of_a_persons_time_with_us_gives_exactly_one_event(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var alice = app.Alice;
        async Task<TResult> Step<TService, TResult>(Func<TService, Task<TResult>> work, AuditAction expected) where TService : notnull =>
            await Once(app, () => app.Run(work), expected);

        var id = (await Step((UserService users) => users.CreateAsync(new() { FirstName = "Carol", LastName = "Cooper", UserName = "carol", Email = "carol@example.org" }, alice, Cancel), AuditAction.UserCreated)).Value;
        var secret = (await Step((ActivationService activation) => activation.CreateLinkAsync(id, alice, Cancel), AuditAction.UserActivationLinkMade)).Value!;
        await Step((ActivationService activation) => activation.ActivateAsync(secret, new() { Password = Password, Again = Password }, "192.0.2.3", Cancel), AuditAction.UserActivatedAccount);
        using var browser = app.Open("192.0.2.3");
        await Once(app, () => browser.SignIn("carol", "wrong password"), AuditAction.SignInFailed);
        await Once(app, () => browser.SignIn("carol"), AuditAction.SignedIn);
        var page = await (await browser.Get("/me")).Text();
        await Once(app, () => browser.Submit("/account/sign-out", page), AuditAction.SignedOut);
        await Once(app, () => browser.SignIn("carol@example.org"), AuditAction.SignedIn);
        var form = UserForm.Of(await app.Load(id));
        var mine = form.Copy();
        mine.City = "Brno";
        await Step((UserService users) => users.EditAsync(id, mine, form, alice, Cancel), AuditAction.UserEdited);
        await Step((SessionService sessions) => sessions.EndAllAsync(id, alice, Cancel), AuditAction.SessionsEnded);
        await Step((UserLifecycle users) => users.LockAsync(id, null, "a", alice, Cancel), AuditAction.UserLocked);
        await Step((UserLifecycle users) => users.UnlockAsync(id, "b", alice, Cancel), AuditAction.UserUnlocked);
        await Step((UserLifecycle users) => users.DeactivateAsync(id, "c", alice, Cancel), AuditAction.UserDeactivated);
        await Step((UserLifecycle users) => users.ActivateAsync(id, "d", alice, Cancel), AuditAction.UserActivated);
        await Step((UserLifecycle users) => users.DeleteAsync(id, "e", alice, Cancel), AuditAction.UserDeleted);
        await Step((UserLifecycle users) => users.RestoreAsync(id, "f", alice, Cancel), AuditAction.UserRestored);
        await Step((UserLifecycle users) => users.DeleteAsync(id, "g", alice, Cancel), AuditAction.UserDeleted);
        await Step((UserLifecycle users) => users.PurgeAsync(id, "h", alice, Cancel), AuditAction.UserPurged);
    }

    [Fact]
    public async Task J01_A_sign_in_is_recorded_with_who_from_where_and_which_session()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = app.Open("192.0.2.77");

        await browser.SignIn("carol");

        var e = await app.Event(AuditAction.SignedIn);
        var session = await app.Run((UserAdminDbContext db) => db.Sessions.SingleAsync(Cancel));
        Assert.Equal((ActorKind.User, carol.UserId, "Carol Cooper", "192.0.2.77", session.Id), (e.ActorKind, e.ActorId, e.ActorName, e.Address, e.SessionId!.Value));
        Assert.Equal("192.0.2.77", session.Address);
        Assert.NotEmpty(e.CorrelationId!);
        Assert.Equal(app.Clock.Now, AuditRecording.FromMicroseconds(e.UtcMicroseconds));
    }

    [Fact]
    public async Task J01_A_failed_sign_in_is_recorded_with_the_name_that_was_tried()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = app.Open("192.0.2.77");

        await browser.SignIn("carol", "wrong");
        await browser.SignIn("nobody@example.org", "wrong");

        var events = await app.Events(AuditAction.SignInFailed);
        Assert.All(events, e => Assert.Equal((ActorKind.Anonymous, null, "192.0.2.77", AuditOutcome.Failure), (e.ActorKind, e.ActorId, e.Address, e.Outcome)));
        Assert.Equal([(null, "nobody@example.org", "No such account"), (carol.UserId, "Carol Cooper", "Wrong password")],
            events.OrderBy(e => e.Reason).Select(e => (e.TargetId, e.TargetName!, e.Reason!)));
    }

    private static async Task<TResult> Once<TResult>(TestApp app, Func<Task<TResult>> step, AuditAction expected)
    {
        var before = (await app.CountEvents(), (await app.Events(expected)).Count);
        var result = await step();
        Assert.Equal((before.Item1 + 1, before.Count + 1), (await app.CountEvents(), (await app.Events(expected)).Count));
        return result;
    }
}
