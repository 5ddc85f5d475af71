using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Roles;

public class EditingRolesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_made_from_another_inherits_what_that_one_allows_now_and_later()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var desk = await portal.GivenRole("Desk", [Permission.UsersView]);

        var made = await Create(portal, new() { Name = "Night desk", Description = "At night", ParentId = desk }, alice);
        await Save(portal, desk, new() { [Permission.UsersLock] = Statement.Grant }, alice);

        Assert.Equal([Permission.UsersView, Permission.UsersLock], await Granted(portal, made.Value));
        var created = await portal.Event(AuditAction.RoleCreated);
        Assert.Equal((alice.Id, "Night desk"), (created.ActorId, created.TargetName));
        Assert.Equal(["Name: - -> Night desk", "Description: - -> At night", "InheritsFrom: - -> Desk", "Active: - -> yes"], created.Differences);
    }

    [Fact]
    public async Task A_copy_of_a_role_goes_its_own_way()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var top = await portal.GivenRole("Top", [Permission.UsersView], [Permission.UsersEdit]);
        var desk = await portal.GivenRole("Desk", [Permission.SessionsView], parent: top);

        var made = await Create(portal, new() { Name = "Copy", CopyOfId = desk }, alice);
        await Save(portal, desk, new() { [Permission.UsersLock] = Statement.Grant }, alice);

        Assert.Equal([Permission.UsersView, Permission.SessionsView], await Granted(portal, made.Value));
        Assert.Null((await portal.LoadRole(made.Value)).ParentId);
        Assert.Contains("users.edit: - -> denied", (await portal.Event(AuditAction.RoleCreated)).Differences);
    }

    [Fact]
    public async Task Permissions_are_saved_all_at_once_and_the_event_says_each()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var desk = await portal.GivenRole("Desk", [Permission.UsersView, Permission.UsersEdit]);

        var saved = await Save(portal, desk, new() { [Permission.UsersView] = Statement.Deny, [Permission.UsersEdit] = Statement.Inherit, [Permission.AuditView] = Statement.Grant, [Permission.RolesView] = Statement.Inherit }, alice);

        Assert.Null(saved.Problem);
        Assert.Equal([Permission.AuditView], await Granted(portal, desk));
        Assert.Equal(["users.view: granted -> denied", "users.edit: granted -> inherited", "audit.view: inherited -> granted"], (await portal.Event(AuditAction.RolePermissionsChanged)).Differences);
    }

    [Fact]
    public async Task The_matrix_says_what_is_inherited_and_from_which_role()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var top = await portal.GivenRole("Top", [Permission.UsersView, Permission.AuditView], [Permission.UsersEdit]);
        var middle = await portal.GivenRole("Middle", [Permission.UsersEdit, Permission.UsersView], parent: top);
        var bottom = await portal.GivenRole("Bottom", [Permission.RolesView], [Permission.AuditView], parent: middle);

        var rows = await portal.Run((RolePermissions permissions) => permissions.FindAsync(bottom, alice, Cancel));

        (Statement, Statement, string?, Statement) Of(Permission permission) => rows.Single(row => row.Permission.Permission == permission) is var row ? (row.Own, row.Inherited, row.InheritedFrom, row.EffectiveWith(row.Own)) : default;
        Assert.Equal(PermissionInfo.All.Count, rows.Count);
        Assert.Equal((Statement.Inherit, Statement.Grant, "Middle", Statement.Grant), Of(Permission.UsersView));
        Assert.Equal((Statement.Inherit, Statement.Deny, "Top", Statement.Deny), Of(Permission.UsersEdit));
        Assert.Equal((Statement.Deny, Statement.Grant, "Top", Statement.Deny), Of(Permission.AuditView));
        Assert.Equal((Statement.Grant, Statement.Inherit, null, Statement.Grant), Of(Permission.RolesView));
        Assert.Equal((Statement.Inherit, Statement.Inherit, null, Statement.Inherit), Of(Permission.UsersPurge));
    }

    [Fact]
    public async Task Whoever_saves_over_what_somebody_else_saved_meanwhile_is_told_and_nothing_is_written()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var desk = await portal.GivenRole("Desk");
        var stamp = (await portal.LoadRole(desk)).ConcurrencyStamp;
        await Edit(portal, desk, form => form.Name = "Front desk", alice);

        var edited = await portal.Run((RoleService roles) => roles.EditAsync(desk, new() { Name = "Back desk" }, stamp, alice, Cancel));
        var saved = await portal.Run((RolePermissions permissions) => permissions.SaveAsync(desk, new Dictionary<Permission, Statement> { [Permission.UsersView] = Statement.Grant }, stamp, alice, Cancel));
        var deleted = await portal.Run((RoleService roles) => roles.DeleteAsync(desk, new() { Reason = "x" }, stamp, alice, Cancel));

        Assert.Equal(["role.changed", "role.changed", "role.changed"], new[] { edited, saved, deleted }.Select(result => result.Problem?.Code));
        Assert.Equal("Front desk", (await portal.LoadRole(desk)).Name);
        Assert.Empty(await Granted(portal, desk));
        Assert.Equal(["Name: Desk -> Front desk"], (await portal.Event(AuditAction.RoleEdited)).Differences);
    }

    [Theory, InlineData("ADMINISTRATOR"), InlineData(" help   desk "), InlineData("ｏｗｎｅｒ")]
    public async Task E12_Two_roles_never_have_the_same_name(string name)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);

        Assert.Equal("role.name_taken", (await Create(portal, new() { Name = name }, alice)).Problem?.Code);
    }

    public static TheoryData<string> ProductRoles => [.. SystemRoles.All.Select(role => role.Name)];

    [Theory, MemberData(nameof(ProductRoles))]
    public async Task Roles_of_the_product_can_not_be_renamed_switched_off_changed_or_deleted(string name)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var id = SystemRoles.All.Single(role => role.Name == name).Id;
        var before = await portal.LoadRole(id);

        Result[] answers =
        [
            await Edit(portal, id, form => form.Name = "Other", alice), await Edit(portal, id, form => form.IsActive = false, alice), await Edit(portal, id, form => form.ParentId = SystemRoles.Agent.Id, alice),
            await Save(portal, id, new() { [Permission.UsersPurge] = Statement.Deny }, alice), await Delete(portal, id, new() { Reason = "x", EndAssignments = true }, alice),
        ];

        Assert.All(answers, answer => Assert.Equal("role.is_system", answer.Problem?.Code));
        var after = await portal.LoadRole(id);
        Assert.Equal((before.Name, before.IsActive, before.ParentId), (after.Name, after.IsActive, after.ParentId));
    }

    [Fact]
    public async Task A_role_can_not_inherit_from_itself_or_from_one_below_it()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var top = await portal.GivenRole("Top");
        var middle = await portal.GivenRole("Middle", parent: top);
        var bottom = await portal.GivenRole("Bottom", parent: middle);

        foreach (var parent in new[] { top, middle, bottom })
            Assert.Equal("role.cycle", (await Edit(portal, top, form => form.ParentId = parent, alice)).Problem?.Code);
        Assert.Equal("role.parent_missing", (await Edit(portal, top, form => form.ParentId = Guid.NewGuid(), alice)).Problem?.Code);
        Assert.DoesNotContain(await portal.Run((RoleDirectory roles) => roles.PossibleParentsAsync(top, alice, Cancel)), role => role.Id == top || role.Id == middle || role.Id == bottom);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Two_edits_that_would_make_a_cycle_together_never_both_happen(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var (one, other) = (await portal.GivenRole("One"), await portal.GivenRole("Other"));

        for (var round = 0; round < 20; round++)
        {
            var answers = await Task.WhenAll(Edit(portal, one, form => form.ParentId = other, alice), Edit(portal, other, form => form.ParentId = one, alice));

            Assert.Equal("role.cycle", Assert.Single(answers, answer => !answer.Succeeded).Problem?.Code);
            await portal.Run((UserAdminDbContext db) => db.Roles.Where(r => r.ParentId != null).ExecuteUpdateAsync(role => role.SetProperty(r => r.ParentId, (Guid?)null), Cancel));
        }
    }

    [Fact]
    public async Task E05_Nobody_makes_or_changes_a_role_that_allows_more_than_they_may_do()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, erin) = (await portal.Given(Alice), await portal.Given(Erin));
        var high = await portal.GivenRole("High", [Permission.FeaturesEdit]);
        var low = await portal.GivenRole("Low", [Permission.UsersView]);
        var events = (await portal.Events(AuditAction.AccessDenied)).Count;

        Result[] refused =
        [
            new((await Create(portal, new() { Name = "Mine", ParentId = high }, erin)).Problem), new((await Create(portal, new() { Name = "Mine", CopyOfId = high }, erin)).Problem),
            new((await Create(portal, new() { Name = "Mine", ParentId = SystemRoles.Owner.Id }, erin)).Problem),
            await Edit(portal, high, form => form.Name = "Higher", erin), await Edit(portal, high, form => form.IsActive = false, erin), await Edit(portal, low, form => form.ParentId = high, erin),
            await Save(portal, high, new() { [Permission.FeaturesEdit] = Statement.Inherit }, erin), await Save(portal, low, new() { [Permission.FeaturesEdit] = Statement.Grant }, erin),
            await Delete(portal, high, new() { Reason = "x" }, erin),
        ];

        Assert.All(refused, answer => Assert.Equal((ProblemKind.NotAllowed, "role.above_you"), (answer.Problem?.Kind, answer.Problem?.Code)));
        Assert.Equal(events + refused.Length, (await portal.Events(AuditAction.AccessDenied)).Count);
        Assert.Empty(await portal.Events(AuditAction.RoleEdited));
        Assert.Null((await Edit(portal, low, form => form.Name = "Lower", erin)).Problem);
        Assert.Null((await Edit(portal, high, form => form.Name = "Higher", alice)).Problem);
    }

    [Fact]
    public async Task E05_A_role_counts_with_all_that_inherit_from_it_and_an_inactive_one_as_if_it_were_active()
    {
        await using var portal = await TestPortal.StartAsync();
        var erin = await portal.Given(Erin);
        var top = await portal.GivenRole("Top", [Permission.UsersView]);
        await portal.GivenRole("High heir", [Permission.FeaturesEdit], parent: top);
        var sleeping = await portal.GivenRole("Sleeping", [Permission.FeaturesEdit], isActive: false);
        var sleepingLow = await portal.GivenRole("Sleeping too", isActive: false);

        Assert.Equal("role.above_you", (await Save(portal, top, new() { [Permission.RolesView] = Statement.Grant }, erin)).Problem?.Code);
        Assert.Equal("role.above_you", (await Edit(portal, sleeping, form => form.IsActive = true, erin)).Problem?.Code);
        Assert.Equal("role.above_you", (await Edit(portal, sleeping, form => form.Name = "Awake", erin)).Problem?.Code);
        Assert.Equal("role.above_you", (await Save(portal, sleepingLow, new() { [Permission.FeaturesEdit] = Statement.Grant }, erin)).Problem?.Code);
    }

    [Fact]
    public async Task E05_Nobody_sets_or_takes_away_a_denial_of_what_they_do_not_hold()
    {
        await using var portal = await TestPortal.StartAsync();
        var erin = await portal.Given(Erin);
        var denying = await portal.GivenRole("Denying", [Permission.UsersView], [Permission.FeaturesEdit]);
        var low = await portal.GivenRole("Low");

        Assert.Equal("role.above_you", (await Save(portal, denying, new() { [Permission.FeaturesEdit] = Statement.Inherit }, erin)).Problem?.Code);
        Assert.Equal("role.above_you", (await Save(portal, low, new() { [Permission.FeaturesEdit] = Statement.Deny }, erin)).Problem?.Code);
        Assert.Equal("role.above_you", (await Edit(portal, denying, form => form.IsActive = false, erin)).Problem?.Code);
        Assert.Equal("role.above_you", (await Delete(portal, denying, new() { Reason = "x" }, erin)).Problem?.Code);
        Assert.Equal("role.above_you", (await Edit(portal, low, form => form.ParentId = denying, erin)).Problem?.Code);
        Assert.Null((await Save(portal, denying, new() { [Permission.AuditView] = Statement.Grant }, erin)).Problem);
    }

    [Fact]
    public async Task Only_whoever_may_edit_roles_does()
    {
        await using var portal = await TestPortal.StartAsync();
        var heidi = await portal.Given(Heidi);
        var role = await portal.GivenRole("Desk");

        Assert.Equal("not_allowed", (await Create(portal, new() { Name = "Mine" }, heidi)).Problem?.Code);
        Assert.Equal("not_allowed", (await Edit(portal, role, form => form.Name = "Mine", heidi)).Problem?.Code);
        Assert.Equal("not_allowed", (await Save(portal, role, new() { [Permission.UsersView] = Statement.Grant }, heidi)).Problem?.Code);
        Assert.Equal("not_allowed", (await Delete(portal, role, new() { Reason = "x" }, heidi)).Problem?.Code);
        Assert.Equal(4, (await portal.Events(AuditAction.AccessDenied)).Count);
    }

    [Fact]
    public async Task A_role_somebody_has_is_deleted_only_with_a_word_about_them()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        var (desk, instead) = (await portal.GivenRole("Desk", [Permission.UsersView]), await portal.GivenRole("Instead", [Permission.AuditView]));
        var acme = await portal.GivenOrganization("Acme");
        var ends = portal.Clock.Now.AddDays(1);
        await portal.GivenAssignment(carol.Id, desk, endsAt: ends);
        await portal.GivenAssignment(dave.Id, desk, acme);

        Assert.Equal("role.in_use", (await Delete(portal, desk, new() { Reason = "x" }, alice)).Problem?.Code);
        Assert.Equal("role.replacement_missing", (await Delete(portal, desk, new() { Reason = "x", ReplaceWithId = SystemRoles.Owner.Id }, alice)).Problem?.Code);
        Assert.Equal("role.replacement_missing", (await Delete(portal, desk, new() { Reason = "x", ReplaceWithId = SystemRoles.OrganizationManager.Id }, alice)).Problem?.Code);
        Assert.Null((await Delete(portal, desk, new() { Reason = "Merged", ReplaceWithId = instead }, alice)).Problem);

        var moved = await portal.Run((UserAdminDbContext db) => db.RoleAssignments.AsNoTracking().Where(a => a.RoleId == instead).OrderBy(a => a.EndsAt == null).ToListAsync(Cancel));
        Assert.Equal([(carol.Id, null, ends), (dave.Id, acme, null)], moved.Select(a => (a.UserId, a.OrganizationId, a.EndsAt)));
        var deleted = await portal.Event(AuditAction.RoleDeleted);
        Assert.Equal(("Desk", "Merged"), (deleted.TargetName, deleted.Reason));
        Assert.Contains("Assignments: 2 -> now Instead", deleted.Differences);
    }

    [Fact]
    public async Task Deleting_a_role_can_take_it_from_everybody_and_needs_a_recent_sign_in()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var desk = await portal.GivenRole("Desk", [Permission.UsersView]);
        await portal.GivenAssignment(carol.Id, desk);

        Assert.Equal("step_up.needed", (await Delete(portal, desk, new() { Reason = "x", EndAssignments = true }, alice with { AuthenticatedAt = portal.Clock.Now.AddHours(-1) })).Problem?.Code);
        Assert.Null((await Delete(portal, desk, new() { Reason = "x", EndAssignments = true }, alice)).Problem);

        Assert.False((await portal.AccessOf(carol.Id)).Can(Permission.UsersView));
        Assert.Equal("role.not_found", (await portal.Run((RoleService roles) => roles.EditAsync(desk, new() { Name = "x" }, "x", alice, Cancel))).Problem?.Code);
    }

    [Fact]
    public async Task A_role_that_others_inherit_from_is_not_deleted()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var top = await portal.GivenRole("Top");
        await portal.GivenRole("Heir", parent: top);

        var refused = await Delete(portal, top, new() { Reason = "x" }, alice);

        Assert.Equal("role.has_heirs", refused.Problem?.Code);
        Assert.Contains("Heir", refused.Problem!.Message);
    }

    [Fact]
    public async Task The_list_knows_members_unused_roles_and_permissions_nobody_has()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var (used, unused) = (await portal.GivenRole("Used", [Permission.UsersView]), await portal.GivenRole("Unused", [Permission.UsersPurge]));
        await portal.GivenAssignment(carol.Id, used);
        await portal.GivenAssignment(alice.Id, unused, endsAt: portal.Clock.Now);
        Task<RoleListing> List(string? search, RoleChoice choice) => portal.Run((RoleDirectory roles) => roles.ListAsync(search, choice, PageStart.First, alice, Cancel));

        Assert.Equal(["Unused", "Used"], (await List("used", RoleChoice.All)).Page.Rows.Select(row => row.Name));
        Assert.Equal([(used, 1L), (unused, 0L)], (await List(null, RoleChoice.Own)).Page.Rows.Select(row => (row.Id, row.Members!.Value)).OrderByDescending(row => row.Item2));
        Assert.DoesNotContain((await List(null, RoleChoice.Unused)).Page.Rows, row => row.Id == used || row.Id == SystemRoles.EndUser.Id || row.Id == SystemRoles.Owner.Id);
        Assert.Empty((await portal.Run((RoleDirectory roles) => roles.FiguresAsync(alice, Cancel)))!.HeldByNobody);
        await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == alice.UserId).ExecuteDeleteAsync(Cancel));
        var nobodys = (await portal.Run((RoleDirectory roles) => roles.FiguresAsync(alice, Cancel)))!.HeldByNobody.Select(info => info.Permission).ToList();
        Assert.Contains(Permission.UsersPurge, nobodys);
        Assert.DoesNotContain(Permission.UsersView, nobodys);
    }

    private static Task<Result<Guid>> Create(TestPortal portal, NewRoleForm form, Actor actor) => portal.Run((RoleService roles) => roles.CreateAsync(form, actor, Cancel));

    private static async Task<Result> Edit(TestPortal portal, Guid id, Action<RoleForm> change, Actor actor)
    {
        var role = await portal.LoadRole(id);
        var form = new RoleForm { Name = role.Name, Description = role.Description, ParentId = role.ParentId, IsActive = role.IsActive };
        change(form);
        return await portal.Run((RoleService roles) => roles.EditAsync(id, form, role.ConcurrencyStamp, actor, Cancel));
    }

    private static async Task<Result> Save(TestPortal portal, Guid id, Dictionary<Permission, Statement> wanted, Actor actor)
    {
        var stamp = (await portal.LoadRole(id)).ConcurrencyStamp;
        return await portal.Run((RolePermissions permissions) => permissions.SaveAsync(id, wanted, stamp, actor, Cancel));
    }

    private static async Task<Result> Delete(TestPortal portal, Guid id, RoleRemovalForm form, Actor actor)
    {
        var stamp = (await portal.LoadRole(id)).ConcurrencyStamp;
        return await portal.Run((RoleService roles) => roles.DeleteAsync(id, form, stamp, actor, Cancel));
    }

    private static async Task<IEnumerable<Permission>> Granted(TestPortal portal, Guid role) =>
        (await portal.Run((AccessEvaluator access) => access.OfRoleAsync(role, null, Cancel))).Everywhere.Except([Permission.AccessRequestsCreate]).Order();
}
