using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;
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
