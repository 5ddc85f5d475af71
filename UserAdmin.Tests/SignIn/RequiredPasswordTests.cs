using System.Net;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.SignIn;

public class RequiredPasswordTests
{
    private const string New = "seven purple umbrellas dance";

    [Fact]
    public async Task B09_Whoever_must_change_the_password_reaches_nothing_else_before()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol, user => user.MustChangePassword = true);
        using var browser = app.Open();
        using var signedIn = await browser.SignIn("carol", path: "/account/sign-in?returnUrl=%2Fme");

        using var page = await browser.Get(signedIn.Target!);
        using var negotiation = await browser.Post("/_blazor/negotiate");
        using var empty = await browser.Submit(page.Target!, ("Password", ""), ("Again", ""));
        using var later = await browser.Get("/me/preferences");

        Assert.Equal("/account/new-password?returnUrl=%2Fme", page.Target);
        Assert.Equal(HttpStatusCode.Forbidden, negotiation.StatusCode);
        Assert.Contains("Enter a password.", await empty.Text());
        Assert.Equal("/account/new-password?returnUrl=%2Fme%2Fpreferences", later.Target);
    }

    [Fact]
    public async Task Choosing_a_new_password_opens_the_portal_in_the_same_session()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol, user => user.MustChangePassword = true);
        using var browser = app.Open();
        await browser.SignIn("carol");

        using var same = await browser.Submit("/account/new-password", ("Password", Password), ("Again", Password));
        using var chosen = await browser.Submit("/account/new-password?returnUrl=%2Fme", ("Password", New), ("Again", New));

        Assert.Contains("You had this password before.", await same.Text());
        Assert.Equal("/me", chosen.Target);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
        Assert.False((await app.Load(carol.Id)).MustChangePassword);
    }

    [Fact]
    public async Task A_session_in_which_the_password_must_be_changed_can_be_left()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol, user => user.MustChangePassword = true);
        using var browser = app.Open();
        await browser.SignIn("carol");
        var page = await (await browser.Get("/account/new-password")).Text();

        using var left = await browser.Submit("/account/sign-out", page);

        Assert.Equal("/account/sign-in", left.Target);
        Assert.Equal("/account/sign-in", (await browser.Get("/account/new-password")).Target);
    }

    [Fact]
    public async Task A04_Where_passwords_have_an_age_limit_an_older_one_must_be_changed_after_signing_in()
    {
        await using var app = await TestApp.StartAsync(("Policies:PasswordRules:MaximumAgeDays", "90"));
        await app.Given(Carol, user => user.PasswordChangedAt = app.Clock.Now.AddDays(-89.5));
        using var browser = app.Open();

        await browser.SignIn("carol");
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
        app.Clock.Advance(TimeSpan.FromDays(1));
        await browser.SignIn("carol");

        Assert.Equal("/account/new-password?returnUrl=%2Fme", (await browser.Get("/me")).Target);
    }

    [Fact]
    public async Task A02_A_password_that_was_long_enough_with_a_second_factor_must_be_changed_without_one()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol, user => user.PasswordHash = HashOf("kT8#vq2L"));
        using var browser = app.Open();

        await browser.SignIn("carol", "kT8#vq2L");

        Assert.Equal("/account/new-password?returnUrl=%2Fme", (await browser.Get("/me")).Target);
    }

    private static string HashOf(string password) => new Microsoft.AspNetCore.Identity.PasswordHasher<Core.Users.User>(
        Microsoft.Extensions.Options.Options.Create(new Microsoft.AspNetCore.Identity.PasswordHasherOptions { IterationCount = QuickRounds })).HashPassword(new(), password);
}
