using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class MyAccountTests(Chromium chromium) : BrowserTest(chromium)
{
    private const string Dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    [Fact]
    public async Task A6_A7_A_profile_with_a_picture_the_dark_theme_and_German_are_kept_after_a_reload_and_a_new_sign_in()
    {
        await App.Given(Alice);
        await App.Given(Carol);
        var tab = await OpenAs(Carol);

        await tab["#picture-file"].SetInputFilesAsync(new Microsoft.Playwright.FilePayload { Name = "../../me.svg", MimeType = "image/png", Buffer = Convert.FromBase64String(Dot) });
        await Expect(tab["[data-avatar-canvas]"]).ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("+");
        await tab.Button("Save picture").ClickAsync();
        await Expect(tab[".person img.initials"]).ToBeVisibleAsync();
        await Expect(tab["[data-avatar-canvas]"]).ToBeHiddenAsync();
        await tab.Button("Edit About").ClickAsync();
        await tab["#bio"].FillAsync("I keep bees.");
        await tab["#location"].FillAsync("Porto\u202E");
        await tab.Button("Save").ClickAsync();
        await Expect(tab[".validation-message"].Filter(new() { HasText = "hidden character" })).ToBeVisibleAsync();
        await Expect(tab["#location"]).ToBeFocusedAsync();
        await tab["#location"].FillAsync("Porto");
        await tab.Button("Save").ClickAsync();
        await Expect(tab.Page.GetByText("I keep bees.")).ToBeVisibleAsync();

        await tab.Go("/me/preferences");
        await tab["#theme"].SelectOptionAsync("Dark");
        await Expect(tab["html"]).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(tab["button[data-display=theme][value=dark]"]).ToHaveAttributeAsync("aria-pressed", "true");
        await tab["#accent"].SelectOptionAsync("Violet");
        await tab["#language"].SelectOptionAsync("de");
        await Expect(tab["html"]).ToHaveAttributeAsync("lang", "de");

        await tab.Go("/me/preferences");
        await Expect(tab["#theme"]).ToHaveValueAsync("Dark");
        var elsewhere = await OpenAs(Carol);
        await Expect(elsewhere["html"]).ToHaveAttributeAsync("lang", "de");
        await Expect(elsewhere["html"]).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(elsewhere["html"]).ToHaveAttributeAsync("data-accent", "violet");
        await Expect(elsewhere[".person img.initials"]).ToBeVisibleAsync();
        await Expect(elsewhere.Page.GetByText("I keep bees.")).ToBeVisibleAsync();
        Assert.True(await elsewhere.Page.EvaluateAsync<bool>("() => document.querySelector('.person img.initials').naturalWidth === 256"));
    }
}
