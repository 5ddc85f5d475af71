using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class AuditPageTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task L8_New_events_appear_by_themselves_wait_while_paused_and_a_bar_narrows_the_list()
    {
        var alice = await App.Given(Alice);
        var tab = await OpenAs(Alice, "/audit");
        await Expect(tab[".event"]).Not.ToHaveCountAsync(0);

        await tab.Button("Live").ClickAsync();
        await Expect(tab[".live-bar [role=status]"]).ToContainTextAsync("Live:");
        await Record("Castle");
        await Expect(tab[".event"].First).ToContainTextAsync("Castle");

        await tab.Button("Pause").ClickAsync();
        await Record("Tower");
        await Expect(tab.Button("Show 1 new")).ToBeVisibleAsync();
        await Expect(tab[".event"].First).ToContainTextAsync("Castle");
        await tab.Button("Show 1 new").ClickAsync();
        await Expect(tab[".event"].First).ToContainTextAsync("Tower");

        await tab.Button("Live").ClickAsync();
        await Expect(tab[".live-bar"]).ToHaveCountAsync(0);
        await tab[".volume summary"].ClickAsync();
        await tab[".volume tbody a"].First.ClickAsync();
        await Expect(tab[".chips li"]).ToHaveCountAsync(3);
        Assert.Contains("from=", tab.Page.Url, StringComparison.Ordinal);

        Task<int> Record(string name) => App.Run(async (UserAdminDbContext db) =>
        {
            db.Record(AuditAction.OrganizationCreated, alice, new(null, name), DateTimeOffset.UtcNow);
            return await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });
    }
}
