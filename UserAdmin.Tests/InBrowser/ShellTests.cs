using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using UserAdmin.Core.Data;
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
    public async Task A_page_that_fails_says_so_and_goes_on_when_asked_again()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice, "/users");
        await Rename("audit_events", "lost");

        await tab.Link("Audit log").ClickAsync();
        await Expect(tab["main [role=alert]"]).ToContainTextAsync("tell your administrator this number");
        await Expect(tab["body"]).Not.ToContainTextAsync("Exception");
        await Rename("lost", "audit_events");
        await tab.Button("Try again").ClickAsync();

        await Expect(tab.Heading("Audit log")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_page_that_can_not_go_on_offers_to_load_it_again()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice, "/users");
        tab.IsCut = true;
        await Rename("sessions", "lost");

        // What the portal knows of a session is five seconds old at most.
        await Task.Delay(TimeSpan.FromSeconds(5.5), TestContext.Current.CancellationToken);
        await tab.Link("Audit log").ClickAsync();
        await Expect(tab["#blazor-error-ui"]).ToContainTextAsync("this page can't go on");
        await Rename("lost", "sessions");
        await tab.Link("Load it again").ClickAsync();

        await tab.Alive();
        await Expect(tab["#blazor-error-ui"]).ToBeHiddenAsync();
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

    private Task<int> Rename(string table, string name)
    {
        var command = $"ALTER TABLE {table} RENAME TO {name}";
        return App.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync(command, TestContext.Current.CancellationToken));
    }
}
