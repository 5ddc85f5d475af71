using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;
using UserAdmin.Tests.Organizations;

namespace UserAdmin.Tests.Exports;

public class ListsAsFilesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G07_Who_may_not_see_a_list_gets_no_file_of_it()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Given(Alice);
        var (carol, frank) = (await portal.Given(Carol), await portal.Given(Frank));
        // Somebody who may take lists out, but sees none.
        var taker = carol with { Access = Access.Of([Permission.ExportsCreate]) };
        await using var scope = portal.Scope();
        var lists = scope.ServiceProvider.GetServices<IExportList>().ToList();

        foreach (var list in lists)
        {
            Assert.True(list.Name is { Length: > 0 and <= 60 });
            var (without, seesNothing, nonsense) = (await portal.Open(scope, list.Name, "{}", carol), await portal.Open(scope, list.Name, "{}", taker), await portal.Open(scope, list.Name, "nonsense", portal.Everybody()));
            Assert.False(!list.IsOnesOwn && without.Succeeded, list.Name);
            Assert.False(nonsense.Succeeded, list.Name);
            if (seesNothing is { Succeeded: true, Value: var table })
                await foreach (var batch in table.Rows)
                    Assert.Empty(batch);
        }
        Assert.Distinct(lists.Select(list => list.Name));
        // The help desk sees people and takes nothing out.
        Assert.Equal(ProblemKind.NotAllowed, (await portal.Open(scope, UserExport.ListName, ExportQuery.Write(new UserExportQuery(new(), [])), frank)).Problem?.Kind);
    }

    [Fact]
    public async Task G07_A_file_of_users_has_the_rows_and_columns_of_the_list_for_each_role()
    {
        await using var portal = await TestPortal.StartAsync();
        var (north, south) = (await portal.GivenOrganization("North"), await portal.GivenOrganization("South"));
        var ivan = await portal.GivenRole(await portal.GivenMember(Tree.Ivan, north), SystemRoles.OrganizationManager, north);
        await portal.GivenMember(Tree.Judy, north);
        await portal.GivenMember(Tree.Mallory, south);
        var (alice, grace, heidi) = (await portal.Given(Alice), await portal.Given(Grace), await portal.Given(Heidi));
        UserColumn[] columns = [UserColumn.Organization, UserColumn.Role, UserColumn.Email];

        foreach (var (actor, people) in new[] { (alice, 6), (grace, 6), (heidi, 6), (ivan, 2) })
            foreach (var filter in new UserFilter[] { new(), new() { Sort = UserSort.Email, Descending = true }, new() { Search = "i" }, new() { Statuses = [UserStatus.Active] } })
            {
                var shown = new List<string>();
                for (var start = PageStart.First; ;)
                {
                    var (page, _) = await portal.Run((UserDirectory users) => users.ListAsync(filter with { PageSize = 2 }, start, actor, Cancel));
                    shown.AddRange(page.Rows.Select(user => $"{user.FullName}|{user.Organizations}|{user.Roles}|{user.Email}"));
                    if (page.Next is null)
                        break;
                    start = new(After: page.Next);
                }

                Assert.Equal(shown, await portal.Rows(UserExport.ListName, new UserExportQuery(filter, columns), actor));
                if (filter.Search is null)
                    Assert.Equal(people, shown.Count);
            }
    }

    [Fact]
    public async Task G07_Who_may_take_lists_out_in_one_organization_takes_out_what_they_see_there()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Given(Alice);
        var (north, south) = (await portal.GivenOrganization("North"), await portal.GivenOrganization("South"));
        await portal.GivenMember(Tree.Judy, north);
        await portal.GivenMember(Tree.Mallory, south);
        // Sees everybody, and manages the north, where the role allows taking out.
        var frank = await portal.GivenRole(await portal.Given(Frank), SystemRoles.OrganizationManager, north);
        var query = new UserExportQuery(new(), []);

        Assert.Equal(4, (await portal.Run((UserDirectory users) => users.ListAsync(new(), PageStart.First, frank, Cancel))).Page.Rows.Count);
        Assert.Equal(["Frank Fisher", "Judy Jones"], await portal.Rows(UserExport.ListName, query, frank));
        Assert.Equal(["North||Active|1|0"], await portal.Rows(OrganizationExport.ListName, new OrganizationListQuery(null, false), frank));
    }

    [Fact]
    public async Task G07_Files_of_the_other_lists_have_what_the_lists_have()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await portal.Given(Frank);
        var north = await portal.GivenOrganization("North");
        await portal.GivenOrganization("Far north", north);
        var ivan = await portal.GivenRole(await portal.GivenMember(Tree.Ivan, north), SystemRoles.OrganizationManager, north);
        await portal.Run((TeamService teams) => teams.CreateAsync(north, new() { Name = "Blue" }, alice, Cancel));
        await portal.Run((UserLifecycle users) => users.DeleteAsync(carol.Id, "Left", alice, Cancel));

        Assert.StartsWith("Carol Cooper|carol@example.org|", Assert.Single(await portal.Rows(DeletedUserExport.ListName, new DeletedUserQuery(), alice)));
        Assert.Equal(["Far north|North|Active|0|0", "North||Active|1|1"], await portal.Rows(OrganizationExport.ListName, new OrganizationListQuery(null, false), alice));
        Assert.Equal(["Far north|North|Active|0|0"], await portal.Rows(OrganizationExport.ListName, new OrganizationListQuery("far", false), ivan));
        Assert.StartsWith("Ivan Ingram|Active||Organization manager|", Assert.Single(await portal.Rows(OrganizationMemberExport.ListName, new OrganizationMemberQuery(north, null), ivan)));
        Assert.Equal(["Blue||0|"], await portal.Rows(TeamExport.ListName, new TeamListQuery(north), ivan));
        Assert.Equal(SystemRoles.All.Select(role => role.Name).Order(StringComparer.OrdinalIgnoreCase), (await portal.Rows(RoleExport.ListName, new RoleListQuery(null, RoleChoice.All), alice)).Select(row => row.Split('|')[0]));
        Assert.StartsWith("Frank Fisher|frank@example.org|Active|Everywhere|", Assert.Single(await portal.Rows(RoleMemberExport.ListName, new RoleMemberQuery(SystemRoles.HelpDesk.Id, null), alice)));
        Assert.Equal(["Alice Archer|alice@example.org|Granted by Owner"], await portal.Rows(WhoCanExport.ListName, new WhoCanQuery("tenants.manage", null), alice));
        Assert.Equal(PermissionInfo.All.Count, (await portal.Rows(RolePermissionExport.ListName, new RolePermissionQuery(SystemRoles.Owner.Id), alice)).Count);
        Assert.Equal((await portal.Run((CoverageDirectory coverage) => coverage.ListAsync(new(), PageStart.First, ivan, Cancel))).Page.Rows.Select(row => row.FullName),
            (await portal.Rows(CoverageExport.ListName, new CoverageFilter(), ivan)).Select(row => row.Split('|')[0]));
        Assert.Empty(await portal.Rows(SessionExport.ListName, new SessionFilter(), alice));
        Assert.Empty(await portal.Rows(InvitationExport.ListName, new InvitationFilter(), ivan));
        Assert.Empty(await portal.Rows(AccessRequestExport.ListName, new AccessRequestQuery(null), ivan));
        Assert.Empty(await portal.Rows(AccessReviewExport.ListName, new AccessReviewQuery(), alice));
        Assert.Empty(await portal.Rows(TenantExport.ListName, new TenantListQuery(null, null), alice));
        Assert.Equal((await portal.Run((OutboxService outbox) => outbox.ListAsync(new(), PageStart.First, alice, Cancel))).Rows.Select(row => row.Recipient),
            (await portal.Rows(MessageExport.ListName, new MessageFilter(), alice)).Select(row => row.Split('|')[0]));
    }

    [Fact]
    public async Task G07_Files_of_sessions_devices_and_team_members_have_what_these_lists_have()
    {
        await using var app = await TestApp.StartAsync();
        var (alice, carol, dave) = (app.Alice, await app.Given(Carol), await app.Given(Dave));
        using var browser = app.Open();
        await browser.SignIn("carol");
        var north = await app.GivenOrganization("North");
        var judy = await app.GivenMember(Tree.Judy, north);
        var team = (await app.Run((TeamService teams) => teams.CreateAsync(north, new() { Name = "Blue" }, alice, Cancel))).Value;
        await app.Run((TeamService teams) => teams.AddMemberAsync(team, judy.Id, alice, Cancel));
        await using var scope = app.Scope();

        Assert.EndsWith("|Open||False", Assert.Single(await app.Rows(OwnSessionExport.ListName, new OwnListQuery(), carol)), StringComparison.Ordinal);
        Assert.EndsWith("|False||1", Assert.Single(await app.Rows(OwnDeviceExport.ListName, new OwnListQuery(), carol)), StringComparison.Ordinal);
        Assert.Empty(await app.Rows(OwnDeviceExport.ListName, new OwnListQuery(), dave));
        Assert.Single(await app.Rows(DeviceExport.ListName, new DeviceQuery(carol.Id), alice));
        Assert.Equal("Devices of Carol Cooper", (await app.Open(scope, DeviceExport.ListName, ExportQuery.Write(new DeviceQuery(carol.Id)), alice)).Value?.Title);
        Assert.Equal(ProblemKind.NotFound, (await app.Open(scope, DeviceExport.ListName, ExportQuery.Write(new DeviceQuery(carol.Id)), dave with { Access = Access.Of([Permission.ExportsCreate]) })).Problem?.Kind);
        Assert.StartsWith("Judy Jones|False|", Assert.Single(await app.Rows(TeamMemberExport.ListName, new TeamMemberQuery(team), alice)), StringComparison.Ordinal);
        Assert.Equal(ProblemKind.NotFound, (await app.Open(scope, TeamMemberExport.ListName, ExportQuery.Write(new TeamMemberQuery(team)), dave with { Access = Access.Of([Permission.ExportsCreate]) })).Problem?.Kind);
    }

    [Fact]
    public async Task G07_The_first_sheet_names_roles_organizations_and_people_whom_the_reader_may_see()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var (north, south) = (await portal.GivenOrganization("North"), await portal.GivenOrganization("South"));
        var ivan = await portal.GivenRole(await portal.GivenMember(Tree.Ivan, north), SystemRoles.OrganizationManager, north);
        await using var scope = portal.Scope();
        async Task<string> FactsAsync<TQuery>(string list, TQuery query, Actor actor) =>
            string.Join("; ", (await portal.Open(scope, list, ExportQuery.Write(query), actor)).Value!.Facts.Select(fact => $"{fact.Name}: {fact.Value}"));

        Assert.Contains("Organization: North or below", await FactsAsync(InvitationExport.ListName, new InvitationFilter(OrganizationId: north), alice), StringComparison.Ordinal);
        Assert.DoesNotContain("South", await FactsAsync(InvitationExport.ListName, new InvitationFilter(OrganizationId: south), ivan), StringComparison.Ordinal);
        Assert.Contains("Role: Help desk", await FactsAsync(CoverageExport.ListName, new CoverageFilter { RoleId = SystemRoles.HelpDesk.Id }, alice), StringComparison.Ordinal);
        Assert.Contains("Role: Help desk; Belongs to: North or below", await FactsAsync(UserExport.ListName, new UserExportQuery(new() { RoleId = SystemRoles.HelpDesk.Id, OrganizationId = north }, []), alice), StringComparison.Ordinal);
        Assert.Contains("Person: Carol Cooper", await FactsAsync(SessionExport.ListName, new SessionFilter { UserId = carol.Id }, alice), StringComparison.Ordinal);
        var report = await portal.Open(scope, ReportExport.List, new ReportFile("access", new() { OrganizationId = north, RoleId = SystemRoles.HelpDesk.Id }, "UTC").ToJson(), alice);
        Assert.Contains(("Organization", "North or below"), report.Value!.Facts);
        Assert.Contains(("Role", "Help desk"), report.Value.Facts);
    }

    // A list with pages that can't be taken out is one that people copy by hand.
    [Fact]
    public void Every_page_with_a_long_list_has_the_button()
    {
        var root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../UserAdmin.Web"));
        var lists = Directory.EnumerateFiles(root, "*.razor", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => (Name: Path.GetFileNameWithoutExtension(file), Text: File.ReadAllText(file)))
            .Where(page => page.Text.Contains("<Pager", StringComparison.Ordinal)).ToList();

        var without = lists.Where(page => !page.Text.Contains("<ExportButton", StringComparison.Ordinal)).Select(page => page.Name).Except(Elsewhere.Keys);

        Assert.True(lists.Count > 12);
        Assert.Empty(without);
    }

    // The button of these stands on the page around them, or the file has a way of its own.
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["ActivityPage"] = "one's own activity has its own files, for spreadsheets and for programs",
        ["AuditList"] = "AuditPage",
    };
}

internal static class Anybody
{
    public static Actor Everybody(this ITestPortal _) => new(ActorKind.User, Guid.NewGuid(), "Everybody", Access.Everything);
}
