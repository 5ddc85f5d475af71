using System.Net;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace UserAdmin.Tests.TwoFactor;

public class ConfirmingIdentityTests
{
    private const string Page = "/account/confirm-identity?returnUrl=%2Fme%2Fsecurity", Session = "__Host-useradmin";

    [Fact]
    public async Task C01_C11_Confirming_with_the_password_opens_sensitive_acts_and_gives_the_session_a_new_key()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(await app.Given(Carol));
        var before = browser.Cookie(Session)!;
        using var copy = app.Open();
        copy.Keep(Session, before);
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.OK, (await copy.Get("/me")).StatusCode);

        using var confirmed = await browser.Submit(Page, ("Proof", Password));

        Assert.Equal("/me/security", confirmed.Target);
        Assert.NotEqual(before, browser.Cookie(Session));
        Assert.StartsWith("/account/sign-in", (await copy.Get("/me")).Target, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
        var state = await app.Services.GetRequiredService<SessionDirectory>().FindByKeyAsync(
            app.Services.GetRequiredService<TenantDirectory>().Default, browser.Cookie(Session)!, isActivity: false, TestContext.Current.CancellationToken);
        Assert.Equal(app.Clock.Now, state!.AuthenticatedAt);
        await app.Event(AuditAction.IdentityConfirmed);
    }

    [Fact]
    public async Task B06_Whoever_has_an_authenticator_app_confirms_with_a_code_and_not_with_the_password()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var (phone, codes) = await app.GivenAPhoneAndCodesOf(carol);
        using var browser = await app.SignInAs(carol);

        using var byPassword = await browser.Submit(Page, ("Proof", Password));
        using var byCode = await browser.Submit(Page, ("Proof", phone.Code));
        using var byRecoveryCode = await browser.Submit(Page, ("Proof", codes[0]));

        Assert.Contains("This code is wrong", await byPassword.Text());
        Assert.Equal("/me/security", byCode.Target);
        Assert.Equal("/me/security", byRecoveryCode.Target);
    }

    [Fact]
    public async Task B01_A_code_that_confirmed_does_not_sign_in_nor_the_other_way_round()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var phone = await app.GivenAPhoneOf(carol);
        using var browser = await app.SignInAs(carol);
        using var stranger = app.Open();
        await stranger.SignIn("carol");

        await browser.Submit(Page, ("Proof", phone.Code));
        using var replayed = await stranger.EnterCode(phone.Code);
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        using var entered = await stranger.EnterCode(phone.Code);
        using var again = await browser.Submit(Page, ("Proof", phone.Code));

        Assert.Null(replayed.Target);
        Assert.Equal("/", entered.Target);
        Assert.Contains("This code is wrong", await again.Text());
    }

    [Fact]
    public async Task B03_Wrong_passwords_and_codes_are_counted_here_too()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var byPassword = await app.SignInAs(await app.Given(Dave));
        for (var i = 0; i < 5; i++)
            await byPassword.Submit(Page, ("Proof", "not the password"));
        var phone = await app.GivenAPhoneOf(carol);
        using var byCode = await app.SignInAs(carol);
        for (var i = 0; i < 10; i++)
            await byCode.Submit(Page, ("Proof", "000000"));

        using var rightPassword = await byPassword.Submit(Page, ("Proof", Password));
        using var rightCode = await byCode.Submit(Page, ("Proof", phone.Code));

        Assert.Null(rightPassword.Target);
        Assert.Equal(HttpStatusCode.TooManyRequests, rightCode.StatusCode);
        Assert.Equal(17, (await app.Events(AuditAction.IdentityNotConfirmed)).Count);
    }

    [Fact]
    public async Task E15_The_way_back_stays_inside_the_portal()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(await app.Given(Carol));

        using var confirmed = await browser.Submit("/account/confirm-identity?returnUrl=https%3A%2F%2Fevil.example", ("Proof", Password));

        Assert.Equal("/", confirmed.Target);
    }
}
