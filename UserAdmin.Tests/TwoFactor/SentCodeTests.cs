using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Tests.TwoFactor;

public class SentCodeTests
{
    private const string ByEmail = "/account/sent-code?by=email", BySms = "/account/sent-code?by=sms";

    private static readonly (string, string)[] Allowed = [("Policies:SecondFactorPolicy:AllowsEmail", "true"), ("Policies:SecondFactorPolicy:AllowsSms", "true")];

    [Fact]
    public async Task A_code_by_mail_opens_the_session_once_and_only_the_last_one_counts()
    {
        await using var app = await TestApp.StartAsync(Allowed);
        await app.GivenAPhoneOf(await app.Given(Carol));
        using var browser = app.Open();
        await browser.SignIn("carol");

        await Send(browser, ByEmail);
        var first = await Code(app);
        app.Clock.Advance(TimeSpan.FromSeconds(61));
        await Send(browser, ByEmail);
        var second = await Code(app);
        using var older = await browser.Submit(ByEmail, ("Code", first));
        using var newer = await browser.Submit(ByEmail, ("Code", second));

        Assert.Equal("carol@example.org", (await app.LastMail(MailKind.SignInCode)).To);
        Assert.Contains("not the last code that was sent", await older.Text());
        Assert.Equal("/", newer.Target);
        Assert.Equal("pwd email", await app.Run((UserAdminDbContext db) => db.Sessions.Select(s => s.Methods).SingleAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_code_by_SMS_goes_to_a_confirmed_phone_and_its_address_is_masked()
    {
        await using var app = await TestApp.StartAsync(Allowed);
        await app.GivenAPhoneOf(await app.Given(Carol, user => (user.PhoneNumber, user.PhoneNumberConfirmed) = ("+4915112345678", true)));
        using var browser = app.Open();
        await browser.SignIn("carol");

        var page = await (await browser.Get(BySms)).Text();
        await Send(browser, BySms);
        using var entered = await browser.Submit(BySms, await (await browser.Get(BySms)).Text(), ("Code", await Code(app)));

        Assert.Contains("•••78", WebUtility.HtmlDecode(page));
        Assert.DoesNotContain("4915112345678", page);
        Assert.Equal("+4915112345678", (await app.LastMail(MailKind.SignInCode)).To);
        Assert.Equal("/", entered.Target);
    }

    [Fact]
    public async Task The_policy_switches_codes_by_mail_and_SMS_off()
    {
        await using var app = await TestApp.StartAsync();
        await app.GivenAPhoneOf(await app.Given(Carol, user => (user.PhoneNumber, user.PhoneNumberConfirmed) = ("+4915112345678", true)));
        using var browser = app.Open();
        await browser.SignIn("carol");

        Assert.Equal("/account/two-factor", (await browser.Get(ByEmail)).Target);
        Assert.Equal("/account/two-factor", (await browser.Get(BySms)).Target);
        Assert.DoesNotContain("Send a code", await (await browser.Get("/account/two-factor")).Text());
        Assert.DoesNotContain(await app.Mails(), mail => mail.Kind == MailKind.SignInCode.Key);
    }

    [Fact]
    public async Task A_phone_that_is_not_confirmed_gets_no_code()
    {
        await using var app = await TestApp.StartAsync(Allowed);
        await app.GivenAPhoneOf(await app.Given(Carol, user => user.PhoneNumber = "+4915112345678"));
        using var browser = app.Open();
        await browser.SignIn("carol");

        Assert.Equal("/account/two-factor", (await browser.Get(BySms)).Target);
    }

    [Fact]
    public async Task B03_Codes_are_sent_once_a_minute_and_five_times_an_hour_at_most()
    {
        await using var app = await TestApp.StartAsync(Allowed);
        await app.GivenAPhoneOf(await app.Given(Carol));
        using var browser = app.Open();
        await browser.SignIn("carol");
        await Send(browser, ByEmail);

        using var tooSoon = await Send(browser, ByEmail);
        for (var i = 0; i < 6; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(61));
            await browser.SignIn("carol");
            await Send(browser, ByEmail);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, tooSoon.StatusCode);
        Assert.Equal(5, (await app.Mails()).Count(mail => mail.Kind == MailKind.SignInCode.Key));
    }

    [Fact]
    public async Task B03_Five_wrong_sent_codes_lead_back_to_the_password()
    {
        await using var app = await TestApp.StartAsync(Allowed);
        await app.GivenAPhoneOf(await app.Given(Carol));
        using var browser = app.Open();
        await browser.SignIn("carol");
        await Send(browser, ByEmail);

        for (var i = 1; i <= 4; i++)
            Assert.Equal(HttpStatusCode.OK, (await browser.Submit(ByEmail, ("Code", "00000a"))).StatusCode);
        using var fifth = await browser.Submit(ByEmail, ("Code", "00000a"));

        Assert.StartsWith("/account/sign-in?over=yes", fifth.Target, StringComparison.Ordinal);
    }

    // The page has one form to send a code, which stands first or last.
    private static async Task<HttpResponseMessage> Send(Browser browser, string path)
    {
        var page = await (await browser.Get(path)).Text();
        var start = page.LastIndexOf("<form", StringComparison.Ordinal);
        return await browser.Submit(path, page[start..]);
    }

    private static async Task<string> Code(TestApp app) => Regex.Match((await app.LastMail(MailKind.SignInCode)).Text, "[0-9]{6}").Value;
}
