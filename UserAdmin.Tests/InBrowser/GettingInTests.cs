using UserAdmin.Core.Notifications;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Settings;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class GettingInTests(Chromium chromium) : BrowserTest(chromium)
{
    private const string New = "seven purple umbrellas dance";

    [Fact]
    public async Task Somebody_registers_confirms_the_address_forgets_the_password_and_gets_in_again()
    {
        var alice = await App.Given(Alice);
        await App.Run((Policies policies) => policies.SaveAsync(new RegistrationPolicy { Mode = RegistrationMode.Open }, "", alice, CancellationToken.None));
        var tab = await Open();
        await tab.Go("/account/sign-in", isPortal: false);
        await tab.Link("Create an account").ClickAsync();

        await tab.Field("First name").FillAsync("Erin");
        await tab.Field("Last name").FillAsync("Evans");
        await tab.Field("Email").FillAsync("erin@example.org");
        await tab.Field("Password").FillAsync("password1234567");
        await tab.Button("Create account").ClickAsync();
        await Expect(tab[".validation-message"]).ToContainTextAsync("guessed first");
        await Expect(tab.Field("Last name")).ToHaveValueAsync("Evans");
        await tab.Field("Password").FillAsync(Password);
        await tab.Button("Create account").ClickAsync();
        await Expect(tab[".notice"]).ToContainTextAsync("Look into your mailbox.");

        await tab.Go((await App.LastMail(MailKind.ConfirmEmail)).PathTo("/account/confirm-email/"), isPortal: false);
        await tab.Field("Password").FillAsync(Password);
        await tab.Button("Confirm the address").ClickAsync();
        await tab.Link("Go to sign-in").ClickAsync();
        await tab.Link("Forgot your password?").ClickAsync();
        await tab.Field("Email").FillAsync("erin@example.org");
        await tab.Button("Send the link").ClickAsync();
        await Expect(tab[".notice"]).ToContainTextAsync("Look into your mailbox.");

        await tab.Go((await App.LastMail(MailKind.PasswordReset)).PathTo("/account/reset-password/"), isPortal: false);
        await tab.Field("New password").FillAsync(New);
        await tab.Field("The same again").FillAsync(New);
        await tab.Button("Change password").ClickAsync();
        await tab.Link("Go to sign-in").ClickAsync();
        await tab.Field("Email or user name").FillAsync("erin@example.org");
        await tab.Field("Password").FillAsync(New);
        await tab.Button("Sign in").ClickAsync();
        await tab.Alive();

        Assert.Equal("/me", new Uri(tab.Page.Url).AbsolutePath);
    }

    [Fact]
    public async Task Somebody_changes_the_password_on_their_own_page_after_a_wrong_try()
    {
        await App.Given(Alice);
        await App.Given(Carol);
        var tab = await OpenAs(Carol, "/me/security");

        await tab.Button("Change password").ClickAsync();
        await tab.Field("Current password").FillAsync("not mine at all");
        await tab.Field("New password").FillAsync(New);
        await tab.Field("The same again").FillAsync(New);
        await tab.Button("Change password").ClickAsync();
        await Expect(tab[".validation-message"]).ToContainTextAsync("This is not your current password.");
        await tab.Field("Current password").FillAsync(Password);
        await tab.Button("Change password").ClickAsync();

        await Expect(tab[".notice.good"].Filter(new() { HasText = "Your password is changed." })).ToBeVisibleAsync();
        await Expect(tab.Heading("Password")).ToBeFocusedAsync();
        Assert.Equal("Your password was changed", (await App.LastMail(MailKind.SecurityNotice)).Subject);
    }
}
