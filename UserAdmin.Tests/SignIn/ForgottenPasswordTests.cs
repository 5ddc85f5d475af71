using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.SignIn;

public class ForgottenPasswordTests
{
    private const string New = "seven purple umbrellas dance";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A11_Whoever_forgot_the_password_gets_a_link_chooses_a_new_one_and_signs_in_with_it()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = app.Open();

        using var asked = await Ask(browser, Carol.Email);
        var mail = await app.LastMail(MailKind.PasswordReset);
        using var opened = await browser.Get(mail.PathTo("/account/reset-password/"));
        using var reset = await Choose(browser);

        Assert.Contains("Look into your mailbox.", await asked.Text());
        Assert.Equal(("carol@example.org", "/account/reset-password"), (mail.To, opened.Target));
        Assert.Contains("Your password is changed", await reset.Text());
        Assert.Null(browser.Cookie("__Host-useradmin"));
        Assert.Equal(HttpStatusCode.OK, (await browser.SignIn("carol")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("carol", New)).StatusCode);
        Assert.Equal(carol.Id, (await app.Event(AuditAction.PasswordReset)).TargetId);
        Assert.Equal(app.Clock.Now, (await app.Load(carol.Id)).PasswordChangedAt);
        Assert.True((await app.Load(carol.Id)).EmailConfirmed);
    }

    [Fact]
    public async Task A05_Asking_for_a_link_answers_alike_for_every_address()
    {
        await using var app = await TestApp.StartAsync();
        var now = app.Clock.Now;
        await app.Given(Carol);
        await app.Given(new("Inactive", "X", null), user => user.Deactivate("left", now));
        await app.Given(new("Locked", "X", null), user => user.Lock(now.AddDays(1), "looking into it"));
        await app.Given(new("Deleted", "X", null), user => user.Delete("gone", now));
        await app.Given(new("Pending", "X", null), user => (user.ActivatedAt, user.PasswordHash) = (null, null));
        await app.Given(new("Expired", "X", null), user => user.ExpiresAt = now.AddDays(-1));

        var known = await Seen(app, Carol.Email);

        foreach (var email in new[] { "nobody@example.org", "inactive@example.org", "locked@example.org", "deleted@example.org", "pending@example.org", "expired@example.org" })
            Assert.Equal(known, await Seen(app, email));
        Assert.Equal(Carol.Email, Assert.Single(await app.Mails()).To);
    }

    [Fact]
    public async Task A05_The_fourth_request_in_an_hour_for_one_mailbox_sends_nothing_and_answers_alike()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);

        var first = await Seen(app, Carol.Email);
        await Seen(app, Carol.Email);
        await Seen(app, Carol.Email);

        Assert.Equal(first, await Seen(app, "CAROL@example.org"));
        Assert.Equal(3, (await app.Mails()).Count);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await Seen(app, Carol.Email);
        Assert.Equal(4, (await app.Mails()).Count);
    }

    [Fact]
    public async Task D10_A_network_that_asks_too_often_is_asked_to_wait()
    {
        await using var app = await TestApp.StartAsync(("SignIn:RequestsPerAddress", "3"));
        using var browser = app.Open("198.51.100.1");
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, (await Ask(browser, $"nobody{i}@example.org")).StatusCode);

        using var refused = await Ask(browser, "nobody@example.org");
        using var other = app.Open("198.51.100.2");

        Assert.Equal((HttpStatusCode.TooManyRequests, "3600"), (refused.StatusCode, refused.Header("Retry-After")));
        Assert.Contains(ForgottenPassword.TooMany.Message, await refused.Text());
        Assert.Equal(HttpStatusCode.OK, (await Ask(other, "nobody@example.org")).StatusCode);
    }

    [Fact]
    public async Task A07_A_reset_link_gets_past_the_pause_that_a_stranger_caused()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        for (var i = 0; i < 5; i++)
            await app.Open($"203.0.113.{i + 1}").SignIn("carol", "not her password");
        using var carol = app.Open("192.0.2.7");
        Assert.Equal(HttpStatusCode.OK, (await carol.SignIn("carol")).StatusCode);

        await Reset(app, carol);

        Assert.Equal(HttpStatusCode.Found, (await carol.SignIn("carol", New)).StatusCode);
    }

    [Fact]
    public async Task A11_The_last_step_without_the_secret_of_the_link_is_refused()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var asker = app.Open();
        await Ask(asker, Carol.Email);
        await asker.Get((await app.LastMail(MailKind.PasswordReset)).PathTo("/account/reset-password/"));
        var page = await (await asker.Get("/account/reset-password")).Text();
        var hash = (await app.Load(carol.Id)).PasswordHash;

        asker.Forget("__Host-useradmin-reset");
        using var without = await asker.Submit("/account/reset-password", page, ("Password", New), ("Again", New));
        asker.Keep("__Host-useradmin-reset", new string('x', 43));
        using var guessed = await asker.Submit("/account/reset-password", page, ("Password", New), ("Again", New));

        Assert.Contains(PasswordReset.LinkDead.Message, await without.Text());
        Assert.Contains(PasswordReset.LinkDead.Message, await guessed.Text());
        Assert.Equal(hash, (await app.Load(carol.Id)).PasswordHash);
    }

    [Fact]
    public async Task A12_A_link_dies_with_its_use_a_newer_one_an_hour_a_new_password_and_a_new_address()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);

        var used = await Secret(app);
        Assert.True((await ResetBy(app, used)).Succeeded);
        Assert.Equal(PasswordReset.LinkDead, (await ResetBy(app, used, "another long password of carol")).Problem);

        var (older, newer) = (await Secret(app), await Secret(app));
        Assert.Equal(PasswordReset.LinkDead, (await ResetBy(app, older, "another long password of carol")).Problem);
        app.Clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(PasswordReset.LinkDead, (await ResetBy(app, newer, "another long password of carol")).Problem);

        var beforeChange = await Secret(app);
        Assert.True((await app.Run((PasswordService passwords) => passwords.ChangeAsync(
            new() { Current = New, Password = "eight green bicycles sing", Again = "eight green bicycles sing" }, carol, Cancel))).Succeeded);
        Assert.Equal(PasswordReset.LinkDead, (await ResetBy(app, beforeChange)).Problem);

        var beforeMove = await Secret(app);
        var form = UserForm.Of(await app.Load(carol.Id));
        var moved = form.Copy();
        moved.Email = "carol@example.net";
        Assert.True((await app.Run((UserService users) => users.EditAsync(carol.Id, moved, form, app.Alice, Cancel))).Succeeded);
        Assert.Equal(PasswordReset.LinkDead, (await ResetBy(app, beforeMove)).Problem);
    }

    [Fact]
    public async Task A12_A_link_for_something_else_resets_nothing_and_its_secret_is_kept_as_a_hash()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var other = await app.Run(async (UserAdminDbContext db) =>
        {
            var secret = await new OneTimeTokens(db, app.Clock).IssueAsync(carol.Id, OneTimePurpose.NotMe, TimeSpan.FromDays(1), Cancel);
            await db.SaveChangesAsync(Cancel);
            return secret;
        });
        var secret = await Secret(app);

        Assert.Equal(PasswordReset.LinkDead, (await ResetBy(app, other)).Problem);
        var tokens = await app.Run((UserAdminDbContext db) => db.OneTimeTokens.Where(token => token.Purpose == OneTimePurpose.PasswordReset).ToListAsync(Cancel));
        Assert.Equal(Core.Sessions.SessionKey.Hash(secret), Assert.Single(tokens).Hash);
        Assert.Equal(43, secret.Length);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A12_Of_twenty_uses_of_a_link_at_once_one_wins(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        await app.Given(Carol);
        var secret = await Secret(app);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ResetBy(app, secret, $"{New} number {i}")));

        Assert.Single(answers, answer => answer.Succeeded);
        Assert.All(answers.Where(answer => !answer.Succeeded), answer => Assert.Equal(PasswordReset.LinkDead, answer.Problem));
        await app.Event(AuditAction.PasswordReset);
        Assert.Single(await app.Mails(), mail => mail.Kind == MailKind.SecurityNotice.Key);
    }

    [Theory]
    [InlineData("X-Forwarded-Host", "evil.example")]
    [InlineData("Forwarded", "host=evil.example")]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "https://evil.example")]
    public async Task A13_The_link_leads_to_the_configured_address_whatever_the_request_says(string header, string value)
    {
        await using var app = await TestApp.StartAsync(("Portal:PublicUrl", "https://people.example.org"));
        await app.Given(Carol);
        using var browser = app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/forgot-password");
        var page = await (await browser.Get("/account/forgot-password")).Text();
        var token = System.Text.RegularExpressions.Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]*)").Groups[1].Value;
        request.Content = new FormUrlEncodedContent([new("_handler", "forgot-password"), new("__RequestVerificationToken", token), new("Form.Email", Carol.Email)]);
        request.Headers.TryAddWithoutValidation(header, value);

        using var answer = await browser.Send(request);

        if (header == "Host")
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Empty(await app.Mails());
            return;
        }
        var mail = Assert.Single(await app.Mails());
        Assert.Contains("https://people.example.org/account/reset-password/", mail.Text);
        Assert.DoesNotContain("evil", mail.Text);
    }

    [Fact]
    public async Task C03_A_reset_ends_every_session_half_open_sign_in_and_remembered_device_and_tells_the_owner_once()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var elsewhere = await app.SignInAs(carol);
        await app.GivenTraces(carol.Id);
        using var browser = app.Open("198.51.100.9");

        await Reset(app, browser);

        Assert.Equal(HttpStatusCode.Found, (await elsewhere.Get("/me")).StatusCode);
        await app.ExpectNoTraces(carol.Id);
        var notice = Assert.Single(await app.Mails(), mail => mail.Kind == MailKind.SecurityNotice.Key);
        Assert.Contains("Your password was reset", notice.Subject);
        Assert.Contains("198.51.100.9", notice.Text);
        Assert.DoesNotContain(New, notice.Text);
    }

    [Fact]
    public async Task The_sign_in_page_shows_the_way()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Open();

        var page = await (await browser.Get("/account/sign-in")).Text();

        Assert.Contains("href=\"/account/forgot-password\"", page);
        Assert.DoesNotContain("href=\"/account/register\"", page);
    }

    private static Task<HttpResponseMessage> Ask(Browser browser, string email) => browser.Submit("/account/forgot-password", ("Email", email));

    private static Task<HttpResponseMessage> Choose(Browser browser) => browser.Submit("/account/reset-password", ("Password", New), ("Again", New));

    private static async Task Reset(TestApp app, Browser browser)
    {
        await Ask(browser, Carol.Email);
        await browser.Get((await app.LastMail(MailKind.PasswordReset)).PathTo("/account/reset-password/"));
        Assert.Contains("Your password is changed", await (await Choose(browser)).Text());
    }

    private static async Task<string> Seen(TestApp app, string email)
    {
        using var browser = app.Open();
        using var answer = await Ask(browser, email);
        return await answer.Seen(email);
    }

    private static async Task<string> Secret(TestApp app)
    {
        app.Clock.Advance(TimeSpan.FromMinutes(21));
        await app.Run((ForgottenPassword forgotten) => forgotten.RequestAsync(new() { Email = Carol.Email }, new("192.0.2.1", null, null, null), Cancel));
        return (await app.LastMail(MailKind.PasswordReset)).PathTo("/account/reset-password/").Split('/')[^1];
    }

    private static Task<Result> ResetBy(TestApp app, string secret, string password = New) =>
        app.Run((PasswordReset reset) => reset.ResetAsync(secret, new() { Password = password, Again = password }, new("192.0.2.1", null, null, null), Cancel));
}
