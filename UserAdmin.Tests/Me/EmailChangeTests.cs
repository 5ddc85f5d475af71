using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Me;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Me;

public class EmailChangeTests
{
    private const string NewAddress = "carol@new.example";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_address_counts_once_its_mailbox_confirmed_it_and_ends_all_other_sessions_C03()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var here = await app.SignInAs(carol);
        using var elsewhere = await app.SignInAs(carol);

        Assert.True((await Ask(app, carol)).Succeeded);
        var before = await app.Load(carol.Id);
        using var opened = await here.Get((await app.LastMail(MailKind.EmailChange)).PathTo("/account/confirm-email-change/"));
        var untouched = await app.Load(carol.Id);
        using var confirmed = await here.Submit(opened.Target!);

        Assert.Equal((Carol.Email, Carol.Email), (before.Email, untouched.Email));
        Assert.Equal("/account/confirm-email-change", opened.Target);
        Assert.Contains("Your account has the new address now.", await confirmed.Text());
        Assert.Equal((NewAddress, true), await app.Load(carol.Id) is var after ? (after.Email, after.EmailConfirmed) : default);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Found), ((await here.Get("/me")).StatusCode, (await elsewhere.Get("/me")).StatusCode));
        using var browser = app.Open();
        Assert.Equal(HttpStatusCode.OK, (await browser.SignIn(Carol.Email)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn(NewAddress)).StatusCode);
        var changed = await app.Event(AuditAction.EmailChanged);
        Assert.Contains($"Email: {Carol.Email} -> {NewAddress}", changed.Differences);
        Assert.Equal(carol.Id, changed.ActorId);
    }

    [Fact]
    public async Task A14_The_old_address_is_warned_and_this_was_not_me_takes_the_change_back()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await Ask(app, carol);
        await app.Run((EmailChangeConfirmation change) => change.ConfirmAsync(SecretIn(app.LastMail(MailKind.EmailChange).Result), Origin, null, Cancel));

        var notice = (await app.Mails()).Last(mail => mail.Kind == MailKind.SecurityNotice.Key);
        using var browser = app.Open();
        await browser.Get(notice.PathTo("/account/not-me/"));
        await browser.Submit("/account/not-me");

        Assert.Equal((Carol.Email, $"Your email address was changed to {NewAddress}"), (notice.To, notice.Subject));
        Assert.Equal(Carol.Email, (await app.Load(carol.Id)).Email);
    }

    [Fact]
    public async Task Nobody_learns_whether_an_address_is_taken_but_its_owner_is_told()
    {
        await using var app = await TestApp.StartAsync();
        var (carol, dave) = (await app.Given(Carol), await app.Given(Dave));

        var free = await Ask(app, carol);
        var taken = await Ask(app, carol, " DAVE@example.org ");

        Assert.Equal(free, taken);
        Assert.Equal("DAVE@example.org", await app.Run((EmailChange change) => change.FindWaitingAsync(carol, Cancel)));
        Assert.Equal(Dave.Email, (await app.LastMail(MailKind.AddressWanted)).To);
        Assert.Single(await app.Mails(), mail => mail.Kind == MailKind.EmailChange.Key);
        Assert.Equal(Dave.Email, (await app.Load(dave.Id)).Email);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A12_Of_many_who_use_the_link_at_once_one_wins(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);
        await Ask(portal, carol);
        var secret = SecretIn(await portal.LastMail(MailKind.EmailChange));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => portal.Run((EmailChangeConfirmation change) => change.ConfirmAsync(secret, Origin, null, Cancel))));

        Assert.Single(answers, answer => answer.Succeeded);
        await portal.Event(AuditAction.EmailChanged);
    }

    [Fact]
    public async Task A_link_is_dead_after_a_day_with_a_newer_one_when_withdrawn_and_when_the_address_was_taken_since()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        async Task<Problem?> Use(string secret) => (await portal.Run((EmailChangeConfirmation change) => change.ConfirmAsync(secret, Origin, null, Cancel))).Problem;
        async Task<string> Asked(string email)
        {
            await Ask(portal, carol with { AuthenticatedAt = portal.Clock.Now }, email);
            return SecretIn(await portal.LastMail(MailKind.EmailChange));
        }

        var replaced = await Asked("a@new.example");
        var withdrawn = await Asked("b@new.example");
        Assert.Equal(EmailChangeConfirmation.LinkDead, await Use(replaced));
        await portal.Run((EmailChange change) => change.WithdrawAsync(carol, Cancel));
        Assert.Equal(EmailChangeConfirmation.LinkDead, await Use(withdrawn));
        var old = await Asked("c@new.example");
        portal.Clock.Advance(EmailChange.LinkLife);
        Assert.Equal(EmailChangeConfirmation.LinkDead, await Use(old));
        var taken = await Asked(Dave.Email);
        var lost = await Asked("d@new.example");
        await portal.Given(new Person("D", "D", null), user => (user.Email, user.NormalizedEmail) = ("d@new.example", "D@NEW.EXAMPLE"));
        Assert.Equal(EmailChangeConfirmation.LinkDead, await Use(lost));
        Assert.NotEqual(taken, lost);
        Assert.Equal(Carol.Email, (await portal.Load(carol.Id)).Email);
    }

    [Fact]
    public async Task C11_Asking_needs_a_fresh_proof_of_who_one_is_and_has_a_limit()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        var stale = await Ask(portal, carol with { AuthenticatedAt = portal.Clock.Now - StepUp.Fresh });
        for (var i = 0; i < 5; i++)
            await Ask(portal, carol, $"c{i}@new.example");

        Assert.Equal(StepUp.Needed, stale.Problem);
        Assert.Equal("email_change.too_many", (await Ask(portal, carol)).Problem?.Code);
        Assert.Equal("email_change.same", (await Ask(portal, await portal.Given(Dave), Dave.Email)).Problem?.Code);
        Assert.Equal("email_change.not_an_address", (await Ask(portal, carol, "no address")).Problem?.Code);
    }

    [Fact]
    public async Task Who_signs_in_with_the_address_as_user_name_goes_on_doing_so()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol, user => (user.UserName, user.NormalizedUserName) = (Carol.Email, Carol.Email.ToUpperInvariant()));
        await Ask(portal, carol);

        await portal.Run((EmailChangeConfirmation change) => change.ConfirmAsync(SecretIn(portal.LastMail(MailKind.EmailChange).Result), Origin, null, Cancel));

        Assert.Equal(NewAddress, (await portal.Load(carol.Id)).UserName);
    }

    [Fact]
    public async Task A9_A_phone_is_confirmed_by_a_code_that_works_once_for_five_tries()
    {
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, ("Sms:AccountSid", "AC1"), ("Sms:AuthToken", "secret"), ("Sms:From", "+15005550006"));
        var carol = await portal.Given(Carol, user => user.PhoneNumber = "+351 912345678");
        Task<Result> Send() => portal.Run((PhoneConfirmation phones) => phones.SendAsync(carol, Cancel));
        async Task<bool> Confirm(string code) => (await portal.Run((PhoneConfirmation phones) => phones.ConfirmAsync(code, carol, Cancel))).Succeeded;
        async Task<string> Code() => (await portal.LastMail(MailKind.PhoneCode)).Text[..6];

        Assert.True((await Send()).Succeeded);
        var first = await Code();
        for (var i = 0; i < 5; i++)
            Assert.False(await Confirm("wrong"));
        Assert.False(await Confirm(first));
        await Send();
        var second = await Code();
        var tooLate = second;
        portal.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(await Confirm(tooLate));
        await Send();

        Assert.True(await Confirm($" {await Code()} "));
        Assert.True((await portal.Load(carol.Id)).PhoneNumberConfirmed);
        Assert.False(await Confirm(await Code()));
        Assert.Equal(carol.Id, (await portal.Event(AuditAction.PhoneConfirmed)).ActorId);
    }

    [Fact]
    public async Task A9_Without_an_SMS_service_no_code_is_offered()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol, user => user.PhoneNumber = "+351 912345678");
        using var browser = await app.SignInAs(carol);

        var page = await (await browser.Get("/me")).Text();

        Assert.DoesNotContain("Send code", page);
        Assert.Contains("Not confirmed", page);
        Assert.False((await app.Run((PhoneConfirmation phones) => phones.SendAsync(carol, Cancel))).Succeeded);
    }

    [Fact]
    public async Task A9_An_address_or_phone_that_an_administrator_sets_is_not_confirmed()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol, user => (user.EmailConfirmed, user.PhoneNumber, user.PhoneNumberConfirmed) = (true, "+351 1", true)));
        var original = UserForm.Of(await portal.Load(carol.Id));
        var mine = original.Copy();
        (mine.Email, mine.Phone) = (NewAddress, "+351 2");

        await portal.Run((UserService users) => users.EditAsync(carol.Id, mine, original, alice, Cancel));

        Assert.Equal((false, false), await portal.Load(carol.Id) is var user ? (user.EmailConfirmed, user.PhoneNumberConfirmed) : default);
    }

    private static SignInOrigin Origin => new("192.0.2.9", "Firefox", null, "test");

    private static string SecretIn(Mail mail) => mail.PathTo("/account/confirm-email-change/").Split('/')[^1];

    private static Task<Result> Ask(ITestPortal portal, Actor actor, string email = NewAddress) =>
        portal.Run((EmailChange change) => change.AskAsync(new() { Email = email }, actor, Cancel));
}
