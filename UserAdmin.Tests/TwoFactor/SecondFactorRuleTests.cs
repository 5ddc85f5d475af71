using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Tests.TwoFactor;

public class SecondFactorRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void M05_The_days_count_from_the_later_of_activation_and_requirement()
    {
        var rule = new SecondFactorRule(new() { IsRequired = true, RequiredAt = Now.AddDays(-3), GraceDays = 7 }, Now);

        Assert.Equal(Now.AddDays(4), rule.DueAt(Now.AddYears(-1), null, null));
        Assert.Equal(Now.AddDays(6), rule.DueAt(Now.AddDays(-1), null, null));
    }

    [Fact]
    public void M05_Of_several_requirements_the_earliest_counts()
    {
        var rule = new SecondFactorRule(new() { IsRequired = true, RequiredAt = Now.AddDays(-3), GraceDays = 7 }, Now);

        Assert.Equal(Now.AddDays(-2), rule.DueAt(Now.AddYears(-1), null, Now.AddDays(-9)));
        Assert.Equal(Now.AddDays(1), rule.DueAt(Now.AddYears(-1), Now.AddDays(1), null));
        Assert.Equal(Now.AddDays(4), rule.DueAt(Now.AddYears(-1), Now.AddDays(5), null));
    }

    [Fact]
    public void M05_Nobody_is_asked_for_what_is_required_of_nobody()
    {
        var rule = new SecondFactorRule(new() { IsRequired = false, RequiredAt = Now.AddYears(-1) }, Now);

        Assert.Null(rule.DueAt(Now.AddYears(-1), null, null));
        Assert.Equal(FactorState.NotRequired, rule.StateOf(null));
    }

    // Lists and sessions must agree on everybody, at the very instants where states change, too.
    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task M05_The_database_judges_as_the_rule_does(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, now) = (await portal.Given(Alice), portal.Clock.Now);
        DateTimeOffset?[] instants = [null, now.AddDays(-30), now.AddDays(-7), now.AddDays(-7).AddSeconds(1), now.AddDays(-1), now, now.AddSeconds(1), now.AddDays(7)];
        var people = new List<Guid> { alice.Id };
        foreach (var (byName, activatedAt) in from byName in instants from activatedAt in instants.OfType<DateTimeOffset>() select (byName, activatedAt))
            people.Add((await portal.Given(new($"P{people.Count}", "Person", people.Count % 2 == 0 ? SystemRoles.Owner : null), user => (user.SecondFactorDueAt, user.ActivatedAt) = (byName, activatedAt))).Id);

        foreach (var byRole in instants)
            foreach (var policy in instants.Select(since => new SecondFactorPolicy { IsRequired = since is not null, RequiredAt = since, GraceDays = 7 }))
                await portal.Run(async (UserAdminDbContext db) =>
                {
                    var role = await db.Roles.SingleAsync(r => r.Id == SystemRoles.Owner.Id, Cancel);
                    role.RequireSecondFactor(false, now);
                    if (byRole is { } since)
                        role.RequireSecondFactor(true, since);
                    await db.SaveChangesAsync(Cancel);
                    var rule = new SecondFactorRule(policy, now);
                    var users = await db.Users.AsNoTracking().ToListAsync(Cancel);
                    var administrators = await db.RoleAssignments.Select(r => r.UserId).ToListAsync(Cancel);
                    var expected = users.ToDictionary(u => u.Id, u => rule.StateOf(rule.DueAt(u.ActivatedAt, u.SecondFactorDueAt, administrators.Contains(u.Id) ? byRole : null)));

                    foreach (var state in Enum.GetValues<FactorState>())
                        Assert.Equal(
                            expected.Where(pair => pair.Value == state).Select(pair => pair.Key).Order(),
                            (await rule.In(state, db.Users, db).Select(u => u.Id).ToListAsync(Cancel)).Order());
                    return true;
                });
    }

    [Fact]
    public async Task M05_Switching_it_on_for_everybody_starts_the_days_and_switching_on_again_does_not_restart_them()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        await portal.SetPolicy(policy => policy.IsRequired = true, alice);
        var started = portal.Clock.Now;
        portal.Clock.Advance(TimeSpan.FromDays(2));
        await portal.SetPolicy(policy => policy.GraceDays = 3, alice);

        var kept = await portal.Run((Core.Settings.Policies policies) => policies.GetAsync<SecondFactorPolicy>(Cancel));
        Assert.Equal(started, kept.RequiredAt);
        await portal.SetPolicy(policy => policy.IsRequired = false, alice);
        Assert.Null((await portal.Run((Core.Settings.Policies policies) => policies.GetAsync<SecondFactorPolicy>(Cancel))).RequiredAt);
    }
}
