using System.Net;
using System.Text.RegularExpressions;
using UserAdmin.Core.Audit;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.SignIn;

public partial class RefusedSignInTests
{
    [Fact]
    public async Task A05_Every_account_that_cannot_sign_in_answers_like_a_wrong_password()
    {
        await using var app = await TestApp.StartAsync();
        var now = app.Clock.Now;
        await app.Given(new("Inactive", "X", null), user => user.Deactivate("left", now));
        await app.Given(new("Locked", "X", null), user => user.Lock(now.AddDays(1), "looking into it"));
        await app.Given(new("Deleted", "X", null), user => user.Delete("gone", now));
        await app.Given(new("Pending", "X", null), user => (user.ActivatedAt, user.PasswordHash) = (null, null));
        await app.Given(new("Expired", "X", null), user => user.ExpiresAt = now.AddDays(-1));

        var wrong = await Refusal(app, "alice", "not the password at all");

        Assert.Contains(SignInService.Refused.Message.Replace("'", "&#x27;", StringComparison.Ordinal), wrong);
        foreach (var login in new[] { "nobody", "nobody@example.org", "inactive", "locked", "deleted", "pending", "expired" })
            Assert.Equal(wrong, await Refusal(app, login, Password));
        Assert.Equal(
            ["No such account", "No such account", "The account is deleted", "The account is expired", "The account is inactive", "The account is locked", "The account is pending", "Wrong password"],
            (await app.Events(AuditAction.SignInFailed)).Select(e => e.Reason).Order());
    }

    [Fact]
    public async Task A05_A_paused_account_answers_like_a_wrong_password()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);

        var wrong = await Refusal(app, "carol", "wrong 1");
        for (var i = 2; i <= 5; i++)
            await Refusal(app, "carol", $"wrong {i}");

        Assert.Equal(wrong, await Refusal(app, "carol", Password));
        Assert.Equal("Paused after too many wrong passwords", (await app.Events(AuditAction.SignInFailed))[^1].Reason);
    }

    [Theory]
    [InlineData("", Password, "Enter your email address or user name.")]
    [InlineData("carol", "", "Enter your password.")]
    public async Task An_empty_field_says_what_is_missing_and_is_no_attempt(string login, string password, string message)
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var browser = app.Open();

        using var response = await browser.SignIn(login, password);

        Assert.Contains(message, await response.Text());
        Assert.Equal(0, await app.CountEvents());
    }

    [Fact]
    public async Task A03_A_password_of_a_megabyte_is_refused_without_hashing_it()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var browser = app.Open();

        using var response = await browser.SignIn("carol", new string('x', 1_000_000));

        Assert.Contains("This is too long for a password.", await response.Text());
        Assert.Equal(0, await app.CountEvents());
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task F05_Any_login_is_refused_politely_and_recorded(Core.Data.DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        await app.Given(Carol);
        using var browser = app.Open();
        string[] logins = ["\u202Enimda", new string('a', 99) + "😀", "o" + new string('\u0301', 200), "x\r\nFATAL forged", "' OR 1=1 --", "%", "\uFFFD"];

        foreach (var login in logins)
            Assert.Equal(HttpStatusCode.OK, (await browser.SignIn(login)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SignIn("a\0b")).StatusCode);

        Assert.Equal(logins.Length, (await app.Events(AuditAction.SignInFailed)).Count);
    }

    [Fact]
    public async Task I02_The_password_is_not_in_the_page_that_refuses_it()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Open();

        using var response = await browser.SignIn("alice", "not the password at all");

        Assert.DoesNotContain("not the password at all", await response.Text());
    }

    // What an answer says, without what differs each time anyway.
    private static async Task<string> Refusal(TestApp app, string login, string password)
    {
        using var browser = app.Open();
        using var response = await browser.SignIn(login, password);
        var text = await response.Text();
        var cookies = string.Join(',', response.SetCookies.Select(cookie => cookie.Split('=')[0]));
        return $"{(int)response.StatusCode} {cookies}\n{Changing().Replace(text, "").Replace($"value=\"{login}\"", "", StringComparison.Ordinal)}";
    }

    [GeneratedRegex("""nonce="[^"]*"|<!--Blazor[^>]*-->|(?<=__RequestVerificationToken" value=")[^"]*""")]
    private static partial Regex Changing();
}
