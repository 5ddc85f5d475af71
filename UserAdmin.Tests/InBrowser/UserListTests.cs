using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class UserListTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task The_address_is_the_list_so_whoever_opens_it_sees_the_same_rows()
    {
        await Crowd(60);
        var tab = await OpenAs(Alice, "/users");
        await tab.Link("Next page").ClickAsync();
        await Expect(tab.Rows.First).ToContainTextAsync("Person 25");

        await tab[".tools summary"].Filter(new() { HasText = "Filter" }).ClickAsync();
        await tab[".menu[open]"].GetByLabel("Pending").CheckAsync();
        await tab[".menu[open]"].GetByLabel("Second factor").SelectOptionAsync("Off");
        await Expect(tab[".chips li"]).ToHaveCountAsync(3);
        await tab.Link("Email").ClickAsync();
        await Expect(tab["th[aria-sort=ascending]"]).ToHaveTextAsync("Email");
        await tab.Link("Email").ClickAsync();
        await Expect(tab[".chips li"]).ToHaveCountAsync(3);
        await Expect(tab.Rows.First).ToContainTextAsync("person58@");
        var shown = await tab.Rows.AllInnerTextsAsync();

        var other = await OpenAs(Bob, new Uri(tab.Page.Url).PathAndQuery);
        await Expect(other.Rows.First).ToContainTextAsync("person58@");
        Assert.Equal(shown, await other.Rows.AllInnerTextsAsync());

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Remove the filter: Status is Pending" }).ClickAsync();
        await Expect(tab.Rows.First).ToContainTextAsync("person59@");
        await tab.Page.GoBackAsync();
        await Expect(tab.Rows.First).ToContainTextAsync("person58@");
        await tab.Page.ReloadAsync();
        await tab.Alive();
        Assert.Equal(shown, await tab.Rows.AllInnerTextsAsync());
    }

    [Fact]
    public async Task Pages_lead_forward_back_and_to_the_end()
    {
        await Crowd(60);
        var tab = await OpenAs(Alice, "/users");

        await tab.Link("Next page").ClickAsync();
        await Expect(tab.Rows.First).ToContainTextAsync("Person 25");
        await tab.Link("Last page").ClickAsync();
        await Expect(tab.Rows.Last).ToContainTextAsync("Bob Baker");
        await tab.Link("Previous page").ClickAsync();
        await Expect(tab.Rows.Last).ToContainTextAsync("Person 36");
        await tab.Link("First page").ClickAsync();
        await Expect(tab.Rows.First).ToContainTextAsync("Person 00");

        await tab[".pager select"].SelectOptionAsync("50");
        await Expect(tab.Rows).ToHaveCountAsync(50);
        await tab.Go("/users");
        await Expect(tab.Rows).ToHaveCountAsync(50);
    }

    [Fact]
    public async Task Chosen_columns_and_their_order_are_remembered()
    {
        await App.Given(Alice);
        var tab = await OpenAs(Alice, "/users");
        await tab[".tools summary"].Filter(new() { HasText = "Columns" }).ClickAsync();

        await tab[".menu[open]"].GetByRole(AriaRole.Checkbox, new() { Name = "Role" }).UncheckAsync();
        await tab[".menu[open]"].GetByRole(AriaRole.Checkbox, new() { Name = "Created" }).CheckAsync();
        await tab.Button("Move Created to the left").ClickAsync();
        string[] expected = ["Name", "Email", "Status", "Second factor", "Created", "Last sign-in"];
        await Expect(tab["table.rows thead th"]).ToHaveTextAsync(expected);

        var later = await OpenAs(Alice, "/users");
        await Expect(later["table.rows thead th"]).ToHaveTextAsync(expected);
    }

    [Fact]
    public async Task A_view_is_kept_under_a_name_and_opened_again()
    {
        await Crowd(30);
        var tab = await OpenAs(Alice, "/users?status=pending");
        var views = tab[".tools summary"].Filter(new() { HasText = "Views" });
        await views.ClickAsync();
        await tab.Field("Save this view as").FillAsync("Not here yet");
        await tab.Button("Save").ClickAsync();
        await Expect(tab.Link("Not here yet")).ToBeVisibleAsync();

        await tab.Go("/users");
        await views.ClickAsync();
        await tab.Link("Not here yet").ClickAsync();

        await Expect(tab[".chips li"].First).ToContainTextAsync("Status is Pending");
        await Expect(tab[".menu[open]"]).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Searching_keeps_the_focus_in_the_box_while_the_rows_follow()
    {
        await Crowd(30);
        var tab = await OpenAs(Alice, "/users");

        await tab.Page.Keyboard.PressAsync("/");
        await tab.Page.Keyboard.TypeAsync("person 29", new() { Delay = 120 });

        await Expect(tab.Rows).ToHaveCountAsync(1);
        await Expect(tab["[data-search-box]"]).ToBeFocusedAsync();
        await Expect(tab["[data-search-box]"]).ToHaveValueAsync("person 29");
        Assert.EndsWith("/users?search=person%2029", tab.Page.Url);
    }

    [Fact]
    public async Task The_keyboard_alone_opens_a_row_and_a_dialog_and_gets_the_focus_back()
    {
        await App.Given(Alice);
        await App.Given(Carol);
        var tab = await OpenAs(Alice, "/users");
        await tab[".skip"].FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab["main"]).ToBeFocusedAsync();
        await TabTo(tab, "Carol Cooper");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Heading("Carol Cooper")).ToBeFocusedAsync();

        await TabTo(tab, "Lock user");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Dialog.GetByLabel("Until")).ToBeFocusedAsync();
        for (var i = 0; i < 12; i++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            Assert.True(await tab.Page.EvaluateAsync<bool>("() => document.activeElement.closest('.rz-dialog') !== null"), "The focus left the dialog.");
        }
        await tab.Page.Keyboard.PressAsync("Escape");

        await Expect(tab.Dialog).ToHaveCountAsync(0);
        await Expect(tab.Button("Lock user")).ToBeFocusedAsync();
        await tab.Page.GoBackAsync();
        await tab[".tools summary"].First.ClickAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab[".menu[open]"]).ToHaveCountAsync(0);
        await Expect(tab[".tools summary"].First).ToBeFocusedAsync();
    }

    // Person 00, Person 01, ...: every second of them has not chosen a password yet.
    private async Task Crowd(int people)
    {
        await App.Given(Alice);
        await App.Given(Bob);
        for (var i = 0; i < people; i++)
        {
            var isPending = i % 2 == 0;
            await App.Given(new Person("Person", $"{i:00}", null), user =>
            {
                user.UserName = user.Email = $"person{i:00}@example.org";
                user.NormalizedUserName = user.NormalizedEmail = user.Email.ToUpperInvariant();
                if (isPending)
                    user.ActivatedAt = null;
            });
        }
    }

    private static async Task TabTo(Tab tab, string name)
    {
        for (var i = 0; i < 60; i++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            if (await tab.Page.EvaluateAsync<string>("() => document.activeElement.innerText?.trim()") == name)
                return;
        }
        Assert.Fail($"The Tab key does not lead to '{name}'.");
    }
}
