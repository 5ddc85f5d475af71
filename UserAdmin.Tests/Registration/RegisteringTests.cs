using System.Diagnostics;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Registration;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Registration;

public class RegisteringTests
{
    private const string Email = "erin@example.org";
    private const string Open = "Policies:RegistrationPolicy:Mode";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A02_Somebody_registers_confirms_the_address_and_signs_in_with_it()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"));
        using var browser = app.Open();
        Assert.Contains("href=\"/account/register\"", await (await browser.Get("/account/sign-in")).Text());

        using var registered = await Register(browser);
        var mail = await app.LastMail(MailKind.ConfirmEmail);
        Assert.Contains("Look into your mailbox.", await registered.Text());
        Assert.Equal(HttpStatusCode.OK, (await browser.SignIn(Email)).StatusCode);

        using var opened = await browser.Get(mail.PathTo("/account/confirm-email/"));
        using var confirmed = await browser.Submit("/account/confirm-email", ("Password", Password));

        Assert.Equal("/account/confirm-email", opened.Target);
        Assert.Contains("your account is ready", await confirmed.Text());
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn(Email)).StatusCode);
        var erin = await app.Run((UserAdminDbContext db) => db.Users.SingleAsync(user => user.Email == Email, Cancel));
        Assert.Equal(("Erin Evans", Email, true, app.Clock.Now), (erin.FullName, erin.UserName, erin.EmailConfirmed, erin.ActivatedAt));
        Assert.Equal(erin.Id, (await app.Event(AuditAction.UserRegistered)).TargetId);
        Assert.Equal(erin.Id, (await app.Event(AuditAction.EmailConfirmed)).TargetId);
    }

    [Theory, InlineData("Closed", "Accounts are made by an administrator here."), InlineData("ByInvitation", "You need an invitation to register here.")]
    public async Task A02_Where_registration_is_not_open_the_page_says_so_and_a_form_posted_all_the_same_makes_nobody(string mode, string text)
    {
        await using var app = await TestApp.StartAsync((Open, mode));
        using var browser = app.Open();

        using var page = await browser.Get("/account/register");
        var answer = await app.Run((RegistrationService registration) => registration.RegisterAsync(Form(), null, From("192.0.2.1"), Cancel));

        Assert.Contains(text, await page.Text());
        Assert.DoesNotContain("<form", await page.Text());
        Assert.Equal("registration.closed", answer.Problem?.Code);
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A05_An_address_answers_alike_whether_or_not_it_has_an_account()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"));
        var now = app.Clock.Now;
        await app.Given(Carol);
        await app.Given(new("Inactive", "X", null), user => user.Deactivate("left", now));
        await app.Given(new("Deleted", "X", null), user => user.Delete("gone", now));
        await app.Given(new("Pending", "X", null), user => (user.ActivatedAt, user.PasswordHash) = (null, null));

        var unknown = await Seen(app, Email);

        foreach (var email in new[] { Email, Carol.Email, "inactive@example.org", "deleted@example.org", "pending@example.org" })
            Assert.Equal(unknown, await Seen(app, email));
        Assert.Equal(
            [(Email, "confirm-email"), (Email, "confirm-email"), (Carol.Email, "account-exists"), ("inactive@example.org", "account-exists"), ("pending@example.org", "account-exists")],
            (await app.Mails()).Select(mail => (mail.To, mail.Kind)));
        Assert.Equal(Cast.Carol.FullName, (await app.Run((UserAdminDbContext db) => db.Users.SingleAsync(user => user.Email == Cast.Carol.Email, Cancel))).FullName);
    }

    [Fact]
    public async Task A05_Asking_for_the_link_again_answers_alike_for_every_address()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"));
        await app.Given(Carol);
        await Register(app.Open());

        var waiting = await SeenAgain(app, Email);

        Assert.Equal(waiting, await SeenAgain(app, Carol.Email));
        Assert.Equal(waiting, await SeenAgain(app, "nobody@example.org"));
        Assert.Equal([Email, Email], (await app.Mails()).Select(mail => mail.To));
    }

    [Fact]
    public async Task A06_A_known_and_an_unknown_address_cost_one_hash_and_the_same_time_at_least()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"));
        await app.Given(Carol);
        var hashing = app.Services.GetRequiredService<PasswordHashing>();

        foreach (var email in new[] { Carol.Email, "nobody@example.org", Carol.Email, "somebody@example.org" })
        {
            var (before, started) = (hashing.Computed, Stopwatch.GetTimestamp());
            Assert.True((await Register(app, email, "192.0.2.1")).Succeeded);
            Assert.Equal(1, hashing.Computed - before);
            Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(240));
        }
    }

    [Fact]
    public async Task A12_The_confirmation_asks_for_the_password_that_was_registered_so_that_nobody_shares_the_account()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"));
        await Register(app.Open(), password: "the thief's own long password");
        var old = (await app.LastMail(MailKind.ConfirmEmail)).PathTo("/account/confirm-email/");
        using var erin = app.Open();
        await erin.Get(old);

        using var wrong = await erin.Submit("/account/confirm-email", ("Password", Password));
        await Register(erin);
        using var dead = await erin.Get("/account/confirm-email");
        await erin.Get((await app.LastMail(MailKind.ConfirmEmail)).PathTo("/account/confirm-email/"));
        using var right = await erin.Submit("/account/confirm-email", ("Password", Password));

        Assert.Contains("This is not the password that was chosen at the registration.", await wrong.Text());
        Assert.Contains(WebUtility.HtmlEncode(EmailConfirmation.LinkDead.Message), await dead.Text());
        Assert.Contains("your account is ready", await right.Text());
        Assert.Equal(HttpStatusCode.OK, (await erin.SignIn(Email, "the thief's own long password")).StatusCode);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A12_Of_twenty_confirmations_at_once_one_wins(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider, (Open, "Open"), ("SignIn:MaxAttempts", "10"));
        Assert.True((await Register(app, Email, "192.0.2.1")).Succeeded);
        var secret = (await app.LastMail(MailKind.ConfirmEmail)).PathTo("/account/confirm-email/").Split('/')[^1];

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Run((EmailConfirmation confirmation) =>
            confirmation.ConfirmAsync(secret, new() { Password = Password }, From("192.0.2.1"), Cancel))));

        Assert.Single(answers, answer => answer.Succeeded);
        await app.Event(AuditAction.EmailConfirmed);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A12_Of_twenty_registrations_of_an_address_at_once_one_makes_the_account_and_all_answer_alike(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider, (Open, "Open"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Register(app, Email, $"198.51.100.{i}")));

        Assert.All(answers, answer => Assert.True(answer.Succeeded));
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(user => user.Email == Email, Cancel)));
        Assert.InRange((await app.Mails()).Count, 1, 3);
    }

    [Fact]
    public async Task A12_The_link_works_for_24_hours()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"));
        await Register(app, Email, "192.0.2.1");
        var secret = (await app.LastMail(MailKind.ConfirmEmail)).PathTo("/account/confirm-email/").Split('/')[^1];
        Task<string?> Find() => app.Run((EmailConfirmation confirmation) => confirmation.FindEmailAsync(secret, Cancel));

        app.Clock.Advance(TimeSpan.FromHours(23.9));
        Assert.Equal(Email, await Find());
        app.Clock.Advance(TimeSpan.FromHours(0.2));
        Assert.Null(await Find());
    }

    [Fact]
    public async Task A02_The_terms_are_accepted_in_the_version_that_was_on_the_page()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"));
        var first = await Publish(app, 1);
        using var browser = app.Open();
        var page = await (await browser.Get("/account/register")).Text();

        using var unticked = await browser.Submit("/account/register", page, Fields(Email));
        await Publish(app, 2);
        using var outdated = await browser.Submit("/account/register", page, [.. Fields(Email), ("AcceptsTerms", "true")]);
        using var accepted = await browser.Submit("/account/register", [.. Fields(Email), ("AcceptsTerms", "true")]);

        Assert.Contains("href=\"/account/terms\"", page);
        Assert.Contains("Accept the terms of use to register.", await unticked.Text());
        Assert.Contains("The terms of use changed in the meantime.", await outdated.Text());
        Assert.Contains("Look into your mailbox.", await accepted.Text());
        var acceptance = await app.Run((UserAdminDbContext db) => db.TermsAcceptances.SingleAsync(Cancel));
        Assert.NotEqual(first, acceptance.TermsVersionId);
        Assert.Equal(("192.0.2.1", app.Clock.Now), (acceptance.Address, acceptance.AcceptedAt));
    }

    [Fact]
    public async Task E08_An_invitation_opens_the_account_at_once_for_its_address_alone_and_once()
    {
        await using var app = await TestApp.StartAsync((Open, "ByInvitation"));
        var now = app.Clock.Now;
        var invitation = new Invitation { Email = Email, NormalizedEmail = Email.ToUpperInvariant(), Hash = [1], Language = "en", InvitedById = app.Alice.UserId, InvitedByName = "Alice", CreatedAt = now, SentAt = now, ExpiresAt = now.AddDays(7) };
        await app.Run(async (UserAdminDbContext db) => { db.Invitations.Add(invitation); return await db.SaveChangesAsync(Cancel); });
        Task<Result> Accept(string email) => app.Run((RegistrationService registration) => registration.RegisterAsync(Form(email), invitation, From("192.0.2.1"), Cancel));

        Assert.Equal("registration.other_address", (await Accept("mallory@example.org")).Problem?.Code);
        Assert.True((await Accept(Email)).Succeeded);
        Assert.Equal("registration.invitation_dead", (await Accept(Email)).Problem?.Code);

        Assert.Empty(await app.Mails());
        using var browser = app.Open();
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn(Email)).StatusCode);
    }

    [Fact]
    public async Task A04_The_password_may_not_be_made_of_what_the_form_says()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"));
        using var browser = app.Open();

        using var refused = await Register(browser, password: "Erin.Evans-20261");

        Assert.Contains("Don&#x27;t build the password from your name", await refused.Text());
        Assert.Empty(await app.Mails());
    }

    [Fact]
    public async Task D10_A_network_that_registers_too_often_is_asked_to_wait()
    {
        await using var app = await TestApp.StartAsync((Open, "Open"), ("SignIn:RequestsPerAddress", "3"));
        using var browser = app.Open();
        for (var i = 0; i < 3; i++)
            await Register(browser, $"erin{i}@example.org");

        using var refused = await Register(browser);

        Assert.Equal((HttpStatusCode.TooManyRequests, "3600"), (refused.StatusCode, refused.Header("Retry-After")));
    }

    private static SignInOrigin From(string address) => new(address, null, null, null);

    private static RegistrationForm Form(string email = Email) => new() { FirstName = "Erin", LastName = "Evans", Email = email, Password = Password };

    private static (string, string)[] Fields(string email, string password = Password) =>
        [("FirstName", "Erin"), ("LastName", "Evans"), ("Email", email), ("Password", password)];

    private static Task<HttpResponseMessage> Register(Browser browser, string email = Email, string password = Password) =>
        browser.Submit("/account/register", Fields(email, password));

    private static Task<Result> Register(TestApp app, string email, string address) =>
        app.Run((RegistrationService registration) => registration.RegisterAsync(Form(email), null, From(address), Cancel));

    private static async Task<string> Seen(TestApp app, string email)
    {
        using var browser = app.Open();
        using var answer = await Register(browser, email);
        return await answer.Seen(email);
    }

    private static async Task<string> SeenAgain(TestApp app, string email)
    {
        using var browser = app.Open();
        using var answer = await browser.Submit("/account/resend-confirmation", ("Email", email));
        return await answer.Seen(email);
    }

    private static Task<Guid> Publish(TestApp app, int number) => app.Run(async (UserAdminDbContext db) =>
    {
        var terms = new TermsVersion { Number = number, Body = "Be kind.", PublishedAt = app.Clock.Now, PublishedByName = "Alice" };
        db.TermsVersions.Add(terms);
        await db.SaveChangesAsync(Cancel);
        return terms.Id;
    });
}
