using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using UserAdmin.Core.SignIn;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public partial class UserLifeTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task The_first_administrator_is_made_with_the_token_of_the_console()
    {
        var token = App.Services.GetRequiredService<SetupToken>().Create();
        var tab = await Open();
        await tab.Go("/", isPortal: false);
        await Expect(tab.Heading("Set up UserAdmin")).ToBeVisibleAsync();
        await tab.Field("First name").FillAsync(Alice.FirstName);
        await tab.Field("Last name").FillAsync(Alice.LastName);
        await tab.Field("Email").FillAsync(Alice.Email);
        await tab.Field("Password").FillAsync(Password);

        await tab.Field("One-time token").FillAsync("not the token");
        await tab.Button("Create administrator").ClickAsync();
        await Expect(tab[".validation-message"]).ToContainTextAsync("not the token on the console");
        await Expect(tab.Field("Last name")).ToHaveValueAsync(Alice.LastName);
        await Expect(tab.Field("One-time token")).ToBeFocusedAsync();
        await Expect(tab.Field("Password")).ToHaveValueAsync("");
        await tab.Field("One-time token").FillAsync(token.ToLowerInvariant());
        await tab.Field("Password").FillAsync(Password);
        await tab.Button("Create administrator").ClickAsync();
        await tab.Link("Go to sign-in").ClickAsync();
        await tab.Field("Email or user name").FillAsync(Alice.Email);
        await tab.Field("Password").FillAsync(Password);
        await tab.Button("Sign in").ClickAsync();

        await Expect(tab.Heading("Dashboard")).ToBeVisibleAsync();
        await tab.Go("/setup", isPortal: false);
        await Expect(tab.Heading("Dashboard")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_user_is_made_edited_found_closed_opened_deleted_and_restored_and_the_audit_log_tells_each_with_before_and_after()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice, "/users/new");

        await tab.Field("First name").FillAsync("Carol");
        await tab.Field("Last name").FillAsync("Cooper");
        await tab.Field("User name").FillAsync("carol");
        await tab.Field("Email").FillAsync("carol@example.org");
        await tab.Field("City").FillAsync("Porto");
        await tab.Button("Create user").ClickAsync();
        await Expect(tab.Heading("Carol Cooper")).ToBeVisibleAsync();
        await Expect(tab[".person .badge"]).ToHaveTextAsync("Pending");

        await tab.Button("Edit Contact").ClickAsync();
        await Expect(tab.Field("Phone")).ToBeFocusedAsync();
        await tab.Field("City").FillAsync("Lyon");
        await tab.Button("Save").ClickAsync();
        await Expect(tab[".facts"].Filter(new() { HasText = "City" })).ToContainTextAsync("Lyon");
        await Expect(tab.Button("Edit Contact")).ToBeFocusedAsync();

        await tab.Go("/users");
        await tab.Page.Keyboard.PressAsync("/");
        await tab.Page.Keyboard.TypeAsync("coop");
        await Expect(tab.Rows).ToHaveCountAsync(1);
        await tab.Rows.ClickAsync();

        await tab.Do("Deactivate user", "Left in May");
        await Expect(tab[".person .badge"]).ToHaveTextAsync("Inactive");
        await tab.Do("Activate user", "Came back");
        await Expect(tab[".person .badge"]).ToHaveTextAsync("Pending");
        await tab.Do("Delete user", "Left for good");
        await Expect(tab[".person .badge"]).ToHaveTextAsync("Deleted");
        await tab.Go("/users?search=coop");
        await Expect(tab.Heading("Nobody matches")).ToBeVisibleAsync();
        await tab.Go("/users/deleted");
        await tab.Rows.ClickAsync();
        await tab.Do("Restore user", "It was the other Carol");
        await Expect(tab[".person .badge"]).ToHaveTextAsync("Pending");

        await tab.Link("Audit log").ClickAsync();
        await Tells(tab, "Alice Archer created Carol Cooper", "City", "empty", "Porto");
        await Tells(tab, "Alice Archer edited Carol Cooper: City from Porto to Lyon", "City", "Porto", "Lyon");
        await Tells(tab, "Alice Archer deactivated Carol Cooper", "Deactivated at", "empty", null, "Left in May");
        await Tells(tab, "Alice Archer activated Carol Cooper again", "Deactivated at", null, "empty", "Came back");
        await Tells(tab, "Alice Archer deleted Carol Cooper", "Deleted at", "empty", null, "Left for good");
        await Tells(tab, "Alice Archer restored Carol Cooper", "Deleted at", null, "empty", "It was the other Carol");
    }

    [Fact]
    public async Task An_invited_user_chooses_a_password_and_sees_neither_the_entries_nor_the_pages_of_administrators()
    {
        await App.Given(Alice);
        var carol = await App.Given(Carol, user => (user.ActivatedAt, user.PasswordHash) = (null, null));
        var alice = await OpenAs(Alice, $"/users/{carol.Id}");
        await alice.Button("Make activation link").ClickAsync();
        var link = await alice.Field("Activation link").InputValueAsync();

        var tab = await Open();
        await tab.Go(link, isPortal: false);
        await tab.Field("New password").FillAsync("seven purple herons");
        await tab.Field("The same again").FillAsync("seven purple herrings");
        await tab.Button("Activate account").ClickAsync();
        await Expect(tab[".validation-message"]).ToHaveTextAsync("The two passwords differ.");
        await tab.Field("New password").FillAsync("seven purple herons");
        await tab.Field("The same again").FillAsync("seven purple herons");
        await tab.Button("Activate account").ClickAsync();
        await Expect(tab[".notice.good"]).ToContainTextAsync("Your account is active");
        await tab.SignIn(Carol, "/", "seven purple herons");

        await Expect(tab.Heading("Carol Cooper")).ToBeVisibleAsync();
        await Expect(tab[".side nav a"]).ToHaveTextAsync("My account");
        tab.Expect(403);
        foreach (var page in new[] { "/users", "/users/new", "/users/deleted", $"/users/{carol.Id}", "/audit" })
        {
            await tab.Go(page, isPortal: false);
            await Expect(tab.Heading("This page is not open to you")).ToBeVisibleAsync();
        }
        await tab.Go(link, isPortal: false);
        await Expect(tab["[role=alert]"]).ToContainTextAsync("This link has been used");
    }

    [Fact]
    public async Task Bad_input_is_kept_and_the_error_stands_at_its_field()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice, "/users/new");
        var typed = new Dictionary<string, string>
        {
            ["First name"] = "Bo\u202Eb",
            ["Last name"] = new('x', 300),
            ["User name"] = "al ice",
            ["Email"] = "not-an-email",
            ["City"] = "Köln",
            ["Postal code"] = "12345",
        };
        foreach (var (field, text) in typed)
            await tab.Field(field).FillAsync(text);

        await tab.Button("Create user").ClickAsync();

        await Expect(ErrorAt(tab, "First name")).ToContainTextAsync("hidden character");
        await Expect(ErrorAt(tab, "Last name")).ToContainTextAsync("this has 300");
        await Expect(ErrorAt(tab, "User name")).ToContainTextAsync("letters");
        await Expect(ErrorAt(tab, "Email")).ToContainTextAsync("name@example.org");
        await Expect(ErrorAt(tab, "City")).ToHaveCountAsync(0);
        await Expect(tab.Field("First name")).ToBeFocusedAsync();
        foreach (var (field, text) in typed)
            await Expect(tab.Field(field)).ToHaveValueAsync(text);

        await tab.Field("First name").FillAsync("Bob");
        await tab.Field("Last name").FillAsync("Baker");
        await tab.Field("User name").FillAsync("bob");
        await tab.Field("Email").FillAsync("ALICE@example.org");
        await tab.Button("Create user").ClickAsync();
        await Expect(ErrorAt(tab, "Email")).ToContainTextAsync("Another user");
        await tab.Field("Email").FillAsync("bob@example.org");
        await tab.Button("Create user").ClickAsync();
        await Expect(tab.Heading("Bob Baker")).ToBeVisibleAsync();
        await Expect(tab[".facts"].Filter(new() { HasText = "Postal code" })).ToContainTextAsync("12345");
    }

    [Fact]
    public async Task What_is_typed_is_not_lost_by_a_wrong_click()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice, "/users/new");
        await tab.Field("First name").FillAsync("Bob");

        await tab.Link("Audit log").ClickAsync();
        await tab.Button("Stay").ClickAsync();
        await Expect(tab.Field("First name")).ToHaveValueAsync("Bob");

        await tab.Link("Audit log").ClickAsync();
        await tab.Button("Leave").ClickAsync();
        await Expect(tab.Heading("Audit log")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Of_two_administrators_who_edit_the_same_person_the_second_sees_the_difference_and_chooses()
    {
        await App.Given(Alice);
        await App.Given(Bob);
        var carol = await App.Given(Carol);
        var alice = await OpenAs(Alice, $"/users/{carol.Id}");
        var bob = await OpenAs(Bob, $"/users/{carol.Id}");
        await alice.Button("Edit Contact").ClickAsync();
        await bob.Button("Edit Contact").ClickAsync();

        await alice.Field("City").FillAsync("Lyon");
        await alice.Button("Save").ClickAsync();
        await Expect(alice.Button("Edit Contact")).ToBeVisibleAsync();
        await bob.Field("City").FillAsync("Porto");
        await bob.Field("Phone").FillAsync("+351 21 000");
        await bob.Button("Save").ClickAsync();

        await Expect(bob["[role=alert] tbody tr"]).ToHaveTextAsync(Conflict());
        await bob.Button("Take theirs").ClickAsync();
        await Expect(bob.Field("City")).ToHaveValueAsync("Lyon");
        await bob.Button("Save").ClickAsync();
        await Expect(bob.Button("Edit Contact")).ToBeVisibleAsync();
        await Expect(bob[".facts"].Filter(new() { HasText = "Street" })).ToContainTextAsync("+351 21 000");
    }

    [Fact]
    public async Task Ending_a_session_throws_its_open_page_out_at_once_and_the_next_sign_in_leads_back()
    {
        await App.Given(Alice);
        var carol = await App.Given(Carol);
        var alice = await OpenAs(Alice, $"/users/{carol.Id}/sessions");
        var tab = await OpenAs(Carol);
        await alice.Page.ReloadAsync();
        await alice.Alive();

        await alice.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^End the session on") }).ClickAsync();

        await Expect(tab.Page).ToHaveURLAsync(new Regex("/account/sign-in[?]"));
        await Expect(tab["[role=status]"]).ToContainTextAsync("Your session has ended");
        await Expect(alice["tbody td"].Filter(new() { HasText = "Ended by Alice Archer" })).ToBeVisibleAsync();
        await tab.Field("Email or user name").FillAsync(Carol.Email);
        await tab.Field("Password").FillAsync(Password);
        await tab.Button("Sign in").ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/me$"));
    }

    private static Microsoft.Playwright.ILocator ErrorAt(Tab tab, string field) =>
        tab[".field"].Filter(new() { Has = tab.Field(field) }).Locator(".validation-message");

    private static async Task Tells(Tab tab, string sentence, string field, string? before, string? after, string reason = "")
    {
        var row = tab[".event"].Filter(new() { Has = tab.Page.GetByText(sentence, new() { Exact = true }) });
        await row.Locator("summary").ClickAsync();
        var change = row.Locator("tbody tr").Filter(new() { Has = tab.Page.Locator("th").GetByText(field, new() { Exact = true }) });
        if (before is not null)
            await Expect(change.Locator("td").Nth(0)).ToHaveTextAsync(before);
        if (after is not null)
            await Expect(change.Locator("td").Nth(1)).ToHaveTextAsync(after);
        await Expect(row).ToContainTextAsync(reason);
    }

    [GeneratedRegex(@"City\s*–\s*Lyon\s*Porto")]
    private static partial Regex Conflict();
}
