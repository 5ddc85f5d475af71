using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Registration;

public class AcceptingInvitationsTests
{
    private const string Email = "erin@example.org";
    private const string Dead = "This invitation has been used, revoked, replaced by a newer one or is too old.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A02_E08_Somebody_invited_makes_an_account_that_works_at_once_and_the_secret_leaves_the_address()
    {
        await using var app = await StartAsync();
        using var browser = app.Open();
        await InvitingTests.Invite(app, app.Alice, Email);
        var secret = await InvitingTests.SecretOf(app);

        using var opened = await browser.Get($"/account/invitation/{secret}");
        var page = await (await browser.Get("/account/invitation")).Text();
        using var registered = await Register(browser, page);

        Assert.Equal("/account/invitation", opened.Target);
        Assert.Contains("Alice Archer invites you.", page);
        Assert.Contains($"value=\"{Email}\"", page);
        Assert.Contains("readonly", page);
        Assert.DoesNotContain(secret, page);
        Assert.Contains("Your account is active.", await registered.Text());
        Assert.Null(browser.Cookie("__Host-useradmin-invitation"));
        var erin = await app.Run((UserAdminDbContext db) => db.Users.SingleAsync(user => user.Email == Email, Cancel));
        Assert.Equal((UserStatus.Active, true), (erin.StatusAt(app.Clock.Now), erin.EmailConfirmed));
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn(Email)).StatusCode);
        Assert.Equal((erin.Id, app.Clock.Now), await app.Run((UserAdminDbContext db) => db.Invitations.Select(i => new ValueTuple<Guid, DateTimeOffset>(i.AcceptedById!.Value, i.AcceptedAt!.Value)).SingleAsync(Cancel)));
        Assert.Equal(erin.Id, (await app.Event(AuditAction.InvitationAccepted)).TargetId);
    }

    [Fact]
    public async Task E08_An_invitation_is_for_its_address_alone()
    {
        await using var app = await StartAsync();
        using var browser = app.Open();
        await InvitingTests.Invite(app, app.Alice, Email);

        using var refused = await Register(browser, await OpenAsync(app, browser), "mallory@example.org");

        Assert.Contains("The invitation is for another email address.", await refused.Text());
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));
        Assert.True(await app.Run((UserAdminDbContext db) => db.Invitations.AnyAsync(i => i.AcceptedAt == null, Cancel)));
    }

    [Fact]
    public async Task E09_A_used_or_unknown_invitation_shows_that_it_is_over()
    {
        await using var app = await StartAsync();
        using var browser = app.Open();
        await InvitingTests.Invite(app, app.Alice, Email);
        var secret = await InvitingTests.SecretOf(app);
        await Register(browser, await OpenAsync(app, browser));

        foreach (var attempt in new[] { secret, new string('x', 43) })
        {
            using var stranger = app.Open();
            await stranger.Get($"/account/invitation/{attempt}");
            var page = await (await stranger.Get("/account/invitation")).Text();
            Assert.Contains(Dead, page);
            Assert.DoesNotContain("<form", page);
        }
    }

    [Fact]
    public async Task E10_An_invitation_that_is_revoked_while_its_form_is_open_is_refused()
    {
        await using var app = await StartAsync();
        using var browser = app.Open();
        await InvitingTests.Invite(app, app.Alice, Email);
        var page = await OpenAsync(app, browser);
        var id = await app.Run((UserAdminDbContext db) => db.Invitations.Select(i => i.Id).SingleAsync(Cancel));
        await app.Run((InvitationService invitations) => invitations.RevokeAsync(id, app.Alice, Cancel));

        using var refused = await Register(browser, page);

        Assert.Contains(Dead, await refused.Text());
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));
    }

    [Fact]
    public async Task E13_An_invitation_does_not_open_a_registration_that_was_closed_since()
    {
        await using var app = await StartAsync();
        using var browser = app.Open();
        await InvitingTests.Invite(app, app.Alice, Email);
        var page = await OpenAsync(app, browser);
        await app.Run(async (Core.Settings.Policies policies) => await policies.SaveAsync(new RegistrationPolicy(), "", app.Alice, Cancel));

        using var refused = await Register(browser, page);

        Assert.Contains(Dead, await refused.Text());
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));
    }

    [Fact]
    public async Task E08_A_registration_that_nobody_confirmed_gives_way_to_the_invited_owner_of_the_mailbox()
    {
        await using var app = await StartAsync("Open");
        await InvitingTests.Invite(app, app.Alice, Email);
        using (var squatter = app.Open("198.51.100.1"))
            await squatter.Submit("/account/register", ("FirstName", "Mal"), ("LastName", "Lory"), ("Email", Email), ("Password", "the squatter chose this one"));
        using var browser = app.Open();

        using var registered = await Register(browser, await OpenAsync(app, browser));

        Assert.Contains("Your account is active.", await registered.Text());
        Assert.Equal(HttpStatusCode.OK, (await browser.SignIn(Email, "the squatter chose this one")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn(Email)).StatusCode);
        var erin = await app.Run((UserAdminDbContext db) => db.Users.SingleAsync(user => user.Email == Email, Cancel));
        Assert.Equal("Erin Evans", erin.FullName);
        Assert.False(await app.Run((UserAdminDbContext db) => db.OneTimeTokens.AnyAsync(t => t.UserId == erin.Id, Cancel)));
    }

    [Fact]
    public async Task Somebody_who_got_an_account_since_is_told_so_and_it_stays_as_it_is()
    {
        await using var app = await StartAsync();
        await InvitingTests.Invite(app, app.Alice, Carol.Email);
        await app.Given(Carol);
        using var browser = app.Open();

        var page = await OpenAsync(app, browser);

        Assert.Contains("There is an account with this email address already.", page);
        Assert.DoesNotContain("name=\"Form.Password\"", page);
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("carol")).StatusCode);
    }

    [Fact]
    public async Task D4_Who_registers_accepts_the_current_terms_and_is_not_asked_again()
    {
        await using var app = await StartAsync();
        await app.Run((TermsService terms) => terms.PublishAsync("Be kind", 0, app.Alice, Cancel));
        await InvitingTests.Invite(app, app.Alice, Email);
        using var browser = app.Open();
        var page = await OpenAsync(app, browser);

        Assert.Contains("Accept the terms of use", await (await Register(browser, page)).Text());
        using var registered = await browser.Submit("/account/invitation", page, [.. Fields(Email, Password), ("AcceptsTerms", "true")]);
        await browser.SignIn(Email);

        Assert.Contains("Your account is active.", await registered.Text());
        Assert.DoesNotContain("Read and accept", await (await browser.Get("/me")).Text());
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task E09_Twenty_who_accept_at_once_make_one_account(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider, ("Policies:RegistrationPolicy:Mode", "ByInvitation"));
        await InvitingTests.Invite(app, app.Alice, Email);
        var browsers = Enumerable.Range(1, 20).Select(i => app.Open($"198.51.100.{i}")).ToList();
        var secret = await InvitingTests.SecretOf(app);
        var pages = await Task.WhenAll(browsers.Select(async browser =>
        {
            await browser.Get($"/account/invitation/{secret}");
            return await (await browser.Get("/account/invitation")).Text();
        }));

        var answers = await Task.WhenAll(browsers.Select((browser, i) => Register(browser, pages[i])));

        var texts = await Task.WhenAll(answers.Select(answer => answer.Text()));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Single(texts, text => text.Contains("Your account is active.", StringComparison.Ordinal));
        Assert.Equal(19, texts.Count(text => text.Contains(Dead, StringComparison.Ordinal) || text.Contains("There is an account with this email address already.", StringComparison.Ordinal)));
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(user => user.Email == Email, Cancel)));
        await app.Event(AuditAction.InvitationAccepted);
    }

    private static Task<TestApp> StartAsync(string mode = "ByInvitation") => TestApp.StartAsync(("Policies:RegistrationPolicy:Mode", mode));

    private static async Task<string> OpenAsync(TestApp app, Browser browser)
    {
        await browser.Get($"/account/invitation/{await InvitingTests.SecretOf(app)}");
        return await (await browser.Get("/account/invitation")).Text();
    }

    private static Task<HttpResponseMessage> Register(Browser browser, string page, string email = Email, string password = Password) =>
        browser.Submit("/account/invitation", page, Fields(email, password));

    private static (string, string)[] Fields(string email, string password) => [("FirstName", "Erin"), ("LastName", "Evans"), ("Email", email), ("Password", password)];
}
