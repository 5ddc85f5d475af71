using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Tests.TwoFactor;

public class AccessPassTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M08_A_pass_is_shown_once_kept_as_a_hash_recorded_and_told_to_its_owner()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.GivenProtected(Carol));

        var given = await Give(portal, carol, alice, 3);

        Assert.True(given.Succeeded);
        Assert.Equal(portal.Clock.Now.AddHours(3), given.Value.ExpiresAt);
        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$", given.Value.Secret);
        var kept = await portal.Run((UserAdminDbContext db) => db.AccessPasses.SingleAsync(Cancel));
        Assert.Equal(Core.Sessions.SessionKey.Hash(given.Value.Secret.Replace("-", "")), kept.Hash);
        var e = await portal.Event(AuditAction.AccessPassGiven);
        Assert.Equal((alice.UserId, carol.UserId, Guarded.Reason), (e.ActorId, e.TargetId, e.Reason));
        Assert.DoesNotContain(given.Value.Secret, e.Changes);
        var mail = await portal.LastMailTo(Carol);
        Assert.Contains("one-time access pass", mail);
        Assert.DoesNotContain(given.Value.Secret, mail);
    }

    [Fact]
    public async Task M08_A_pass_works_once_however_it_is_typed()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.GivenProtected(Carol));
        var secret = (await Give(portal, carol, alice)).Value!.Secret;

        Assert.False(await Take(portal, carol, "0000-0000-0000-0000"));
        Assert.True(await Take(portal, carol, $" {secret.ToLowerInvariant().Replace("-", " ").Replace('0', 'o').Replace('1', 'l')} "));
        Assert.False(await Take(portal, carol, secret));

        Assert.Equal(carol.UserId, (await portal.Event(AuditAction.AccessPassUsed)).TargetId);
        Assert.Contains("was used to sign in", await portal.LastMailTo(Carol));
    }

    [Fact]
    public async Task M08_A_pass_is_worth_nothing_after_its_time_when_revoked_replaced_or_for_somebody_else()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.GivenProtected(Carol), await portal.GivenProtected(Dave));
        var replaced = (await Give(portal, carol, alice)).Value!.Secret;
        var revoked = (await Give(portal, carol, alice)).Value!.Secret;

        Assert.False(await Take(portal, carol, replaced));
        Assert.False(await Take(portal, dave, revoked));
        Assert.True((await portal.Run((AccessPassService passes) => passes.RevokeAsync(carol.Id, Guarded.Reason, alice, Cancel))).Succeeded);
        Assert.False(await Take(portal, carol, revoked));
        await portal.Event(AuditAction.AccessPassRevoked);

        var late = (await Give(portal, carol, alice, 1)).Value!.Secret;
        portal.Clock.Advance(TimeSpan.FromHours(1));
        Assert.False(await Take(portal, carol, late));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task M08_Of_parallel_uses_of_a_pass_one_succeeds(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.GivenProtected(Carol));
        var secret = (await Give(portal, carol, alice)).Value!.Secret;

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Take(portal, carol, secret))));

        Assert.Equal(1, taken.Count(success => success));
        await portal.Event(AuditAction.AccessPassUsed);
    }

    [Fact]
    public async Task B11_Giving_a_pass_needs_its_own_permission_and_the_attempt_is_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var (bob, carol) = (await portal.Given(Bob), await portal.GivenProtected(Carol));
        var everythingElse = bob with { Access = Access.Of(bob.Access.Everywhere.Where(p => p != Permission.AccessPassesGive)) };

        var refused = await Give(portal, carol, everythingElse);
        var revoking = await portal.Run((AccessPassService passes) => passes.RevokeAsync(carol.Id, Guarded.Reason, everythingElse, Cancel));

        Assert.Equal(("not_allowed", "not_allowed"), (refused.Problem?.Code, revoking.Problem?.Code));
        Assert.All(await portal.Events(AuditAction.AccessDenied), e => Assert.Equal((AuditOutcome.Denied, bob.UserId, carol.UserId), (e.Outcome, e.ActorId, e.TargetId)));
        Assert.True((await Give(portal, carol, bob.WithOnly(Permission.AccessPassesGive))).Succeeded);
    }

    [Fact]
    public async Task B11_Nobody_gives_a_pass_to_themselves_or_to_somebody_who_may_do_more()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, carol) = (await portal.GivenProtected(Alice), await portal.GivenProtected(Bob), await portal.GivenProtected(Carol));

        Assert.Equal("user.yourself", (await Give(portal, alice, alice)).Problem?.Code);
        Assert.Equal("not_allowed", (await Give(portal, bob, carol.WithOnly(Permission.AccessPassesGive))).Problem?.Code);
        Assert.Equal(bob.UserId, (await portal.Event(AuditAction.AccessDenied)).TargetId);
        Assert.True((await Give(portal, bob, alice)).Succeeded);
    }

    [Fact]
    public async Task C11_Giving_a_pass_asks_for_a_recent_sign_in_a_reason_and_hours_that_make_sense()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.GivenProtected(Carol), await portal.Given(Dave));

        Assert.Equal(StepUp.Needed, (await Give(portal, carol, alice.LongSignedIn)).Problem);
        Assert.Equal("reason.missing", (await portal.Run((AccessPassService passes) => passes.GiveAsync(carol.Id, 8, " ", alice, Cancel))).Problem?.Code);
        Assert.Equal("access_pass.hours", (await Give(portal, carol, alice, 25)).Problem?.Code);
        Assert.Equal("access_pass.hours", (await Give(portal, carol, alice, 0)).Problem?.Code);
        Assert.Equal("access_pass.no_factor", (await Give(portal, dave, alice)).Problem?.Code);
        Assert.Empty(await portal.Run((UserAdminDbContext db) => db.AccessPasses.ToListAsync(Cancel)));
    }

    [Fact]
    public async Task M08_At_the_sign_in_a_pass_stands_in_for_the_second_factor_once_even_when_codes_are_paused()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.GivenProtected(Carol);
        await app.Run((UserAdminDbContext db) => db.Devices.ExecuteDeleteAsync(Cancel));
        var given = await app.Run((AccessPassService passes) => passes.GiveAsync(carol.Id, 8, Guarded.Reason, app.Alice, Cancel));
        using var browser = app.Open();
        for (var sitting = 0; sitting < 2; sitting++)
        {
            await browser.SignIn(Carol.UserName);
            for (var i = 0; i < 5; i++)
                await browser.Submit("/account/recovery-code", ("Code", $"AAAA-BBBB-CCCC-DD{sitting}{i}"));
        }
        using var first = await browser.SignIn(Carol.UserName);
        Assert.Contains("/account/two-factor", first.Target);
        Assert.Contains("/account/access-pass", await (await browser.Get("/account/two-factor")).Text());
        Assert.Contains("Too many wrong codes", await (await browser.Submit("/account/recovery-code", ("Code", "AAAA-BBBB-CCCC-DDDD"))).Text());

        Assert.Contains("This access pass is wrong", await (await browser.Submit("/account/access-pass", ("Code", "0000-0000-0000-0000"))).Text());
        using var entered = await browser.Submit("/account/access-pass", ("Code", given.Value!.Secret));

        Assert.Equal(System.Net.HttpStatusCode.Found, entered.StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
        Assert.Equal("pwd pass", await app.Run((UserAdminDbContext db) => db.Sessions.Where(s => s.EndedAt == null && s.UserAgent == null).Select(s => s.Methods).OrderBy(m => m).LastAsync(Cancel)));
        using var another = app.Open();
        await another.SignIn(Carol.UserName);
        Assert.Contains("This access pass is wrong", await (await another.Submit("/account/access-pass", ("Code", given.Value.Secret))).Text());
    }

    private static Task<Result<GivenPass>> Give(TestPortal portal, Actor to, Actor by, int hours = 8) =>
        portal.Run((AccessPassService passes) => passes.GiveAsync(to.Id, hours, Guarded.Reason, by, Cancel));

    // As the second step of a sign-in does: in a transaction that it saves.
    private static async Task<bool> Take(TestPortal portal, Actor owner, string typed)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        var (db, id) = (Get<UserAdminDbContext>(scope), owner.Id);
        return (await db.WriteAsync(async () =>
        {
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == id, Cancel);
            if (!await Get<AccessPassService>(scope).TakeAsync(user, typed, owner, Cancel))
                return new Problem(ProblemKind.Invalid, "wrong", "Wrong");
            await db.SaveChangesAsync(Cancel);
            return Result.Ok;
        }, Cancel)).Succeeded;
    }

    private static T Get<T>(AsyncServiceScope scope) where T : notnull =>
        scope.ServiceProvider.GetRequiredService<T>();
}
