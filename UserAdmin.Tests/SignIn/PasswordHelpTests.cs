using System.Net;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.SignIn;

public class PasswordHelpTests
{
    private const string New = "seven purple umbrellas dance";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A10_An_administrator_sends_a_link_and_never_sees_it()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);

        Assert.True((await Help(app, (help, actor) => help.SendLinkAsync(carol.Id, "She asked on the phone", actor, Cancel))).Succeeded);

        var mail = Assert.Single(await app.Mails());
        Assert.Equal((Carol.Email, "password-reset"), (mail.To, mail.Kind));
        using var browser = app.Open();
        await browser.Get(mail.PathTo("/account/reset-password/"));
        await browser.Submit("/account/reset-password", ("Password", New), ("Again", New));
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("carol", New)).StatusCode);
        var recorded = await app.Event(AuditAction.PasswordResetSent);
        Assert.Equal((app.Alice.UserId, carol.UserId, "She asked on the phone"), (recorded.ActorId, recorded.TargetId, recorded.Reason));
        Assert.DoesNotContain(mail.PathTo("/account/reset-password/").Split('/')[^1], recorded.Changes + recorded.Reason + Hosting.LogFilesTests.Read(app));
    }

    [Fact]
    public async Task A10_A_link_that_is_handed_over_works_once_proves_no_mailbox_and_is_told_to_its_owner()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var link = "";

        await Help(app, async (help, actor) =>
        {
            var made = await help.MakeLinkAsync(carol.Id, "She can't read her mail", actor, Cancel);
            link = made.Value!;
            return new(made.Problem);
        });

        var mail = Assert.Single(await app.Mails());
        Assert.Equal("An administrator made a link with which your password can be replaced", mail.Subject);
        Assert.Contains("Alice Archer", mail.Text);
        Assert.DoesNotContain("/account/reset-password/", mail.Text);
        using var browser = app.Open();
        await browser.Get(new Uri(link).PathAndQuery);
        await browser.Submit("/account/reset-password", ("Password", New), ("Again", New));
        Assert.False((await app.Load(carol.Id)).EmailConfirmed);
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("carol", New)).StatusCode);
    }

    [Fact]
    public async Task U7_Requiring_a_new_password_signs_out_and_asks_for_one_after_the_next_sign_in()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);

        Assert.True((await Help(app, (help, actor) => help.RequireAsync(carol.Id, "It was seen on a note", actor, Cancel))).Succeeded);

        Assert.Equal("/account/sign-in?returnUrl=%2Fme", (await browser.Get("/me")).Target);
        await browser.SignIn("carol");
        Assert.Equal("/account/new-password?returnUrl=%2Fme", (await browser.Get("/me")).Target);
        Assert.Equal(["MustChangePassword: no -> yes"], (await app.Event(AuditAction.PasswordRequired)).Differences);
        Assert.Equal(Carol.Email, Assert.Single(await app.Mails(), mail => mail.Subject.StartsWith("An administrator requires", StringComparison.Ordinal)).To);
    }

    [Fact]
    public async Task U7_Confirming_an_address_by_hand_opens_an_account_that_only_waited_for_it()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol, user => user.ActivatedAt = null);

        Assert.True((await Help(app, (help, actor) => help.ConfirmEmailAsync(carol.Id, "Her mails don't arrive", actor, Cancel))).Succeeded);

        using var browser = app.Open();
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("carol")).StatusCode);
        Assert.True((await app.Load(carol.Id)).EmailConfirmed);
        Assert.Equal("password.not_now", (await Help(app, (help, actor) => help.ConfirmEmailAsync(carol.Id, "Again", actor, Cancel))).Problem?.Code);
    }

    [Fact]
    public async Task Helping_needs_the_permission_a_recent_sign_in_a_reason_and_somebody_else()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, dave) = (await app.Given(Carol), await app.Given(Dave));
        Task<Result> Send(Guid id, Actor actor, string reason = "Asked") => app.Run((PasswordAdministration help) => help.SendLinkAsync(id, reason, actor, Cancel));

        var answers = new[]
        {
            await Send(carol.Id, dave), await Send(carol.Id, app.Alice with { AuthenticatedAt = app.Clock.Now.AddMinutes(-10) }),
            await Send(carol.Id, app.Alice, " "), await Send(app.Alice.Id, app.Alice), await Send(Guid.NewGuid(), app.Alice),
        };

        Assert.Equal(["not_allowed", "step_up.needed", "reason.missing", "user.yourself", "user.not_found"], answers.Select(answer => answer.Problem?.Code));
        Assert.Equal(AuditOutcome.Denied, (await app.Event(AuditAction.AccessDenied)).Outcome);
        Assert.Empty(await app.Mails());
    }

    [Fact]
    public async Task Whoever_an_administrator_keeps_out_gets_no_link()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol, user => user.Deactivate("left", app.Clock.Now));

        Assert.Equal("password.not_now", (await Help(app, (help, actor) => help.SendLinkAsync(carol.Id, "Asked", actor, Cancel))).Problem?.Code);
        Assert.Empty(await app.Mails());
    }

    private static Task<Result> Help(TestApp app, Func<PasswordAdministration, Actor, Task<Result>> act) =>
        app.Run((PasswordAdministration help) => act(help, app.Alice));
}
