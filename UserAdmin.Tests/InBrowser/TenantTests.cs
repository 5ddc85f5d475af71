using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using UserAdmin.Core.Common;
using UserAdmin.Core.Tenants;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class TenantTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task O2_Two_tenants_are_open_side_by_side_in_one_browser_and_a_suspended_one_closes()
    {
        await App.Given(Alice);
        var home = await OpenAs(Alice, "/tenants");
        await home.Link("New tenant").ClickAsync();
        await home.Field("Title").FillAsync("The Blue Company");
        await home.Field("Name").FillAsync("blue");
        await home.Field("Domain").FillAsync("blue.localhost");
        await home.Field("First name").FillAsync("Olga");
        await home.Field("Last name").FillAsync("Owner");
        await home.Field("Email").FillAsync("olga@blue.example");
        await home.Button("Create tenant").ClickAsync();
        await Expect(home.Heading("The Blue Company is ready")).ToBeVisibleAsync();
        var link = new Uri(await home.Page.GetByLabel("Activation link").InputValueAsync());

        // The owner follows the link in the same browser, in which Alice is signed in at the other address.
        var olga = await home.Page.Context.NewPageAsync();
        await olga.GotoAsync(link.ToString());
        await olga.GetByLabel("New password", new() { Exact = true }).FillAsync(Password);
        await olga.GetByLabel("The same again", new() { Exact = true }).FillAsync(Password);
        await olga.GetByRole(AriaRole.Button, new() { Name = "Activate account" }).ClickAsync();
        await olga.GotoAsync(new Uri(link, "/account/sign-in?returnUrl=%2Fusers").ToString());
        await olga.GetByLabel("Email or user name", new() { Exact = true }).FillAsync("olga@blue.example");
        await olga.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await olga.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await olga.WaitForSelectorAsync("[data-interactive=true]", new() { State = WaitForSelectorState.Attached });
        await Expect(olga.Locator("table.rows")).ToContainTextAsync("olga@blue.example");
        await Expect(olga.Locator("table.rows")).Not.ToContainTextAsync("alice@example.org");
        await Expect(olga.Locator("nav a[href='/tenants']")).ToHaveCountAsync(0);

        await home.Go("/users");
        await Expect(home["table.rows"]).ToContainTextAsync("alice@example.org");
        await Expect(home["table.rows"]).Not.ToContainTextAsync("olga@blue.example");
        var cookies = await home.Page.Context.CookiesAsync();
        Assert.Equal(["blue.localhost", home.Page.Url.Split('/')[2].Split(':')[0]], cookies.Where(cookie => cookie.Name == "__Host-useradmin").Select(cookie => cookie.Domain).Order(StringComparer.Ordinal).Reverse());

        await home.Link("Tenants").ClickAsync();
        await home.Link("The Blue Company").ClickAsync();
        await home.Do("Suspend tenant", "They asked for it");
        await Expect(olga.GetByRole(AriaRole.Heading, new() { Name = "This portal is suspended" })).ToBeVisibleAsync();
        await Expect(home.Button("Resume tenant")).ToBeVisibleAsync();
    }
}
