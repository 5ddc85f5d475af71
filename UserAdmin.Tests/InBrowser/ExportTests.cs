using Microsoft.Playwright;
using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Settings;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class ExportTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_list_becomes_a_file_at_once_or_in_the_background_and_is_fetched_from_my_exports()
    {
        await App.Given(Alice);
        await App.Given(Carol);
        var tab = await OpenAs(Alice, "/users");

        var workbook = await tab.Page.RunAndWaitForDownloadAsync(() => Choose(tab, "Excel"));
        Assert.EndsWith(".xlsx", workbook.SuggestedFilename);
        Assert.Null(await workbook.FailureAsync());
        await tab.Go("/me/exports");
        await Expect(tab.Heading("No files")).ToBeVisibleAsync();

        await App.Run((Policies policies) => policies.SaveAsync(new ExportPolicy { RowsAtOnce = 0 }, "", Actor.System, TestContext.Current.CancellationToken));
        await tab.Go("/users");
        await Choose(tab, "CSV");
        await Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/me/exports$"));
        await tab.Alive();
        await Expect(tab["tbody .badge"]).ToHaveTextAsync("Ready");
        var file = await tab.Page.RunAndWaitForDownloadAsync(() => tab["tbody a"].ClickAsync());
        Assert.Contains("\"Carol Cooper\",\"carol@example.org\"", await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken));

        await tab["tbody button"].ClickAsync();
        await Expect(tab.Heading("No files")).ToBeVisibleAsync();
    }

    private static async Task Choose(Tab tab, string format)
    {
        await tab[".tools summary"].Filter(new() { HasText = "Export" }).ClickAsync();
        await tab[".menu[open]"].GetByRole(AriaRole.Button, new() { Name = format, Exact = true }).ClickAsync();
    }
}
