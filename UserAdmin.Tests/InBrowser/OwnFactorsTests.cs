using System.Text.Json;
using Microsoft.Playwright;
using UserAdmin.Tests.TwoFactor;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class OwnFactorsTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task Somebody_sets_up_an_app_recovery_codes_and_a_passkey_and_signs_in_by_each_of_them()
    {
        await App.Given(Alice);
        await App.Given(Carol);
        // Passkeys belong to a name; an IP address can't have any.
        var tab = await Open(new UriBuilder(App.Url) { Host = "localhost" }.Uri);
        var devices = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        await devices.SendAsync("WebAuthn.enable");
        var authenticator = await devices.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        await tab.SignIn(Carol, "/me/security");

        await tab.Button("Add an app").ClickAsync();
        var phone = new Phone(TimeProvider.System, await tab["[data-key]"].InnerTextAsync());
        await tab.Field("Code from the app").FillAsync(phone.CodeIn(-1));
        await tab.Button("Confirm app").ClickAsync();
        await Expect(tab[".recovery-codes code"]).ToHaveCountAsync(10);
        var codes = await tab[".recovery-codes code"].AllInnerTextsAsync();
        var file = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Link("Download").ClickAsync());
        Assert.Contains(codes[9], await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken));
        await tab.Button("I have kept them").ClickAsync();
        await Expect(tab[".recovery-codes"]).ToHaveCountAsync(0);

        await tab.Link("Add a passkey").ClickAsync();
        await tab.Field("Name").FillAsync("My laptop");
        await tab.Button("Add passkey").ClickAsync();
        await tab.Alive();
        await Expect(tab["main"]).ToContainTextAsync("My laptop");
        await Present(devices, authenticator!.Value, false);
        await tab.Button("Sign out").ClickAsync();

        // By passkey alone. The key hears only of a touch that comes before it is asked, so the question waits for it.
        await Expect(tab.Button("Sign in with a passkey")).ToBeVisibleAsync();
        const string Question = "**/account/passkey/options/*";
        await tab.Page.RouteAsync(Question, async route =>
        {
            await Present(devices, authenticator.Value, true);
            await route.ContinueAsync();
        });
        await tab.Button("Sign in with a passkey").ClickAsync();
        await tab.Alive();
        await tab.Page.UnrouteAsync(Question);
        await Present(devices, authenticator.Value, false);
        await tab.Button("Sign out").ClickAsync();

        // By password and app.
        await Password(tab);
        await tab.Field("Code from your authenticator app").FillAsync("000000");
        await tab.Button("Sign in").ClickAsync();
        await Expect(tab[".validation-message"]).ToContainTextAsync("This code is wrong");
        await tab.Field("Code from your authenticator app").FillAsync(phone.Code);
        await tab.Button("Sign in").ClickAsync();
        await tab.Alive();
        await tab.Button("Sign out").ClickAsync();

        // By password and recovery code.
        await Password(tab);
        await tab.Link("Use a recovery code").ClickAsync();
        await tab.Field("Recovery code").FillAsync(codes[0]);
        await tab.Button("Sign in").ClickAsync();
        await tab.Alive();

        await tab.Go("/me/security");
        await Expect(tab["main"]).ToContainTextAsync("9 of 10 left");
    }

    private static async Task Password(Tab tab)
    {
        await tab.Field("Email or user name").FillAsync(Carol.UserName);
        await tab.Field("Password").FillAsync(Cast.Password);
        await tab.Button("Sign in").ClickAsync();
        await Expect(tab.Heading("Second step")).ToBeVisibleAsync();
    }

    // Somebody touches the key, or not: without that the browser's autofill would sign in at once.
    private static Task<JsonElement?> Present(ICDPSession devices, JsonElement authenticator, bool isPresent) =>
        devices.SendAsync("WebAuthn.setAutomaticPresenceSimulation", new() { ["authenticatorId"] = authenticator.GetProperty("authenticatorId").GetString()!, ["enabled"] = isPresent });
}
