using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Roles;

public class EvaluatingAccessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_inherits_what_all_above_it_grant()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var top = await portal.GivenRole("Top", [Permission.AuditView]);
        var middle = await portal.GivenRole("Middle", [Permission.UsersView], parent: top);
        await portal.GivenAssignment(carol.Id, await portal.GivenRole("Bottom", [Permission.RolesView], parent: middle));

        var access = await portal.AccessOf(carol.Id);

        Assert.Equal([Permission.UsersView, Permission.RolesView, Permission.AccessRequestsCreate, Permission.AuditView], access.Everywhere.Order());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_denial_wins_over_every_grant_wherever_in_the_chain_or_in_another_role_it_stands(bool isInAnotherRole)
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var denying = await portal.GivenRole("Denying", denies: [Permission.UsersEdit]);
        var granting = await portal.GivenRole("Granting", [Permission.UsersEdit, Permission.UsersView], parent: isInAnotherRole ? null : denying);
        await portal.GivenAssignment(carol.Id, granting);
        if (isInAnotherRole)
            await portal.GivenAssignment(carol.Id, denying);

        var access = await portal.AccessOf(carol.Id);

        Assert.True(access.Can(Permission.UsersView));
        Assert.False(access.Can(Permission.UsersEdit));
    }

    [Fact]
    public async Task In_an_organization_a_role_counts_there_and_below_and_nowhere_else()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var acme = await portal.GivenOrganization("Acme");
        var (branch, other) = (await portal.GivenOrganization("Branch", acme), await portal.GivenOrganization("Other"));
        var office = await portal.GivenOrganization("Office", branch);
        await portal.GivenAssignment(carol.Id, await portal.GivenRole("Looks", [Permission.UsersView, Permission.AuditView]), branch);

        var access = await portal.AccessOf(carol.Id);

        Assert.Equal((false, false, true, true, false), (access.Can(Permission.UsersView), access.CanIn(acme, Permission.UsersView), access.CanIn(branch, Permission.UsersView), access.CanIn(office, Permission.UsersView), access.CanIn(other, Permission.UsersView)));
        Assert.False(access.CanIn(branch, Permission.AuditView), "What can be held only everywhere is not held in an organization.");
    }

    [Fact]
    public async Task A_denial_in_an_organization_takes_there_and_below_what_is_held_everywhere_and_one_held_everywhere_takes_it_in_every_organization()
    {
        await using var portal = await TestPortal.StartAsync();
        var (carol, dave) = (await portal.Given(Carol), await portal.Given(Dave));
        var acme = await portal.GivenOrganization("Acme");
        var (branch, other) = (await portal.GivenOrganization("Branch", acme), await portal.GivenOrganization("Other"));
        var (granting, denying) = (await portal.GivenRole("Granting", [Permission.UsersView]), await portal.GivenRole("Denying", denies: [Permission.UsersView]));
        await portal.GivenAssignment(carol.Id, granting);
        await portal.GivenAssignment(carol.Id, denying, acme);
        await portal.GivenAssignment(dave.Id, granting, branch);
        await portal.GivenAssignment(dave.Id, denying);

        var (hers, his) = (await portal.AccessOf(carol.Id), await portal.AccessOf(dave.Id));

        Assert.Equal((true, false, false, true), (hers.Can(Permission.UsersView), hers.CanIn(acme, Permission.UsersView), hers.CanIn(branch, Permission.UsersView), hers.CanIn(other, Permission.UsersView)));
        Assert.False(his.CanIn(branch, Permission.UsersView));
        Assert.False(his.CanSomewhere(Permission.UsersView));
    }

    [Fact]
    public async Task An_inactive_role_gives_nothing_to_its_members_and_nothing_to_roles_that_inherit_from_it()
    {
        await using var portal = await TestPortal.StartAsync();
        var (carol, dave) = (await portal.Given(Carol), await portal.Given(Dave));
        var top = await portal.GivenRole("Top", [Permission.AuditView], [Permission.UsersEdit]);
        var inactive = await portal.GivenRole("Inactive", [Permission.UsersView], parent: top, isActive: false);
        await portal.GivenAssignment(carol.Id, inactive);
        await portal.GivenAssignment(dave.Id, await portal.GivenRole("Heir", [Permission.RolesView, Permission.UsersEdit], parent: inactive));

        Assert.Equal([Permission.AccessRequestsCreate], (await portal.AccessOf(carol.Id)).Everywhere);
        Assert.Equal([Permission.UsersEdit, Permission.RolesView, Permission.AccessRequestsCreate], (await portal.AccessOf(dave.Id)).Everywhere.Order());
    }

    [Fact]
    public async Task An_assignment_begins_and_ends_at_its_minute_though_nothing_runs_for_it()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var (starts, ends) = (portal.Clock.Now.AddMinutes(1), portal.Clock.Now.AddMinutes(3));
        await portal.GivenAssignment(carol.Id, await portal.GivenRole("Looks", [Permission.UsersView]), startsAt: starts, endsAt: ends);

        var before = await portal.AccessOf(carol.Id);
        portal.Clock.Advance(TimeSpan.FromMinutes(1));
        var during = await portal.AccessOf(carol.Id);
        portal.Clock.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromTicks(1));
        var atTheEnd = await portal.AccessOf(carol.Id);
        portal.Clock.Advance(TimeSpan.FromTicks(1));
        var after = await portal.AccessOf(carol.Id);

        Assert.Equal([false, true, true, false], new[] { before, during, atTheEnd, after }.Select(access => access.Can(Permission.UsersView)));
        Assert.Equal([starts, ends, ends, null], new[] { before, during, atTheEnd, after }.Select(access => access.ChangesAt));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task In_a_deactivated_organization_and_below_it_nothing_is_held(bool isItself)
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var acme = await portal.GivenOrganization("Acme");
        var branch = await portal.GivenOrganization("Branch", acme);
        await portal.GivenAssignment(carol.Id, SystemRoles.OrganizationManager.Id, branch);
        Assert.True((await portal.AccessOf(carol.Id)).CanSomewhere(Permission.UsersView));

        var closed = isItself ? branch : acme;
        await portal.Run((UserAdminDbContext db) => db.Organizations.Where(o => o.Id == closed).ExecuteUpdateAsync(o => o.SetProperty(row => row.DeactivatedAt, portal.Clock.Now), Cancel));
        await portal.Refresh();

        Assert.False((await portal.AccessOf(carol.Id)).CanSomewhere(Permission.UsersView));
        Assert.False((await portal.AccessOf(carol.Id)).IsPrivileged);
    }

    [Fact]
    public async Task A_cycle_that_came_into_the_database_in_another_way_just_ends()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var one = await portal.GivenRole("One", [Permission.UsersView]);
        var other = await portal.GivenRole("Other", [Permission.RolesView], parent: one);
        await portal.Run((UserAdminDbContext db) => db.Roles.Where(r => r.Id == one).ExecuteUpdateAsync(role => role.SetProperty(r => r.ParentId, other), Cancel));
        await portal.Refresh();
        await portal.GivenAssignment(carol.Id, other);

        Assert.True((await portal.AccessOf(carol.Id)).Can(Permission.RolesView));
    }

    [Fact]
    public async Task The_report_names_every_reason_for_and_against_with_its_path()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var acme = await portal.GivenOrganization("Acme");
        var top = await portal.GivenRole("Top", [Permission.UsersView], [Permission.UsersEdit]);
        var heir = await portal.GivenRole("Heir", [Permission.UsersEdit], parent: top);
        var ends = portal.Clock.Now.AddMinutes(2);
        await portal.GivenAssignment(carol.Id, heir, acme, endsAt: ends);

        var report = await portal.Run((AccessReport service) => service.FindAsync(carol.Id, alice, Cancel));

        PermissionAnswer On(Permission permission) => report!.Permissions.Single(answer => answer.Permission.Permission == permission);
        string Told(AccessPath path) => $"{(path.IsDenied ? "no" : "yes")}: {string.Join(" > ", path.Roles.Select(role => role.Name))} in {path.Organization} until {path.EndsAt - portal.Clock.Now}";
        Assert.Equal(["Acme"], On(Permission.UsersView).Organizations);
        Assert.Equal("yes: Heir > Top in Acme until 00:02:00", Told(Assert.Single(On(Permission.UsersView).Paths)));
        Assert.False(On(Permission.UsersEdit).IsHeld);
        Assert.Equal(["no: Heir > Top in Acme until 00:02:00", "yes: Heir in Acme until 00:02:00"], On(Permission.UsersEdit).Paths.Select(Told));
        Assert.Empty(On(Permission.AuditView).Paths);
        Assert.Equal(ends, report!.ChangesAt);
        Assert.Null(await portal.Run((AccessReport service) => service.FindAsync(alice.Id, carol, Cancel)));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Who_can_do_this_names_those_of_whom_the_evaluator_says_so(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var acme = await portal.GivenOrganization("Acme");
        var (branch, other) = (await portal.GivenOrganization("Branch", acme), await portal.GivenOrganization("Other"));
        var closed = await portal.GivenOrganization("Closed");
        await portal.Run((UserAdminDbContext db) => db.Organizations.Where(o => o.Id == closed).ExecuteUpdateAsync(o => o.SetProperty(row => row.DeactivatedAt, portal.Clock.Now), Cancel));
        var (granting, denying) = (await portal.GivenRole("Granting", [Permission.UsersView, Permission.AuditView]), await portal.GivenRole("Denying", denies: [Permission.UsersView, Permission.AccessRequestsCreate]));
        var heir = await portal.GivenRole("Heir", parent: granting);
        var inactive = await portal.GivenRole("Inactive", [Permission.UsersView], isActive: false);
        (Guid Role, Guid? Place)[][] held =
        [
            [(granting, null)], [(heir, acme)], [(heir, branch)], [(granting, other)], [(granting, closed)], [(inactive, null)], [(denying, null)],
            [(granting, null), (denying, null)], [(granting, null), (denying, acme)], [(granting, branch), (denying, acme)], [(granting, acme), (denying, branch)], [(granting, branch), (denying, null)], [(granting, acme), (denying, other)],
        ];
        var people = new List<Guid> { alice.Id };
        for (var i = 0; i < held.Length; i++)
        {
            var person = await portal.Given(new($"Person{i:00}", "X", null));
            people.Add(person.Id);
            foreach (var (role, place) in held[i])
                await portal.GivenAssignment(person.Id, role, place);
        }
        await portal.GivenAssignment((await portal.Given(Carol)).Id, granting, endsAt: portal.Clock.Now);
        await portal.GivenAssignment((await portal.Given(Dave)).Id, granting, startsAt: portal.Clock.Now.AddMinutes(1));
        await portal.Given(new("Inactive", "X", SystemRoles.Owner), user => user.Deactivate("x", portal.Clock.Now));

        foreach (var permission in new[] { Permission.UsersView, Permission.AuditView, Permission.AccessRequestsCreate, Permission.UsersPurge })
            foreach (var place in new Guid?[] { null, acme, branch, other })
            {
                var listed = await portal.Run((PermissionHolders holders) => holders.ListAsync(permission, place, PageStart.First, 100, alice, Cancel));

                var expected = new List<Guid>();
                foreach (var id in people)
                    if (await portal.AccessOf(id) is var access && (place is { } where ? access.CanIn(where, permission) : access.Can(permission) || access.Organizations.Any(here => access.CanIn(here, permission))))
                        expected.Add(id);
                var found = listed.Page.Rows.Where(row => people.Contains(row.Id)).ToList();
                Assert.Equal((permission, place, string.Join(' ', expected.Order())), (permission, place, string.Join(' ', found.Select(row => row.Id).Order())));
                Assert.All(found, row => Assert.Contains(row.Paths, path => !path.IsDenied));
            }
    }

    [Fact]
    public async Task Who_can_do_this_comes_in_pages()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        for (var i = 0; i < 5; i++)
            await portal.Given(new($"Person{i}", "X", SystemRoles.HelpDesk));
        Task<HolderListing> List(PageStart start) => portal.Run((PermissionHolders holders) => holders.ListAsync(Permission.UsersLock, null, start, 4, alice, Cancel));

        var first = await List(PageStart.First);
        var second = await List(new(After: first.Page.Next));
        var back = await List(new(Before: second.Page.Previous));

        Assert.Equal((6, 4, 2), (first.Count.Value, first.Page.Rows.Count, second.Page.Rows.Count));
        Assert.Equal(first.Page.Rows.Select(row => row.Id), back.Page.Rows.Select(row => row.Id));
        Assert.Empty(first.Page.Rows.Select(row => row.Id).Intersect(second.Page.Rows.Select(row => row.Id)));
    }
}
