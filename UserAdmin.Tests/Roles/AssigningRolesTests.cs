using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Roles;

public class AssigningRolesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_given_role_counts_at_once_and_the_event_says_what_where_and_why()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var acme = await portal.GivenOrganization("Acme");
        var ends = portal.Clock.Now.AddMinutes(2);

        var given = await Give(portal, carol, SystemRoles.HelpDesk.Id, alice, acme, ends: ends);

        Assert.Null(given.Problem);
        Assert.True((await portal.AccessOf(carol.Id)).CanIn(acme, Permission.UsersLock));
        var assigned = await portal.Event(AuditAction.RoleAssigned);
        Assert.Equal((alice.Id, carol.Id, "Reason"), (assigned.ActorId, assigned.TargetId, assigned.Reason));
        Assert.Equal(["Role: - -> Help desk", "Organization: - -> Acme", $"From: - -> {portal.Clock.Now.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}", $"Until: - -> {ends.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}"], assigned.Differences);
        var row = Assert.Single((await portal.Run((AccessReport report) => report.FindAsync(carol.Id, alice, Cancel)))!.Assignments);
        Assert.Equal(("Help desk", "Acme", "Alice Archer", "Reason", true), (row.Role, row.Organization, row.AssignedBy, row.Reason, row.MayEnd));
    }

    [Fact]
    public async Task Somebody_who_gets_a_role_that_gives_more_than_everybody_has_is_told_by_mail()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var harmless = await portal.GivenRole("Harmless");

        await Give(portal, carol, harmless, alice);
        Assert.Equal(0, await portal.Run((UserAdminDbContext db) => db.OutboxMessages.CountAsync(Cancel)));
        await Give(portal, carol, SystemRoles.HelpDesk.Id, alice);

        Assert.Equal(carol.Id, (await portal.Run((UserAdminDbContext db) => db.OutboxMessages.SingleAsync(Cancel))).UserId);
    }

    [Fact]
    public async Task An_assignment_can_be_ended_shortened_and_prolonged()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var id = (await Give(portal, carol, SystemRoles.HelpDesk.Id, alice)).Value;
        var ends = portal.Clock.Now.AddMinutes(5);

        Assert.Null((await ChangeEnd(portal, id, ends, alice)).Problem);
        Assert.Equal(ends, (await portal.AccessOf(carol.Id)).ChangesAt);
        Assert.Equal(["Role: - -> Help desk", $"Until: - -> {ends.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}"], (await portal.Event(AuditAction.RoleAssignmentChanged)).Differences);
        Assert.Equal("role.ends_too_early", (await ChangeEnd(portal, id, portal.Clock.Now, alice)).Problem?.Code);
        Assert.Null((await ChangeEnd(portal, id, null, alice)).Problem);
        Assert.Null((await End(portal, id, alice)).Problem);

        Assert.False((await portal.AccessOf(carol.Id)).IsPrivileged);
        Assert.Equal("role.assignment_gone", (await End(portal, id, alice)).Problem?.Code);
        Assert.Equal((carol.Id, "Reason"), (await portal.Event(AuditAction.RoleEnded)) is var ended ? (ended.TargetId, ended.Reason) : default);
    }

    [Fact]
    public async Task What_can_not_be_given_is_refused_with_its_reason()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var (acme, closed) = (await portal.GivenOrganization("Acme"), await portal.GivenOrganization("Closed"));
        await portal.Run((UserAdminDbContext db) => db.Organizations.Where(o => o.Id == closed).ExecuteUpdateAsync(o => o.SetProperty(row => row.DeactivatedAt, portal.Clock.Now), Cancel));
        var inactive = await portal.GivenRole("Inactive", isActive: false);
        await Give(portal, carol, SystemRoles.Agent.Id, alice, starts: portal.Clock.Now.AddDays(2));
        async Task<string?> Code(Task<Result<Guid>> answer) => (await answer).Problem?.Code;

        Assert.Equal("role.everybodys", await Code(Give(portal, carol, SystemRoles.EndUser.Id, alice)));
        Assert.Equal("role.only_in_organization", await Code(Give(portal, carol, SystemRoles.OrganizationManager.Id, alice)));
        Assert.Equal("role.only_everywhere", await Code(Give(portal, carol, SystemRoles.Owner.Id, alice, acme)));
        Assert.Equal("role.organization_missing", await Code(Give(portal, carol, SystemRoles.Agent.Id, alice, closed)));
        Assert.Equal("role.organization_missing", await Code(Give(portal, carol, SystemRoles.Agent.Id, alice, Guid.NewGuid())));
        Assert.Equal("role.inactive", await Code(Give(portal, carol, inactive, alice)));
        Assert.Equal("role.not_found", await Code(Give(portal, carol, Guid.NewGuid(), alice)));
        Assert.Equal("role.ends_too_early", await Code(Give(portal, carol, SystemRoles.HelpDesk.Id, alice, ends: portal.Clock.Now)));
        Assert.Equal("role.ends_too_early", await Code(Give(portal, carol, SystemRoles.HelpDesk.Id, alice, starts: portal.Clock.Now.AddDays(2), ends: portal.Clock.Now.AddDays(1))));
        Assert.Equal("role.held_already", await Code(Give(portal, carol, SystemRoles.Agent.Id, alice)));
        Assert.Null(await Code(Give(portal, carol, SystemRoles.Agent.Id, alice, ends: portal.Clock.Now.AddDays(1))));
        Assert.Equal("reason.missing", await Code(portal.Run((RoleAssignmentService service) => service.AssignAsync(new(carol.Id, SystemRoles.Agent.Id, acme, null, null, " "), alice, Cancel))));
        Assert.Equal("step_up.needed", await Code(Give(portal, carol, SystemRoles.HelpDesk.Id, alice with { AuthenticatedAt = portal.Clock.Now.AddHours(-1) })));
    }

    [Fact]
    public async Task E05_Nobody_gives_or_takes_a_role_that_allows_more_than_they_may_do_or_acts_on_somebody_above_them()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, erin, heidi, carol) = (await portal.Given(Alice), await portal.Given(Erin), await portal.Given(Heidi), await portal.Given(Carol));
        var auditorship = await portal.GivenAssignment(carol.Id, SystemRoles.Auditor.Id);
        var ownership = await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == alice.UserId).Select(a => a.Id).SingleAsync(Cancel));
        var before = (await portal.Events(AuditAction.AccessDenied)).Count;

        string?[] codes =
        [
            (await Give(portal, carol, SystemRoles.Owner.Id, erin)).Problem?.Code, (await Give(portal, erin, SystemRoles.Owner.Id, erin)).Problem?.Code, (await Give(portal, heidi, SystemRoles.Administrator.Id, heidi)).Problem?.Code,
            (await Give(portal, alice, SystemRoles.Agent.Id, erin)).Problem?.Code, (await End(portal, auditorship, heidi)).Problem?.Code, (await End(portal, ownership, erin)).Problem?.Code,
            (await Give(portal, carol, SystemRoles.Agent.Id, carol)).Problem?.Code,
        ];

        Assert.All(codes, code => Assert.Equal("not_allowed", code));
        Assert.Equal(before + codes.Length, (await portal.Events(AuditAction.AccessDenied)).Count);
        Assert.Null((await End(portal, auditorship, erin)).Problem);
    }

    [Fact]
    public async Task E05_Nobody_takes_from_themselves_a_role_that_denies_them_something()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Given(Alice);
        var erin = await portal.Given(Erin);
        var denial = await portal.GivenAssignment(erin.Id, await portal.GivenRole("Denying", denies: [Permission.UsersPurge]));
        erin = await portal.Again(erin);

        Assert.Equal("not_allowed", (await End(portal, denial, erin)).Problem?.Code);
        Assert.Equal("not_allowed", (await ChangeEnd(portal, denial, portal.Clock.Now.AddMinutes(1), erin)).Problem?.Code);
        Assert.False((await portal.AccessOf(erin.Id)).Can(Permission.UsersPurge));
    }

    [Fact]
    public async Task R8_A_manager_of_an_organization_gives_roles_there_and_below_to_its_people_and_sees_no_others()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        var acme = await portal.GivenOrganization("Acme");
        var (branch, other) = (await portal.GivenOrganization("Branch", acme), await portal.GivenOrganization("Other"));
        await portal.GivenMembership(branch, carol.Id);
        await portal.GivenMembership(other, dave.Id);
        var manager = await portal.Given(new("Mona", "Moss", null));
        await portal.GivenAssignment(manager.Id, SystemRoles.OrganizationManager.Id, acme);
        manager = await portal.Again(manager);

        Assert.Null((await Give(portal, carol, SystemRoles.Agent.Id, manager, branch)).Problem);
        Assert.Equal("not_allowed", (await Give(portal, carol, SystemRoles.Agent.Id, manager)).Problem?.Code);
        Assert.Equal("not_allowed", (await Give(portal, carol, SystemRoles.Agent.Id, manager, other)).Problem?.Code);
        Assert.Equal("user.not_found", (await Give(portal, dave, SystemRoles.Agent.Id, manager, acme)).Problem?.Code);

        await portal.GivenAssignment(carol.Id, SystemRoles.Agent.Id, other);
        var places = await portal.Run((RoleDirectory roles) => roles.PlacesAsync(Permission.RolesAssign, manager, Cancel));
        Assert.Equal(["Acme", "Branch"], places.Select(place => place.Name));
        var assignable = await portal.Run((RoleDirectory roles) => roles.AssignableAsync(acme, manager, Cancel));
        Assert.Contains(assignable, role => role.Id == SystemRoles.OrganizationManager.Id);
        Assert.Empty(await portal.Run((RoleDirectory roles) => roles.AssignableAsync(null, manager, Cancel)));
        Assert.Equal(["Branch"], (await portal.Run((AccessReport report) => report.FindAsync(carol.Id, manager, Cancel)))!.Assignments.Select(row => row.Organization));
        Assert.Null(await portal.Run((AccessReport report) => report.FindAsync(dave.Id, manager, Cancel)));
        var members = await portal.Run((RoleDirectory roles) => roles.MembersAsync(SystemRoles.Agent.Id, null, PageStart.First, manager, Cancel));
        Assert.Equal(["Branch"], Assert.Single(members.Page.Rows).Assignments.Select(row => row.Organization));
    }

    [Fact]
    public async Task Members_of_a_role_come_in_pages_with_those_who_will_have_it()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        for (var i = 0; i < 27; i++)
            await portal.GivenAssignment((await portal.Given(new($"Person{i:00}", "X", null))).Id, SystemRoles.Agent.Id, startsAt: portal.Clock.Now.AddDays(i % 2));
        await portal.GivenAssignment((await portal.Given(Carol)).Id, SystemRoles.Agent.Id, endsAt: portal.Clock.Now);

        var first = await portal.Run((RoleDirectory roles) => roles.MembersAsync(SystemRoles.Agent.Id, null, PageStart.First, alice, Cancel));
        var second = await portal.Run((RoleDirectory roles) => roles.MembersAsync(SystemRoles.Agent.Id, null, new(After: first.Page.Next), alice, Cancel));
        var found = await portal.Run((RoleDirectory roles) => roles.MembersAsync(SystemRoles.Agent.Id, "person13", PageStart.First, alice, Cancel));

        Assert.Equal((27, 25, 2), (first.Count.Value, first.Page.Rows.Count, second.Page.Rows.Count));
        Assert.Equal("Person13 X", Assert.Single(found.Page.Rows).FullName);
        Assert.All(first.Page.Rows, row => Assert.True(Assert.Single(row.Assignments).MayEnd));
    }

    [Fact]
    public async Task Ended_assignments_are_removed_with_an_event_each()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Given(Alice);
        var carol = await portal.Given(Carol);
        await portal.GivenAssignment(carol.Id, SystemRoles.Agent.Id, endsAt: portal.Clock.Now.AddMinutes(1));
        var lasting = await portal.GivenAssignment(carol.Id, SystemRoles.HelpDesk.Id, endsAt: portal.Clock.Now.AddDays(1));
        portal.Clock.Advance(TimeSpan.FromMinutes(1));

        await portal.Run((Leftovers leftovers) => leftovers.RemoveAsync(Cancel));

        Assert.Equal([lasting], await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == carol.UserId).Select(a => a.Id).ToListAsync(Cancel)));
        var over = await portal.Event(AuditAction.RoleOver);
        Assert.Equal((ActorKind.System, carol.Id), (over.ActorKind, over.TargetId));
        Assert.Contains("Role: Agent -> -", over.Differences);
    }

    private static Task<Result<Guid>> Give(TestPortal portal, Actor person, Guid role, Actor actor, Guid? organization = null, DateTimeOffset? starts = null, DateTimeOffset? ends = null) =>
        portal.Run((RoleAssignmentService service) => service.AssignAsync(new(person.Id, role, organization, starts, ends, "Reason"), actor, Cancel));

    private static Task<Result> End(TestPortal portal, Guid assignment, Actor actor) => portal.Run((RoleAssignmentService service) => service.EndAsync(assignment, "Reason", actor, Cancel));

    private static Task<Result> ChangeEnd(TestPortal portal, Guid assignment, DateTimeOffset? ends, Actor actor) =>
        portal.Run((RoleAssignmentService service) => service.ChangeEndAsync(assignment, ends, "Reason", actor, Cancel));
}
