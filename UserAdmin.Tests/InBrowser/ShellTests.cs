using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class ShellTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task The_chosen_theme_stays_also_on_the_sign_in_page()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice, "/users");
        await Expect(tab["html"]).ToHaveAttributeAsync("data-theme", "system");

        await tab.Button("Dark theme").ClickAsync();
        await Expect(tab["body"]).ToHaveCSSAsync("background-color", "rgb(18, 21, 28)");
        await tab.Link("Audit log").ClickAsync();
        await Expect(tab.Heading("Audit log")).ToBeVisibleAsync();
        await tab.Page.ReloadAsync();
        await Expect(tab["html"]).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(tab.Button("Dark theme")).ToHaveAttributeAsync("aria-pressed", "true");
        await tab.Button("Sign out").ClickAsync();

        await Expect(tab.Heading("Sign in")).ToBeVisibleAsync();
        await Expect(tab["html"]).ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task After_signing_out_the_back_button_shows_nothing()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice, "/users");

        await tab.Button("Sign out").ClickAsync();
        await Expect(tab.Heading("Sign in")).ToBeVisibleAsync();
        await tab.Page.GoBackAsync();

        await Expect(tab.Heading("Sign in")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_does_not_exist_says_so_and_answers_404()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice);
        tab.Expect(404);

        foreach (var address in new[] { "/nothing", "/users/not-an-id", $"/users/{Guid.NewGuid()}" })
        {
            var answer = await tab.Page.GotoAsync(new Uri(App.Url, address).ToString());
            Assert.Equal(404, answer!.Status);
            await Expect(tab.Heading("There is nothing here")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task A_bar_tells_of_a_lost_connection_and_goes_away_with_what_was_typed_kept()
    {
        await App.Given(Alice);
        using var proxy = new CuttableProxy(App.Url.Port);
        var tab = await Open(proxy.Url);
        await tab.SignIn(Alice, "/users/new");
        await tab.Field("First name").FillAsync("Carol");
        await tab.Field("Last name").FillAsync("Cooper");
        await tab.Field("User name").FillAsync("carol");
        var bar = tab["#components-reconnect-modal"];
        await Expect(bar).ToBeHiddenAsync();

        tab.IsCut = true;
        proxy.Cut();
        await Expect(bar).ToBeVisibleAsync();
        await Expect(bar).ToContainTextAsync("The connection is lost");
        await tab.Field("Email").FillAsync("carol@example.org");
        proxy.Mend();

        await Expect(bar).ToBeHiddenAsync(new() { Timeout = 30_000 });
        await Expect(tab.Field("First name")).ToHaveValueAsync("Carol");
        await Expect(tab.Field("Email")).ToHaveValueAsync("carol@example.org");
        await tab.Button("Create user").ClickAsync();
        await Expect(tab.Heading("Carol Cooper")).ToBeVisibleAsync();
    }
}
