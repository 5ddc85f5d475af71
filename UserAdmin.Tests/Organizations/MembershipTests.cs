using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using UserAdmin.Tests.TwoFactor;
using static UserAdmin.Tests.Organizations.Tree;

namespace UserAdmin.Tests.Organizations;

public class MembershipTests
{
    private const string Reason = "A new task";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task Adding_somebody_stands_in_the_history_of_both(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol, a) = (await portal.Given(Alice), await portal.Given(Carol), await portal.GivenOrganization("A"));

        Assert.Null(await Add(portal, a, carol, alice));
        Assert.Equal("member.already", (await Add(portal, a, carol, alice))?.Code);

        var listing = await portal.Run((MemberDirectory members) => members.ListAsync(a, "coop", PageStart.First, alice, Cancel));
        Assert.Equal(("Carol Cooper", "Engineer"), (Assert.Single(listing.Page.Rows).FullName, listing.Page.Rows[0].Title));
        Assert.Equal(["Member: - -> Carol Cooper", "Title: - -> Engineer"], (await portal.Event(AuditAction.MemberAdded)).Differences);
        Assert.Equal(carol.UserId, (await portal.Event(AuditAction.OrganizationJoined)).TargetId);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Of_many_who_add_one_person_at_once_one_does(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol, a) = (await portal.Given(Alice), await portal.Given(Carol), await portal.GivenOrganization("A"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Add(portal, a, carol, alice)));

        Assert.Single(answers, answer => answer is null);
        Assert.All(answers.OfType<Problem>(), problem => Assert.Equal("member.already", problem.Code));
    }

    [Fact]
    public async Task E05_Nobody_gets_hold_of_a_stranger_or_of_somebody_above_by_making_them_a_member()
    {
        await using var portal = await TestPortal.StartAsync();
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var ivan = await portal.GivenManager(Ivan, a);
        var heidi = await portal.Given(Heidi);
        var (carol, dave, erin) = (await portal.Given(Carol), await portal.GivenMember(Dave, b), await portal.Given(Erin));

        Assert.Equal("user.not_found", (await Add(portal, a, carol, ivan))?.Code);
        Assert.Equal("user.not_found", (await Add(portal, a, dave, ivan))?.Code);
        Assert.Equal("organization.not_found", (await Add(portal, b, carol, ivan))?.Code);
        Assert.Equal("not_allowed", (await Add(portal, a, erin, heidi))?.Code);
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.Memberships.CountAsync(m => m.OrganizationId == a, Cancel)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Removing_ends_the_roles_held_there_and_the_places_in_teams(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var ivan = await portal.GivenManager(Ivan, a);
        await portal.GivenRole(ivan, SystemRoles.Agent, b);
        var team = (await portal.Run((TeamService teams) => teams.CreateAsync(a, new() { Name = "Team" }, alice, Cancel))).Value;
        await portal.Run((TeamService teams) => teams.AddMemberAsync(team, ivan.Id, alice, Cancel));
        await portal.Run((TeamService teams) => teams.SetLeadAsync(team, ivan.Id, alice, Cancel));

        Assert.Null((await portal.Run((MembershipService members) => members.RemoveAsync(a, ivan.Id, Reason, alice, Cancel))).Problem);

        var access = await portal.Again(ivan);
        Assert.False(access.CanSomewhere(Permission.MembersManage));
        Assert.True(access.CanIn(b, Permission.UsersView));
        Assert.Empty((await portal.Run((TeamService teams) => teams.FindAsync(team, alice, Cancel)))!.Members);
        Assert.Null(await portal.Run((UserAdminDbContext db) => db.Teams.Select(t => t.LeadId).SingleAsync(Cancel)));
        Assert.Equal(["Organization: A -> -", "Role: Organization manager -> -", "Team: Team -> -"], (await portal.Event(AuditAction.OrganizationLeft)).Differences);
        Assert.Equal("member.not_found", (await portal.Run((MembershipService members) => members.RemoveAsync(a, ivan.Id, Reason, alice, Cancel))).Problem?.Code);
    }

    [Fact]
    public async Task E05_Nobody_gets_rid_of_a_denial_by_leaving_the_organization_in_which_it_counts()
    {
        await using var portal = await TestPortal.StartAsync();
        var top = await portal.GivenOrganization("Top");
        var secret = await portal.GivenOrganization("Secret", top);
        var ivan = await portal.GivenManager(Ivan, top);
        await portal.Join(ivan, secret);
        ivan = await portal.GivenDenial(ivan, secret, Permission.SessionsView);

        var left = await portal.Run((MembershipService members) => members.RemoveAsync(secret, ivan.Id, Reason, ivan, Cancel));

        Assert.Equal("member.roles_not_yours", left.Problem?.Code);
        Assert.False((await portal.Again(ivan)).CanIn(secret, Permission.SessionsView));
        Assert.Equal(2, await portal.Run((UserAdminDbContext db) => db.Memberships.CountAsync(m => m.UserId == ivan.UserId, Cancel)));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Moving_somebody_keeps_the_account_and_asks_about_the_roles(bool endRoles)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var carol = await portal.GivenProtected(Carol);
        await portal.Join(carol, a);
        await portal.GivenRole(carol, SystemRoles.Agent, a);
        var before = await portal.Load(carol.Id);

        Assert.Null((await portal.Run((MembershipService members) => members.MoveAsync(carol.Id, a, b, endRoles, Reason, alice, Cancel))).Problem);

        Assert.Equal([b], await portal.Run((UserAdminDbContext db) => db.Memberships.Where(m => m.UserId == carol.UserId).Select(m => m.OrganizationId).ToListAsync(Cancel)));
        Assert.Equal(!endRoles, (await portal.Again(carol)).CanIn(a, Permission.UsersView));
        Assert.Equal((before.SecurityStamp, before.ConcurrencyStamp, true), (await portal.Load(carol.Id)) is var after ? (after.SecurityStamp, after.ConcurrencyStamp, after.TwoFactorEnabled) : default);
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.Authenticators.CountAsync(Cancel)));
        Assert.Contains("Organization: A -> B", (await portal.Event(AuditAction.OrganizationChanged)).Differences);
        Assert.DoesNotContain("B", string.Join(' ', (await portal.Event(AuditAction.MemberRemoved)).Differences));
    }

    [Fact]
    public async Task A_team_takes_members_of_its_organization_and_of_those_below_alone()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var below = await portal.GivenOrganization("Below", a);
        var (carol, dave) = (await portal.GivenMember(Carol, below), await portal.GivenMember(Dave, b));
        var ivan = await portal.GivenManager(Ivan, a);
        var team = (await portal.Run((TeamService teams) => teams.CreateAsync(a, new() { Name = "Team" }, ivan, Cancel))).Value;
        var others = (await portal.Run((TeamService teams) => teams.CreateAsync(b, new() { Name = "Team" }, alice, Cancel))).Value;
        Task<Result> Put(Guid id, Actor person) => portal.Run((TeamService teams) => teams.AddMemberAsync(id, person.Id, ivan, Cancel));

        Assert.Null((await Put(team, carol)).Problem);
        Assert.Equal("team.not_of_organization", (await Put(team, dave)).Problem?.Code);
        Assert.Equal((await Put(Guid.NewGuid(), carol)).Problem, (await Put(others, carol)).Problem);
        Assert.Null(await portal.Run((TeamService teams) => teams.FindAsync(others, ivan, Cancel)));
        Assert.Equal("team.name_taken", (await portal.Run((TeamService teams) => teams.CreateAsync(a, new() { Name = "TEAM" }, ivan, Cancel))).Problem?.Code);
        Assert.Equal("team.not_in_team", (await portal.Run((TeamService teams) => teams.SetLeadAsync(team, dave.Id, ivan, Cancel))).Problem?.Code);
    }

    [Fact]
    public async Task Who_edits_a_team_that_somebody_else_changed_sees_that_first()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, a) = (await portal.Given(Alice), await portal.GivenOrganization("A"));
        var team = (await portal.Run((TeamService teams) => teams.CreateAsync(a, new() { Name = "Team" }, alice, Cancel))).Value;
        var stamp = (await portal.Run((TeamService teams) => teams.FindAsync(team, alice, Cancel)))!.ConcurrencyStamp;
        Task<Result> Rename(string name) => portal.Run((TeamService teams) => teams.EditAsync(team, new() { Name = name }, stamp, alice, Cancel));

        Assert.Null((await Rename("First")).Problem);
        Assert.Equal("team.changed", (await Rename("Second")).Problem?.Code);
        Assert.Equal(["Name: Team -> First"], (await portal.Event(AuditAction.TeamEdited)).Differences);
    }

    [Fact]
    public async Task Somebody_sees_their_own_organizations_and_a_manager_those_they_look_after()
    {
        await using var portal = await TestPortal.StartAsync();
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var carol = await portal.GivenMember(Carol, a, b);
        var (ivan, mallory) = (await portal.GivenManager(Ivan, a), await portal.GivenMember(Mallory, a));
        Task<IReadOnlyList<MembershipRow>> Of(Actor reader) => portal.Run((MemberDirectory members) => members.ListOfAsync(carol.Id, reader, Cancel));

        Assert.Equal(["A", "B"], (await Of(carol)).Select(row => row.Name));
        Assert.Equal(["A"], (await Of(ivan)).Select(row => row.Name));
        Assert.Empty(await Of(mallory));
        Assert.Empty((await portal.Run((MemberDirectory members) => members.ListAsync(a, null, PageStart.First, mallory, Cancel))).Page.Rows);
        Assert.Empty((await portal.Run((MemberDirectory members) => members.ListAsync(b, null, PageStart.First, ivan, Cancel))).Page.Rows);
    }

    private static async Task<Problem?> Add(TestPortal portal, Guid organization, Actor person, Actor actor) =>
        (await portal.Run((MembershipService members) => members.AddAsync(organization, person.Id, new() { Title = "Engineer" }, actor, Cancel))).Problem;
}
