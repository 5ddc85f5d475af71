using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Tests.TwoFactor;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

/// <summary>Second factors as administrators look after them.</summary>
[Trait("Kind", "Browser")]
public class SecondFactorTests(Chromium chromium) : BrowserTest(chromium)
{
    // The second table; the first is of roles.
    private static Microsoft.Playwright.ILocator People(Tab tab) => tab["table.rows"].Last.Locator("tbody tr:not(.skeleton)");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M05_M06_M08_M09_Administrators_require_a_second_factor_remind_give_a_pass_and_reset_with_approval()
    {
        var owner = await App.Given(Alice);
        await App.Given(Bob);
        var carol = await App.GivenProtected(Carol);
        await App.Given(Dave);
        await App.SetPolicy(policy => policy.ResetNeedsApproval = true, owner);
        var alice = await OpenAs(Alice, "/security/coverage");

        // Required of the role; the list says who lacks one.
        await alice["details > summary"].Filter(new() { HasText = "Required of roles" }).ClickAsync();
        await alice.Button("Require it of the role Owner").ClickAsync();
        await alice.Dialog.GetByLabel("Reason").FillAsync("The auditors asked for it");
        await alice.Dialog.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Require", Exact = true }).ClickAsync();
        await Expect(alice[".notice.good"]).ToContainTextAsync("2 without a second factor are told by email");
        await Expect(alice["details > summary"].Filter(new() { HasText = "Required of roles: Owner" })).ToBeVisibleAsync();
        await Expect(People(alice)).ToHaveTextAsync([Row("Alice Archer", "In grace"), Row("Bob Baker", "In grace"), Row("Dave Dyer", "Not required")]);

        // Reminded, and skipped the second time.
        await alice.Field("Choose everybody on this page").CheckAsync();
        await Remind(alice);
        await Expect(alice[".notice[role=status]"].Last).ToHaveTextAsync("Reminded 3, skipped 0.");
        await alice.Field("Choose everybody on this page").CheckAsync();
        await Remind(alice);
        await Expect(alice[".notice[role=status]"].Last).ToHaveTextAsync("Reminded 0, skipped 3 (reminded today).");

        // A pass for a lost phone is shown once.
        await alice.Go($"/users/{carol.Id}/security");
        await alice.Do("Give access pass", "Phone left at home");
        await Expect(alice.Field("Access pass")).ToHaveValueAsync(new Regex("^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$"));
        await Expect(alice[".notice"].Filter(new() { HasText = "An access pass from Alice Archer is open until" })).ToBeVisibleAsync();

        // A reset waits for somebody else.
        await alice.Do("Ask for a reset", "The phone is lost");
        await Expect(alice.Heading("Waiting for a second administrator")).ToBeVisibleAsync();
        await Expect(alice.Button("Approve reset")).ToHaveCountAsync(0);
        var bob = await OpenAs(Bob, "/security/coverage");
        await bob.Button("Approve reset").ClickAsync();
        await Confirm(bob, "Approve reset");
        await Expect(bob.Heading("Waiting for a second administrator")).ToHaveCountAsync(0);
        await Expect(People(bob).Filter(new() { HasText = "Carol Cooper" })).ToBeVisibleAsync();

        // All of it is in the audit log and was mailed.
        await alice.Go("/audit");
        foreach (var sentence in new[]
        {
            "Alice Archer required a second factor of everybody with the role Owner", "Alice Archer reminded Dave Dyer to set up a second factor",
            "Alice Archer gave Carol Cooper a one-time access pass", "Alice Archer asked for the second factors of Carol Cooper to be reset", "Bob Baker removed every second factor of Carol Cooper",
        })
            await Expect(alice.Page.GetByText(sentence, new() { Exact = true })).ToHaveCountAsync(1);
        var mails = await App.Run((UserAdminDbContext db) => db.OutboxMessages.OrderBy(m => m.Id).Select(m => m.Recipient + ": " + m.Subject).ToListAsync(Cancel));
        Assert.Contains(mails, mail => mail.StartsWith("bob@example.org: Set up a second factor", StringComparison.Ordinal));
        Assert.Contains(mails, mail => mail.StartsWith("dave@example.org: Your account at UserAdmin has no second factor yet", StringComparison.Ordinal));
        Assert.Equal(
            ["An administrator gave you a one-time access pass", "An administrator asked for your second factors to be reset", "An administrator removed your second factors"],
            mails.Where(mail => mail.StartsWith("carol@example.org: ", StringComparison.Ordinal)).Select(mail => mail["carol@example.org: ".Length..]));
    }

    [Fact]
    public async Task M05_An_open_page_of_somebody_who_must_set_one_up_leads_there_at_the_next_click_and_nowhere_else()
    {
        var owner = await App.Given(Alice);
        var bob = await App.Given(Bob);
        var tab = await OpenAs(Bob, "/users/new");
        await tab.Field("First name").FillAsync("Frank");
        await tab.Field("Last name").FillAsync("Foss");
        await tab.Field("User name").FillAsync("frank");
        await tab.Field("Email").FillAsync("frank@example.org");

        await App.SetPolicy(policy => policy.GraceDays = 0, owner);
        var required = await App.Run((FactorEnforcement factors) => factors.RequireAsync(bob.Id, "Now", owner, Cancel));
        Assert.True(required.Succeeded);
        await Task.Delay(TimeSpan.FromSeconds(5.2), Cancel);
        await tab.Button("Create user").ClickAsync();
        var leave = tab.Button("Leave");
        await Expect(leave.Or(tab.Heading("Set up a second factor")).First).ToBeVisibleAsync();
        if (await leave.IsVisibleAsync())
            await leave.ClickAsync();

        await Expect(tab.Heading("Set up a second factor")).ToBeVisibleAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/me/enrol$"));
        Assert.Equal(2, await App.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));
        await Expect(tab[".side nav a"]).ToHaveCountAsync(0);
        await tab[".side .me"].ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/me/enrol$"));
        await Expect(tab.Heading("Set up a second factor")).ToBeVisibleAsync();
    }

    private static Regex Row(string name, string state) => new($@"{name}[\s\S]*{state}");

    private static async Task Remind(Tab tab)
    {
        await tab.Button("Remind by email").ClickAsync();
        await Confirm(tab, "Remind");
    }

    private static Task Confirm(Tab tab, string action) =>
        tab[".rz-dialog"].GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = action, Exact = true }).ClickAsync();
}
