using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using static UserAdmin.Tests.Organizations.Tree;

namespace UserAdmin.Tests.Organizations;

public class OrganizationTests
{
    private const string Reason = "The company is reorganised";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Fact]
    public async Task An_organization_is_made_with_what_is_known_of_it_and_who_made_it_is_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        var made = await portal.Run((OrganizationService organizations) => organizations.CreateAsync(
            new() { Name = "  Acme   Ltd ", Website = "https://acme.example", AllowedDomains = "@Acme.example, acme.test", InvitationDays = 3 }, null, alice, Cancel));
        var found = await portal.Run((OrganizationDirectory organizations) => organizations.FindAsync(made.Value, alice, Cancel));

        Assert.Equal(("Acme Ltd", "https://acme.example", "acme.example acme.test", 3), (found!.Form.Name, found.Form.Website, found.Form.AllowedDomains, found.Form.InvitationDays));
        var recorded = await portal.Event(AuditAction.OrganizationCreated);
        Assert.Equal((alice.UserId, made.Value, "Acme Ltd"), (recorded.ActorId, recorded.TargetId, recorded.TargetName));
        Assert.Contains("Website: - -> https://acme.example", recorded.Differences);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_name_is_free_once_among_siblings_however_it_is_written(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, a) = (await portal.Given(Alice), await portal.GivenOrganization("A"));
        await portal.GivenOrganization("Sales", a);

        Assert.Equal("organization.name_taken", (await Create(portal, "ＳＡＬＥＳ", a, alice))?.Code);
        Assert.Null(await Create(portal, "Sales", null, alice));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Create(portal, "Twice", a, alice)));
        Assert.Equal(7, answers.Count(answer => answer?.Code == "organization.name_taken"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Moving_takes_everything_below_along(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var sales = await portal.GivenOrganization("Sales", a);
        var north = await portal.GivenOrganization("North", sales);
        var ofA = await portal.GivenManager(Ivan, a);
        var ofB = await portal.GivenManager(Judy, b);

        Assert.Null(await Move(portal, sales, b, alice));

        Assert.Equal([(a, 0)], await Above(portal, a));
        Assert.Equal([(sales, 0), (b, 1)], await Above(portal, sales));
        Assert.Equal([(north, 0), (sales, 1), (b, 2)], await Above(portal, north));
        Assert.False((await portal.Again(ofA)).CanIn(north, Permission.UsersView));
        Assert.True((await portal.Again(ofB)).CanIn(north, Permission.UsersView));
        Assert.Null(await Move(portal, sales, null, alice));
        Assert.Equal([(north, 0), (sales, 1)], await Above(portal, north));
        Assert.Equal(["Above: A -> B", "Above: B -> -"], (await portal.Events(AuditAction.OrganizationMoved)).SelectMany(e => e.Differences));
    }

    [Fact]
    public async Task Nothing_stands_below_itself()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, a) = (await portal.Given(Alice), await portal.GivenOrganization("A"));
        var below = await portal.GivenOrganization("Below", await portal.GivenOrganization("Between", a));

        Assert.Equal("organization.cycle", (await Move(portal, a, a, alice))?.Code);
        Assert.Equal("organization.cycle", (await Move(portal, a, below, alice))?.Code);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Two_moves_at_once_make_no_circle(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        for (var round = 0; round < 20; round++)
        {
            var (a, b) = (await portal.GivenOrganization($"A {round}"), await portal.GivenOrganization($"B {round}"));

            var answers = await Task.WhenAll(Move(portal, a, b, alice), Move(portal, b, a, alice));

            Assert.Equal("organization.cycle", Assert.Single(answers, answer => answer is not null)?.Code);
            Assert.Equal(3, (await Above(portal, a)).Count + (await Above(portal, b)).Count);
        }
    }

    [Fact]
    public async Task E05_Nobody_gains_rights_by_moving_an_organization()
    {
        await using var portal = await TestPortal.StartAsync();
        var (a, b) = (await portal.GivenOrganization("A"), await portal.GivenOrganization("B"));
        var sales = await portal.GivenOrganization("Sales", b);
        var ivan = await portal.GivenManager(Ivan, a);

        Assert.Equal("organization.not_found", (await Move(portal, sales, a, ivan))?.Code);
        Assert.Equal((await Move(portal, Guid.NewGuid(), a, ivan))?.Code, (await Move(portal, sales, a, ivan))?.Code);

        var role = new Role { Name = "Editor", NormalizedName = "EDITOR" };
        await portal.Run((UserAdminDbContext db) =>
        {
            db.Roles.Add(role);
            db.RolePermissions.AddRange(new[] { Permission.OrganizationsView, Permission.OrganizationsEdit }.Select(p => new RolePermission { RoleId = role.Id, Permission = p.Code }));
            db.RoleAssignments.Add(new() { UserId = ivan.UserId!.Value, RoleId = role.Id, OrganizationId = b, StartsAt = portal.Clock.Now, AssignedAt = portal.Clock.Now, AssignedByName = "System" });
            return db.SaveChangesAsync(Cancel);
        });
        await portal.Run((TreeChanges tree) => tree.WriteAsync(() => Task.FromResult(Result.Ok), Cancel));
        Assert.Equal("organization.more_rights", (await Move(portal, sales, a, await portal.Again(ivan)))?.Code);
        Assert.Equal([(sales, 0), (b, 1)], await Above(portal, sales));
    }

    [Fact]
    public async Task Two_who_edit_the_same_field_see_each_others_value_and_other_fields_merge()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, a) = (await portal.Given(Alice), await portal.GivenOrganization("A"));
        OrganizationForm Original() => new() { Name = "A" };
        Task<Result<OrganizationOutcome>> Edit(OrganizationForm mine) => portal.Run((OrganizationService organizations) => organizations.EditAsync(a, mine, Original(), alice, Cancel));

        Assert.Empty((await Edit(new() { Name = "A", Phone = "1" })).Value!.Conflicts);
        Assert.Empty((await Edit(new() { Name = "A", Email = "a@example.org" })).Value!.Conflicts);
        var conflict = Assert.Single((await Edit(new() { Name = "A", Phone = "2" })).Value!.Conflicts);

        Assert.Equal(("Phone", "1", "2"), (conflict.Field.Label, conflict.Theirs, conflict.Mine));
        var found = await portal.Run((OrganizationDirectory organizations) => organizations.FindAsync(a, alice, Cancel));
        Assert.Equal(("1", "a@example.org"), (found!.Form.Phone, found.Form.Email));
    }

    [Fact]
    public async Task Roles_of_a_deactivated_organization_and_of_those_below_give_nothing_until_it_is_active_again()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, a) = (await portal.Given(Alice), await portal.GivenOrganization("A"));
        var below = await portal.GivenOrganization("Below", a);
        var ivan = await portal.GivenManager(Ivan, below);

        Assert.Null((await portal.Run((OrganizationLifecycle organizations) => organizations.DeactivateAsync(a, Reason, alice, Cancel))).Problem);
        Assert.False((await portal.Again(ivan)).CanSomewhere(Permission.UsersView));
        Assert.Equal("organization.parent_unusable", (await Create(portal, "New", a, alice))?.Code);
        Assert.Null((await portal.Run((OrganizationLifecycle organizations) => organizations.ActivateAsync(a, Reason, alice, Cancel))).Problem);
        Assert.True((await portal.Again(ivan)).CanIn(below, Permission.UsersView));
    }

    [Fact]
    public async Task An_organization_with_others_below_is_not_deleted_and_a_deleted_one_comes_back_as_it_was()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, a) = (await portal.Given(Alice), await portal.GivenOrganization("A"));
        var below = await portal.GivenOrganization("Below", a);
        await portal.GivenMember(Carol, below);
        Task<Result> Delete(Guid id) => portal.Run((OrganizationLifecycle organizations) => organizations.DeleteAsync(id, Reason, alice, Cancel));
        Task<Result> Restore(Guid id) => portal.Run((OrganizationLifecycle organizations) => organizations.RestoreAsync(id, Reason, alice, Cancel));

        Assert.Equal("organization.has_subsidiaries", (await Delete(a)).Problem?.Code);
        Assert.Null((await Delete(below)).Problem);
        Assert.Null((await Delete(a)).Problem);
        Assert.Empty((await portal.Run((OrganizationDirectory organizations) => organizations.ListBelowAsync(null, null, alice, Cancel))).Rows);
        Assert.Equal("organization.parent_unusable", (await Restore(below)).Problem?.Code);
        Assert.Null((await Restore(a)).Problem);
        Assert.Null((await Restore(below)).Problem);
        Assert.Equal(1, (await portal.Run((OrganizationDirectory organizations) => organizations.FindAsync(below, alice, Cancel)))!.Members);
        Assert.Equal(Reason, (await portal.Events(AuditAction.OrganizationDeleted))[0].Reason);
    }

    [Fact]
    public async Task E03_A_manager_sees_the_own_part_of_the_tree_and_finds_nothing_else()
    {
        await using var portal = await TestPortal.StartAsync();
        var top = await portal.GivenOrganization("Top");
        var (a, b) = (await portal.GivenOrganization("A mine", top), await portal.GivenOrganization("B mine not", top));
        var below = await portal.GivenOrganization("Below mine", a);
        var ivan = await portal.GivenManager(Ivan, a);

        Assert.Equal([a], (await portal.Run((OrganizationDirectory organizations) => organizations.ListBelowAsync(null, null, ivan, Cancel))).Rows.Select(row => row.Id));
        Assert.Equal([below], (await portal.Run((OrganizationDirectory organizations) => organizations.ListBelowAsync(a, null, ivan, Cancel))).Rows.Select(row => row.Id));
        Assert.Empty((await portal.Run((OrganizationDirectory organizations) => organizations.ListBelowAsync(top, null, ivan, Cancel))).Rows);
        var found = await portal.Run((OrganizationDirectory organizations) => organizations.SearchAsync("mine", false, ivan, Cancel));
        Assert.Equal([("A mine", ""), ("Below mine", "A mine")], found.Rows.Select(row => (row.Name, row.Path)));
        foreach (var id in new[] { top, b, Guid.NewGuid() })
        {
            Assert.Null(await portal.Run((OrganizationDirectory organizations) => organizations.FindAsync(id, ivan, Cancel)));
            Assert.Null(await portal.Run((OrganizationDirectory organizations) => organizations.FindNameAsync(id, ivan, Cancel)));
            Assert.Equal("organization.not_found", (await Create(portal, "X", id, ivan))?.Code);
            Assert.Equal("organization.not_found", (await portal.Run((OrganizationService organizations) => organizations.EditAsync(id, new() { Name = "X" }, new(), ivan, Cancel))).Problem?.Code);
        }
        Assert.Equal("not_allowed", (await Create(portal, "X", null, ivan))?.Code);
        Assert.Equal("not_allowed", (await portal.Run((OrganizationLifecycle organizations) => organizations.DeactivateAsync(a, Reason, ivan, Cancel))).Problem?.Code);
        Assert.Equal("not_allowed", (await Move(portal, a, null, ivan))?.Code);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_branch_of_many_comes_in_portions_each_once(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, top) = (await portal.Given(Alice), await portal.GivenOrganization("Top"));
        for (var i = 0; i < 205; i++)
            await portal.GivenOrganization($"Site {i:D3}", top);

        List<string> names = [];
        OrganizationBranch? branch = null;
        do
            names.AddRange((branch = await portal.Run((OrganizationDirectory organizations) => organizations.ListBelowAsync(top, branch?.Next, alice, Cancel))).Rows.Select(row => row.Name));
        while (branch.Next is not null);

        Assert.Equal(Enumerable.Range(0, 205).Select(i => $"Site {i:D3}"), names);
    }

    private static async Task<Problem?> Create(TestPortal portal, string name, Guid? below, Actor actor) =>
        (await portal.Run((OrganizationService organizations) => organizations.CreateAsync(new() { Name = name }, below, actor, Cancel))).Problem;

    private static async Task<Problem?> Move(TestPortal portal, Guid id, Guid? below, Actor actor) =>
        (await portal.Run((OrganizationService organizations) => organizations.MoveAsync(id, below, Reason, actor, Cancel))).Problem;

    private static Task<List<(Guid, int)>> Above(TestPortal portal, Guid id) => portal.Run(async (UserAdminDbContext db) =>
        (await db.OrganizationPaths.Where(path => path.OrganizationId == id).OrderBy(path => path.Depth).ToListAsync(Cancel)).ConvertAll(path => (path.AncestorId, path.Depth)));
}
