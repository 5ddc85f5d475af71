using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Tests.Roles;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

/// <summary>Roles as people make, give and lose them, in pages that stay open.</summary>
[Trait("Kind", "Browser")]
public class RightsInOpenPagesTests(Chromium chromium) : BrowserTest(chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C05_A_role_made_from_another_is_given_for_a_time_and_its_buttons_and_then_the_page_go_when_it_ends()
    {
        await App.Given(Alice);
        var carol = await App.Given(Carol);
        await App.GivenAssignment(carol.Id, SystemRoles.Agent.Id);
        var alice = await OpenAs(Alice, $"/roles/new?like={SystemRoles.Manager.Id}");

        // A role from another one, with one permission denied.
        await alice.Field("Name").FillAsync("Night manager");
        await alice.Button("Create role").ClickAsync();
        await Expect(alice.Heading("Night manager")).ToBeVisibleAsync();
        var deactivating = alice[".matrix fieldset"].Filter(new() { HasText = "Deactivate people" });
        await Expect(deactivating.Locator(".result")).ToHaveTextAsync("Allowed by Manager");
        await deactivating.GetByLabel("Deny").CheckAsync();
        await Expect(deactivating.Locator(".result")).ToHaveTextAsync("Denied here");
        await alice.Button("Save permissions").ClickAsync();
        await Expect(alice[".save-bar [role=status]"]).ToHaveTextAsync("Nothing changed.");

        // Given on the person's page, whose explanation shows it at once.
        await alice.Go($"/users/{carol.Id}/access");
        await alice.Button("Give a role").ClickAsync();
        await alice.Dialog.GetByLabel("Role").SelectOptionAsync("Night manager");
        await alice.Dialog.GetByLabel("Reason").FillAsync("Stands in tonight");
        await alice.Dialog.GetByRole(AriaRole.Button, new() { Name = "Give role" }).ClickAsync();
        await Expect(alice.Dialog).ToHaveCountAsync(0);
        ILocator Answer(string title) => alice[".answers > li"].Filter(new() { Has = alice.Page.GetByText(title, new() { Exact = true }) });
        await Expect(Answer("Add people")).ToContainTextAsync("Granted by Manager through Night manager");
        await Expect(Answer("Deactivate people")).ToContainTextAsync("Denied by Night manager");
        await Expect(Answer("Deactivate people").Locator(".badge").First).ToHaveTextAsync("No");

        // Until in some seconds. Nobody clicks any more.
        var hers = await OpenAs(Carol, "/users");
        await Expect(hers.Link("New user")).ToBeVisibleAsync();
        await alice.Go($"/users/{carol.Id}/access");
        await Until(carol.Id, DateTimeOffset.UtcNow.AddSeconds(20));
        await alice.Page.ReloadAsync();
        await Expect(alice["td .badge"]).ToHaveTextAsync("ends in less than a minute");
        // The server's clock decides, so the patience is long.
        await Expect(hers.Link("New user")).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        await Expect(hers.Heading("Users")).ToBeVisibleAsync();
        await Expect(Answer("Add people")).ToContainTextAsync("No role grants it.");
        await Expect(Answer("Add people").Locator(".badge").First).ToHaveTextAsync("No");

        // Taking the other role takes the page.
        await alice.Button("End Agent now").ClickAsync();
        await alice.Dialog.GetByLabel("Reason").FillAsync("Left the team");
        await alice.Dialog.GetByRole(AriaRole.Button, new() { Name = "End now" }).ClickAsync();
        await Expect(hers.Page.GetByText("This page is not open to you")).ToBeVisibleAsync();
        await Expect(hers.Link("Users")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task C05_What_is_typed_in_an_open_form_is_not_written_when_the_role_is_gone()
    {
        var owner = await App.Given(Alice);
        var (carol, dave) = (await App.Given(Carol), await App.Given(Dave));
        await App.GivenAssignment(carol.Id, await App.GivenRole("Looks", [Permission.UsersView]));
        var editing = await App.GivenAssignment(carol.Id, await App.GivenRole("Edits", [Permission.UsersEdit]));
        var hers = await OpenAs(Carol, $"/users/{dave.Id}");
        await hers.Button("Edit Name").ClickAsync();
        await hers.Field("First name").FillAsync("David");

        Assert.Null((await App.Run((RoleAssignmentService roles) => roles.EndAsync(editing, "Reason", owner, Cancel))).Problem);
        await Expect(hers.Button("Edit Contact")).ToHaveCountAsync(0);
        await hers.Button("Save").ClickAsync();

        await Expect(hers[".notice.bad"]).ToContainTextAsync("You may not do this.");
        await Expect(hers.Field("First name")).ToHaveValueAsync("David");
        Assert.Equal("Dave", (await App.Load(dave.Id)).FirstName);
        Assert.Empty(await App.Events(AuditAction.UserEdited));
        Assert.Equal(carol.Id, Assert.Single(await App.Events(AuditAction.AccessDenied)).ActorId);
    }

    private async Task Until(Guid userId, DateTimeOffset end) => await App.Run(async (UserAdminDbContext db) =>
    {
        var role = await db.Roles.SingleAsync(r => r.Name == "Night manager", Cancel);
        await db.RoleAssignments.Where(a => a.UserId == userId && a.RoleId == role.Id).ExecuteUpdateAsync(a => a.SetProperty(row => row.EndsAt, end), Cancel);
        await db.ChangeStampAsync(ChangeStamp.Assignments, Cancel);
        return 0;
    });
}
