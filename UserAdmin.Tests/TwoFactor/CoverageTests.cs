using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.TwoFactor;

public class CoverageTests
{
    private static readonly CoverageFilter Everybody = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task M09_The_list_has_the_active_people_without_a_second_factor_by_name_in_pages(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, _, dave) = (await portal.Given(Alice), await portal.GivenProtected(Carol), await portal.Given(Dave));
        await portal.Given(Bob, user => user.SecondFactorDueAt = portal.Clock.Now.AddDays(-1));
        await portal.Given(new("Frank", "Foss", null), user => user.Deactivate("left", portal.Clock.Now));
        await portal.Given(new("Grace", "Gold", null), user => user.ActivatedAt = null);
        await portal.Given(new("Heidi", "Hall", null), user => user.SecondFactorDueAt = portal.Clock.Now.AddDays(1));

        Assert.Equal(["Alice Archer", "Bob Baker", "Dave Dyer", "Heidi Hall"], await Names(portal, Everybody, alice));
        Assert.Equal(["Bob Baker"], await Names(portal, new() { State = FactorState.Overdue }, alice));
        Assert.Equal(["Heidi Hall"], await Names(portal, new() { State = FactorState.InGrace }, alice));
        Assert.Equal(["Alice Archer", "Dave Dyer"], await Names(portal, new() { State = FactorState.NotRequired }, alice));
        Assert.Equal(["Alice Archer", "Bob Baker"], await Names(portal, new() { RoleId = SystemRoles.Owner.Id }, alice));
        Assert.Equal(["Dave Dyer"], await Names(portal, new() { Search = "dye" }, alice));

        var small = Everybody with { PageSize = 3 };
        var first = await List(portal, small, PageStart.First, alice);
        var second = await List(portal, small, new(After: first.Page.Next), alice);
        Assert.Equal((4, dave.Id), (first.Count.Value, first.Page.Rows[^1].Id));
        Assert.Equal("Heidi Hall", Assert.Single(second.Page.Rows).FullName);
        Assert.Equal(first.Page.Rows, (await List(portal, small, new(Before: second.Page.Previous), alice)).Page.Rows);
        Assert.Equal(["Bob Baker", "Dave Dyer", "Heidi Hall"], (await List(portal, small, new(AtEnd: true), alice)).Page.Rows.Select(row => row.FullName));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task M09_The_figures_count_people_kinds_and_roles(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        await portal.GivenProtected(Bob);
        await portal.GivenProtected(Carol);
        await portal.Given(Dave, user => user.SecondFactorDueAt = portal.Clock.Now);

        var figures = (await portal.Run((CoverageDirectory coverage) => Once(() => coverage.FiguresAsync(alice, Cancel)))).Value;

        Assert.Equal((4, 2, 2, 2, 2, 1, 0), (figures.People, figures.Protected, figures.Lacking, figures.WithAuthenticator, figures.WithPasskey, figures.Overdue, figures.InGrace));
        Assert.Equal(("Owner", 2L, 1L, false), Assert.Single(figures.Roles, role => role.Members > 0) is var role ? (role.Name, role.Members, role.Protected, role.RequiresSecondFactor) : default);
    }

    [Fact]
    public async Task M09_Without_permission_there_is_neither_list_nor_figures()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));

        foreach (var actor in new[] { carol, alice with { Access = Access.Of(alice.Access.Everywhere.Where(p => p != Permission.CoverageView)) } })
        {
            Assert.Empty((await List(portal, Everybody, PageStart.First, actor)).Page.Rows);
            Assert.Null(await portal.Run((CoverageDirectory coverage) => coverage.FiguresAsync(actor, Cancel)));
            Assert.Empty(await portal.Run((CoverageDirectory coverage) => coverage.RolesAsync(actor, Cancel)));
        }
        Assert.NotEmpty((await List(portal, Everybody, PageStart.First, carol.WithOnly(Permission.CoverageView))).Page.Rows);
    }

    [Fact]
    public async Task M09_A_reminder_goes_out_once_a_day_and_is_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        await portal.GivenProtected(Bob);

        Assert.Equal(new(1, 0), await Remind(portal, new(Everybody, [carol.Id]), alice));
        portal.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(new(2, 1), await Remind(portal, new(Everybody), alice));
        Assert.Equal(new(0, 3), await Remind(portal, new(Everybody), alice));
        portal.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(new(1, 2), await Remind(portal, new(Everybody), alice));

        Assert.Equal(["factor-reminder", "factor-reminder"], await portal.MailsTo(Carol));
        Assert.Empty(await portal.MailsTo(Bob));
        Assert.Contains("has no second factor yet", await portal.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.Recipient == Dave.Email).Select(m => m.Subject).SingleAsync(Cancel)));
        Assert.Contains("http://localhost/me/security", await portal.LastMailTo(Dave));
        Assert.Equal(new Guid?[] { carol.UserId, carol.UserId, alice.UserId, dave.UserId }.Order(), (await portal.Events(AuditAction.FactorReminded)).Select(e => e.TargetId).Order());
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task M09_Of_reminders_at_the_same_moment_each_person_gets_one(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.GivenProtected(Alice);
        for (var i = 0; i < 30; i++)
            await portal.Given(new($"P{i}", "Person", null));

        var tallies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Remind(portal, new(Everybody), alice))));

        Assert.Equal(30, tallies.Sum(tally => tally.Done));
        var mails = await portal.Run((UserAdminDbContext db) => db.OutboxMessages.GroupBy(m => m.Recipient).Select(group => group.Count()).ToListAsync(Cancel));
        Assert.Equal(Enumerable.Repeat(1, 30), mails);
    }

    [Fact]
    public async Task M09_Thousands_are_reminded_in_portions_and_the_list_tells_how_far_it_is()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.GivenProtected(Alice);
        await portal.Run(async (UserAdminDbContext db) =>
        {
            for (var i = 0; i < 450; i++)
            {
                var user = new User { CreatedAt = portal.Clock.Now, ActivatedAt = portal.Clock.Now };
                user.Rename("Many", $"People{i:000}");
                user.Identify($"many{i}", $"many{i}@example.org", new NameNormalizer());
                db.Users.Add(user);
            }
            return await db.SaveChangesAsync(Cancel);
        });
        var steps = new List<int>();

        var tally = await portal.Run((FactorEnforcement factors) => factors.RemindAsync(new(Everybody), alice, steps.Add, Cancel));

        Assert.Equal(new FactorTally(450, 0), tally.Value);
        Assert.Equal([200, 400, 450], steps);
        Assert.Equal(450, await portal.Run((UserAdminDbContext db) => db.OutboxMessages.CountAsync(Cancel)));
    }

    [Fact]
    public async Task M05_Requiring_it_of_people_tells_them_until_when_and_skips_those_who_know()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, _) = (await portal.GivenProtected(Alice), await portal.Given(Carol), await portal.Given(Dave, user => user.SecondFactorDueAt = portal.Clock.Now));

        var tally = await Require(portal, new(Everybody), alice);

        Assert.Equal(new(1, 1), tally.Value);
        Assert.Equal(portal.Clock.Now.AddDays(7), (await portal.Load(carol.Id)).SecondFactorDueAt);
        Assert.Equal(["factor-required"], await portal.MailsTo(Carol));
        Assert.Contains($"until {portal.Clock.Now.AddDays(7):d MMMM yyyy, HH:mm}", await portal.LastMailTo(Carol));
        var e = await portal.Event(AuditAction.FactorRequired);
        Assert.Equal((alice.UserId, carol.UserId, Guarded.Reason), (e.ActorId, e.TargetId, e.Reason));
    }

    [Fact]
    public async Task M05_A_role_is_switched_with_a_reason_and_its_members_who_lack_one_are_told()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.GivenProtected(Alice);
        await portal.Given(Bob);
        await portal.Given(Carol);

        var required = await OfRole(portal, true, alice);

        Assert.Equal(new(1, 0), required.Value);
        Assert.Equal(["factor-required"], await portal.MailsTo(Bob));
        Assert.Empty(await portal.MailsTo(Alice));
        Assert.Empty(await portal.MailsTo(Carol));
        var e = await portal.Event(AuditAction.RoleFactorRequired);
        Assert.Equal((SystemRoles.Owner.Id, "Owner", Guarded.Reason), (e.TargetId!.Value, e.TargetName, e.Reason));
        Assert.Equal("factors.already_so", (await OfRole(portal, true, alice)).Problem?.Code);
        Assert.Equal(["Bob Baker"], await Names(portal, new() { State = FactorState.InGrace }, alice));
        portal.Clock.Advance(TimeSpan.FromDays(7));
        alice = alice with { AuthenticatedAt = portal.Clock.Now };
        Assert.Equal(["Bob Baker"], await Names(portal, new() { State = FactorState.Overdue }, alice));
        Assert.True((await OfRole(portal, false, alice)).Succeeded);
        Assert.Empty(await Names(portal, new() { State = FactorState.Overdue }, alice));
        await portal.Event(AuditAction.RoleFactorReleased);
    }

    [Fact]
    public async Task M05_What_was_required_of_one_person_can_be_taken_back()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        Task<Result> Release(Actor by) => portal.Run((FactorEnforcement factors) => factors.ReleaseAsync(carol.Id, Guarded.Reason, by, Cancel));
        Task<Result> RequireOne(Actor by) => portal.Run((FactorEnforcement factors) => factors.RequireAsync(carol.Id, Guarded.Reason, by, Cancel));

        Assert.Equal("factors.already_so", (await Release(alice)).Problem?.Code);
        Assert.True((await RequireOne(alice)).Succeeded);
        Assert.Equal("factors.already_so", (await RequireOne(alice)).Problem?.Code);
        Assert.True((await Release(alice)).Succeeded);

        Assert.Null((await portal.Load(carol.Id)).SecondFactorDueAt);
        await portal.Event(AuditAction.FactorReleased);
    }

    [Fact]
    public async Task M05_Enforcing_needs_its_permission_and_a_recent_sign_in_and_stops_below_administrators()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, bob, carol, dave) = (await portal.Given(Alice), await portal.Given(Bob), await portal.Given(Carol), await portal.Given(Dave));
        var without = alice with { Access = Access.Of(alice.Access.Everywhere.Where(p => p != Permission.FactorsEnforce)) };

        Assert.Equal("not_allowed", (await Require(portal, new(Everybody), without)).Problem?.Code);
        Assert.Equal("not_allowed", (await OfRole(portal, true, without)).Problem?.Code);
        Assert.Equal("not_allowed", (await portal.Run((FactorEnforcement factors) => factors.RemindAsync(new(Everybody), without, null, Cancel))).Problem?.Code);
        Assert.Equal("not_allowed", (await portal.Run((FactorEnforcement factors) => factors.RequireAsync(carol.Id, Guarded.Reason, without, Cancel))).Problem?.Code);
        Assert.Equal(4, (await portal.Events(AuditAction.AccessDenied)).Count);
        Assert.Equal(StepUp.Needed, (await Require(portal, new(Everybody), alice.LongSignedIn)).Problem);
        Assert.Equal(StepUp.Needed, (await OfRole(portal, true, alice.LongSignedIn)).Problem);

        var helpDesk = dave.WithOnly(Permission.FactorsEnforce);
        Assert.Equal("not_allowed", (await portal.Run((FactorEnforcement factors) => factors.RequireAsync(bob.Id, Guarded.Reason, helpDesk, Cancel))).Problem?.Code);
        Assert.Equal(new(2, 2), (await Require(portal, new(Everybody), helpDesk)).Value);
        Assert.Null((await portal.Load(bob.Id)).SecondFactorDueAt);
    }

    private static Task<CoverageListing> List(TestPortal portal, CoverageFilter filter, PageStart start, Actor by) =>
        portal.Run((CoverageDirectory coverage) => coverage.ListAsync(filter, start, by, Cancel));

    private static async Task<IEnumerable<string>> Names(TestPortal portal, CoverageFilter filter, Actor by) =>
        (await List(portal, filter, PageStart.First, by)).Page.Rows.Select(row => row.FullName);

    private static async Task<FactorTally> Remind(TestPortal portal, CoverageChoice chosen, Actor by) =>
        (await portal.Run((FactorEnforcement factors) => factors.RemindAsync(chosen, by, null, Cancel))).Value!;

    private static Task<Result<FactorTally>> Require(TestPortal portal, CoverageChoice chosen, Actor by) =>
        portal.Run((FactorEnforcement factors) => factors.RequireAsync(chosen, Guarded.Reason, by, null, Cancel));

    private static Task<Result<FactorTally>> OfRole(TestPortal portal, bool isRequired, Actor by) =>
        portal.Run((FactorEnforcement factors) => factors.RequireOfRoleAsync(SystemRoles.Owner.Id, isRequired, Guarded.Reason, by, Cancel));

    // The first count may take longer than a moment on a busy machine.
    private static async Task<Core.Dashboard.KeptFigure<CoverageFigures>> Once(Func<Task<Core.Dashboard.KeptFigure<CoverageFigures>?>> find)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (await find() is { } found)
                return found;
            await Task.Delay(100, Cancel);
        }
        throw new TimeoutException("The figures were never computed.");
    }
}
