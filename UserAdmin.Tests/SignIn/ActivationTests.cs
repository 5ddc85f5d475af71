using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.SignIn;

public class ActivationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A10_A_new_person_chooses_a_password_by_a_link_and_signs_in_with_it()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await GivenPending(app);
        var secret = await LinkFor(app, carol.Id, app.Alice);
        using var browser = app.Open();

        using var opened = await browser.Get($"/account/activate/{secret}");
        using var chosen = await Choose(browser);

        Assert.Equal("/account/activate", opened.Target);
        Assert.Contains("Your account is active.", await chosen.Text());
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("carol")).StatusCode);
        Assert.Equal(["ActivatedAt", "PasswordHash"], FieldChange.FromJson((await app.Event(AuditAction.UserActivatedAccount)).Changes).Select(change => change.Field).Order());
    }

    [Fact]
    public async Task H03_The_secret_leaves_the_address_bar_at_once()
    {
        await using var app = await TestApp.StartAsync();
        var secret = await LinkFor(app, (await GivenPending(app)).Id, app.Alice);
        using var browser = app.Open();

        using var opened = await browser.Get($"/account/activate/{secret}");
        using var page = await browser.Get(opened.Target!);

        Assert.Equal((HttpStatusCode.Found, "/account/activate"), (opened.StatusCode, opened.Target));
        Assert.Contains("httponly", Assert.Single(opened.SetCookies));
        Assert.DoesNotContain(secret, await page.Text());
        Assert.Contains("carol", await page.Text());
    }

    [Fact]
    public async Task A12_A_link_works_once()
    {
        await using var app = await TestApp.StartAsync();
        var secret = await LinkFor(app, (await GivenPending(app)).Id, app.Alice);

        var first = await Activate(app, secret, Password);
        var second = await Activate(app, secret, "another long password of mallory");

        Assert.True(first.Succeeded);
        Assert.Equal(ActivationService.LinkDead, second.Problem);
        Assert.Equal(HttpStatusCode.Found, (await app.Open().SignIn("carol")).StatusCode);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A12_Of_twenty_who_use_a_link_at_once_one_wins(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var secret = await LinkFor(app, (await GivenPending(app)).Id, app.Alice);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Activate(app, secret, $"a long enough password {i}")));

        Assert.Single(answers, answer => answer.Succeeded);
        Assert.All(answers.Where(answer => !answer.Succeeded), answer => Assert.Equal(ActivationService.LinkDead, answer.Problem));
        await app.Event(AuditAction.UserActivatedAccount);
    }

    [Fact]
    public async Task A12_A_newer_link_makes_the_older_one_useless()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await GivenPending(app);
        var older = await LinkFor(app, carol.Id, app.Alice);
        var newer = await LinkFor(app, carol.Id, app.Alice);

        Assert.Equal(ActivationService.LinkDead, (await Activate(app, older, Password)).Problem);
        Assert.True((await Activate(app, newer, Password)).Succeeded);
    }

    [Fact]
    public async Task A10_A_link_works_for_a_day()
    {
        await using var app = await TestApp.StartAsync();
        var secret = await LinkFor(app, (await GivenPending(app)).Id, app.Alice);

        app.Clock.Advance(TimeSpan.FromHours(24));

        Assert.Equal(ActivationService.LinkDead, (await Activate(app, secret, Password)).Problem);
    }

    [Fact]
    public async Task A12_A_link_of_a_deleted_person_is_dead()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await GivenPending(app);
        var secret = await LinkFor(app, carol.Id, app.Alice);

        await app.Run((UserLifecycle users) => users.DeleteAsync(carol.Id, "a mistake", app.Alice, Cancel));
        await app.Run((UserLifecycle users) => users.RestoreAsync(carol.Id, "no mistake", app.Alice, Cancel));

        Assert.Equal(ActivationService.LinkDead, (await Activate(app, secret, Password)).Problem);
    }

    [Theory, InlineData("short", "short", "Use at least 15 characters"), InlineData(Password, "something else entirely", "The two passwords differ.")]
    public async Task A_bad_password_leaves_the_link_alive(string password, string again, string message)
    {
        await using var app = await TestApp.StartAsync();
        var secret = await LinkFor(app, (await GivenPending(app)).Id, app.Alice);
        using var browser = app.Open();
        await browser.Get($"/account/activate/{secret}");

        using var refused = await browser.Submit("/account/activate", ("Password", password), ("Again", again));
        using var chosen = await Choose(browser);

        Assert.Contains(message, await refused.Text());
        Assert.Contains("Your account is active.", await chosen.Text());
    }

    [Fact]
    public async Task A10_I02_Neither_the_secret_nor_the_password_is_kept_anywhere_readable()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await GivenPending(app);
        var secret = await LinkFor(app, carol.Id, app.Alice);
        using var browser = app.Open();
        await browser.Get($"/account/activate/{secret}");
        await Choose(browser);
        await browser.SignIn("carol");

        var audit = await app.Run((UserAdminDbContext db) => db.AuditEvents.Select(e => e.Changes + e.Reason + e.TargetName + e.CorrelationId).ToListAsync(Cancel));
        var kept = string.Join('\n', audit) + Hosting.LogFilesTests.Read(app);

        Assert.DoesNotContain(secret, kept);
        Assert.DoesNotContain(Password, kept);
        Assert.DoesNotContain((await app.Load(carol.Id)).PasswordHash!, kept);
        Assert.DoesNotContain(browser.Cookie("__Host-useradmin")!, kept);
    }

    [Fact]
    public async Task Making_a_link_needs_permission_and_a_pending_account()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, dave) = (await GivenPending(app), await app.Given(Dave));

        var refused = await app.Run((ActivationService activation) => activation.CreateLinkAsync(carol.Id, dave, Cancel));
        var active = await app.Run((ActivationService activation) => activation.CreateLinkAsync(dave.Id, app.Alice, Cancel));
        var nobody = await app.Run((ActivationService activation) => activation.CreateLinkAsync(Guid.NewGuid(), app.Alice, Cancel));

        Assert.Equal(["not_allowed", "activation.already_active", "user.not_found"], new[] { refused, active, nobody }.Select(answer => answer.Problem?.Code));
        Assert.Equal(AuditOutcome.Denied, (await app.Event(AuditAction.AccessDenied)).Outcome);
    }

    private static Task<Actor> GivenPending(TestApp app) => app.Given(Carol, user => (user.ActivatedAt, user.PasswordHash) = (null, null));

    private static async Task<string> LinkFor(TestApp app, Guid id, Actor actor) =>
        (await app.Run((ActivationService activation) => activation.CreateLinkAsync(id, actor, Cancel))).Value!;

    private static Task<Result> Activate(TestApp app, string secret, string password) =>
        app.Run((ActivationService activation) => activation.ActivateAsync(secret, new() { Password = password, Again = password }, "192.0.2.1", Cancel));

    private static Task<HttpResponseMessage> Choose(Browser browser) =>
        browser.Submit("/account/activate", ("Password", Password), ("Again", Password));
}
