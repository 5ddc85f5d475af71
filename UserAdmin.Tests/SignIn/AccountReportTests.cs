using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.SignIn;

public class AccountReportTests
{
    private const string New = "seven purple umbrellas dance";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A14_This_was_not_me_throws_everybody_out_and_leaves_only_the_reset_by_mail()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var thief = await app.SignInAs(carol);
        await app.GivenTraces(carol.Id);
        var link = await Notice(app, carol.Id, Carol.Email);
        using var owner = app.Open();

        await owner.Get(link);
        using var page = await owner.Get("/account/not-me");
        Assert.Equal(HttpStatusCode.OK, (await thief.Get("/me")).StatusCode);
        using var secured = await owner.Submit("/account/not-me");

        Assert.Contains("Secure my account", await page.Text());
        Assert.Contains("Your account is secured.", await secured.Text());
        Assert.Equal(HttpStatusCode.Found, (await thief.Get("/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Open().SignIn("carol")).StatusCode);
        var mail = await app.LastMail(MailKind.PasswordReset);
        Assert.Equal(Carol.Email, mail.To);
        await owner.Get(mail.PathTo("/account/reset-password/"));
        await owner.Submit("/account/reset-password", ("Password", New), ("Again", New));
        await app.ExpectNoTraces(carol.Id);
        Assert.Equal(HttpStatusCode.Found, (await owner.SignIn("carol", New)).StatusCode);
        Assert.Equal(carol.Id, (await app.Event(AuditAction.AccountReported)).TargetId);
    }

    [Fact]
    public async Task A14_A_stolen_address_goes_back_to_the_mailbox_that_was_warned()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await Move(app, carol, "thief@example.net", by: carol);
        var link = await Notice(app, carol.Id, Carol.Email);
        using var owner = app.Open();

        await owner.Get(link);
        await owner.Submit("/account/not-me");

        var user = await app.Load(carol.Id);
        Assert.Equal((Carol.Email, "CAROL@EXAMPLE.ORG"), (user.Email, user.NormalizedEmail));
        Assert.Equal(Carol.Email, (await app.LastMail(MailKind.PasswordReset)).To);
        Assert.Contains("Email: thief@example.net -> carol@example.org", (await app.Event(AuditAction.AccountReported)).Differences);
    }

    [Fact]
    public async Task A14_An_address_that_somebody_else_has_by_now_locks_the_account_until_an_administrator_acts()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await Move(app, carol, "thief@example.net", by: carol);
        await app.Given(Dave);
        var secret = (await Notice(app, carol.Id, Dave.Email)).Split('/')[^1];

        await app.Run((AccountReport report) => report.SecureAsync(secret, new("192.0.2.1", null, null, null), Cancel));

        Assert.Equal(UserStatus.Locked, (await app.Load(carol.Id)).StatusAt(app.Clock.Now));
        Assert.DoesNotContain(await app.Mails(), mail => mail.Kind == MailKind.PasswordReset.Key);
    }

    [Fact]
    public async Task A14_An_address_that_an_administrator_corrected_stays_as_it_is()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await Move(app, carol, "cooper@example.org", by: app.Alice);
        var secret = (await Notice(app, carol.Id, Carol.Email)).Split('/')[^1];

        await app.Run((AccountReport report) => report.SecureAsync(secret, new("192.0.2.1", null, null, null), Cancel));

        Assert.Equal("cooper@example.org", (await app.Load(carol.Id)).Email);
        Assert.Equal("cooper@example.org", (await app.LastMail(MailKind.PasswordReset)).To);
    }

    [Fact]
    public async Task A12_The_link_works_once_and_takes_all_others_of_its_kind_with_it()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var (first, second) = (await Notice(app, carol.Id, Carol.Email), await Notice(app, carol.Id, Carol.Email));
        using var owner = app.Open();
        await owner.Get(first);
        await owner.Submit("/account/not-me");

        foreach (var link in new[] { first, second })
        {
            await owner.Get(link);
            Assert.Contains("This link has been used or is too old.", await (await owner.Get("/account/not-me")).Text());
        }
        await app.Event(AuditAction.AccountReported);
    }

    private static Task<int> Move(TestApp app, Actor person, string email, Actor by) => app.Run(async (UserAdminDbContext db) =>
    {
        var user = await db.Users.SingleAsync(user => user.Id == person.UserId, Cancel);
        user.Identify(user.UserName!, email, app.Services.GetRequiredService<ILookupNormalizer>());
        db.Record(AuditAction.UserEdited, by, user, app.Clock.Now, FieldChange.Of(db.Entry(user)));
        return await db.SaveChangesAsync(Cancel);
    });

    private static async Task<string> Notice(TestApp app, Guid userId, string email)
    {
        var user = await app.Load(userId);
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Notices>().SendToAsync(email, user, "Your password was changed", app.Alice, Cancel);
        await scope.ServiceProvider.GetRequiredService<UserAdminDbContext>().SaveChangesAsync(Cancel);
        return (await app.LastMail(MailKind.SecurityNotice)).PathTo("/account/not-me/");
    }
}
