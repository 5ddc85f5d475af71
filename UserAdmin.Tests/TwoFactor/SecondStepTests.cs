using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.TwoFactor;

public class SecondStepTests
{
    private const string Pending = "__Host-useradmin-pending", Session = "__Host-useradmin";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Somebody_with_an_authenticator_app_signs_in_with_the_password_and_a_code()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var phone = await app.GivenAPhoneOf(carol);
        using var browser = app.Open();

        using var first = await browser.SignIn("carol", path: "/account/sign-in?returnUrl=%2Fme");
        using var second = await browser.Submit(first.Target!, ("Code", phone.Code.Insert(3, " ")));

        Assert.Equal("/account/two-factor?returnUrl=%2Fme", first.Target);
        Assert.Equal("/me", second.Target);
        Assert.Null(browser.Cookie(Pending));
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
        Assert.Equal("pwd otp", await app.Run((UserAdminDbContext db) => db.Sessions.Select(s => s.Methods).SingleAsync(Cancel)));
        Assert.Equal(carol.Id, (await app.Event(AuditAction.SignedIn)).ActorId);
    }

    [Fact]
    public async Task B09_Between_the_steps_no_page_opens_and_nothing_but_a_right_code_goes_on()
    {
        await using var app = await TestApp.StartAsync();
        await app.GivenAPhoneOf(await app.Given(Carol));
        using var browser = app.Open();
        await browser.SignIn("carol");

        Assert.Null(browser.Cookie(Session));
        foreach (var path in new[] { "/", "/me", "/users", "/settings", "/audit", "/no-such-page" })
            Assert.StartsWith("/account/sign-in", (await browser.Get(path)).Target, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.Post("/_blazor/negotiate")).StatusCode);
        browser.Keep(Session, browser.Cookie(Pending)!);
        Assert.StartsWith("/account/sign-in", (await browser.Get("/me")).Target, StringComparison.Ordinal);
        browser.Forget(Session);
        foreach (var code in new[] { "", "000000", "null", new string('1', 101) })
        {
            using var answer = await browser.EnterCode(code);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.DoesNotContain(answer.SetCookies, cookie => cookie.StartsWith($"{Session}=", StringComparison.Ordinal));
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/account/two-factor")).StatusCode);
        Assert.Empty(await app.Events(AuditAction.SignedIn));
    }

    [Fact]
    public async Task B09_The_second_step_alone_leads_nowhere()
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));
        using var stranger = app.Open();
        using var browser = app.Open();
        await browser.SignIn("carol");
        var page = await (await browser.Get("/account/two-factor")).Text();

        using var withoutCookie = await stranger.Get("/account/two-factor");
        browser.Forget(Pending);
        browser.Keep(Pending, new string('x', 43));
        using var withForeignCookie = await browser.Submit("/account/two-factor", page, ("Code", phone.Code));

        Assert.Equal("/account/sign-in", withoutCookie.Target);
        Assert.StartsWith("/account/sign-in", withForeignCookie.Target, StringComparison.Ordinal);
        Assert.Empty(await app.Events(AuditAction.SignedIn));
    }

    [Fact]
    public async Task B01_A_code_works_once_also_after_signing_out_and_after_enrolment()
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));
        using var browser = app.Open();

        await browser.SignIn("carol");
        using var ofEnrolment = await browser.EnterCode(phone.CodeIn(-1));
        using var accepted = await browser.EnterCode(phone.Code);
        browser.Forget(Session);
        await browser.SignIn("carol");
        using var again = await browser.EnterCode(phone.Code);
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        using var next = await browser.EnterCode(phone.Code);

        Assert.Contains("This code is wrong, too old or was used before", await ofEnrolment.Text());
        Assert.Equal("/", accepted.Target);
        Assert.Contains("This code is wrong, too old or was used before", await again.Text());
        Assert.Equal("/", next.Target);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task B01_Of_twenty_parallel_uses_of_a_code_one_wins(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);
        var phone = await portal.GivenAPhoneOf(carol);

        var spent = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => portal.Run((SecondFactors factors) => factors.SpendTotpAsync(carol.Id, phone.Code, Cancel)))));

        Assert.Single(spent, won => won);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task B01_Of_ten_browsers_that_send_one_code_at_once_one_is_signed_in(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));
        var browsers = Enumerable.Range(1, 10).Select(i => app.Open($"198.51.100.{i}")).ToList();
        foreach (var browser in browsers)
            await browser.SignIn("carol");
        var pages = await Task.WhenAll(browsers.Select(async browser => await (await browser.Get("/account/two-factor")).Text()));

        var answers = await Task.WhenAll(browsers.Zip(pages, (browser, page) => browser.Submit("/account/two-factor", page, ("Code", phone.Code))));

        Assert.Single(answers, answer => answer.Target == "/");
        await app.Event(AuditAction.SignedIn);
    }

    [Theory, InlineData(-2, false), InlineData(-1, true), InlineData(0, true), InlineData(1, true), InlineData(2, false)]
    public async Task B02_A_code_one_step_off_is_accepted_and_two_steps_off_is_not(int steps, bool isAccepted)
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        using var browser = app.Open();
        await browser.SignIn("carol");

        using var answer = await browser.EnterCode(phone.CodeIn(steps));

        Assert.Equal(isAccepted ? "/" : null, answer.Target);
    }

    [Fact]
    public async Task B03_Five_wrong_codes_lead_back_to_the_password()
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));
        using var browser = app.Open();
        await browser.SignIn("carol");
        var page = await (await browser.Get("/account/two-factor")).Text();
        var pending = browser.Cookie(Pending)!;

        for (var i = 1; i <= 4; i++)
            Assert.Equal(HttpStatusCode.OK, (await browser.EnterCode("000000")).StatusCode);
        using var fifth = await browser.EnterCode("000000");
        browser.Keep(Pending, pending);
        using var sixth = await browser.Submit("/account/two-factor", page, ("Code", phone.Code));

        Assert.Equal("/account/sign-in?over=yes", fifth.Target);
        Assert.Contains("Start again with your password", await (await app.Open().Get(fifth.Target!)).Text());
        Assert.StartsWith("/account/sign-in", sixth.Target, StringComparison.Ordinal);
        Assert.Equal(5, (await app.Events(AuditAction.SignInFailed)).Count);
    }

    [Fact]
    public async Task B03_After_ten_wrong_codes_in_an_hour_the_right_one_waits_too_and_unlocking_does_not_help()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var phone = await app.GivenAPhoneOf(carol);
        using var browser = app.Open();
        await Guess(browser, 10);
        await app.Run((UserLifecycle users) => users.UnlockAsync(carol.Id, "She asked", app.Alice, Cancel));

        await browser.SignIn("carol");
        using var refused = await browser.EnterCode(phone.Code);
        app.Clock.Advance(TimeSpan.FromMinutes(60));
        await browser.SignIn("carol");
        using var later = await browser.EnterCode(phone.Code);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains("Too many wrong codes", await refused.Text());
        Assert.Equal("/", later.Target);
    }

    [Fact]
    public async Task B03_After_a_hundred_wrong_codes_in_a_row_time_alone_does_not_open_the_second_step()
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));
        using var browser = app.Open();
        for (var i = 0; i < 10; i++)
        {
            await Guess(browser, 10);
            app.Clock.Advance(TimeSpan.FromMinutes(61));
        }
        app.Clock.Advance(TimeSpan.FromDays(400));

        await browser.SignIn("carol");
        using var answer = await browser.EnterCode(phone.Code);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
    }

    [Fact]
    public async Task B03_A_half_open_sign_in_ends_after_five_minutes()
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));
        using var browser = app.Open();
        await browser.SignIn("carol");
        var page = await (await browser.Get("/account/two-factor")).Text();

        app.Clock.Advance(TimeSpan.FromMinutes(5));
        using var answer = await browser.Submit("/account/two-factor", page, ("Code", phone.Code));

        Assert.StartsWith("/account/sign-in", answer.Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A15_An_account_locked_between_the_steps_does_not_get_in()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var (phone, codes) = await app.GivenAPhoneAndCodesOf(carol);
        using var byApp = app.Open();
        using var byRecovery = app.Open();
        await byApp.SignIn("carol");
        await byRecovery.SignIn("carol");

        await app.Run((UserLifecycle users) => users.LockAsync(carol.Id, null, "Looking into it", app.Alice, Cancel));
        using var code = await byApp.EnterCode(phone.Code);
        using var recovery = await byRecovery.EnterCode(codes[0], "recovery-code");

        Assert.StartsWith("/account/sign-in", code.Target, StringComparison.Ordinal);
        Assert.StartsWith("/account/sign-in", recovery.Target, StringComparison.Ordinal);
        Assert.Empty(await app.Events(AuditAction.SignedIn));
    }

    [Fact]
    public async Task B05_A_recovery_code_stands_in_once_and_nobody_can_read_it_from_the_database()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var (_, codes) = await app.GivenAPhoneAndCodesOf(carol);
        using var browser = app.Open();

        await browser.SignIn("carol");
        using var accepted = await browser.EnterCode(codes[3].ToLowerInvariant().Replace('-', ' '), "recovery-code");
        browser.Forget(Session);
        await browser.SignIn("carol");
        using var again = await browser.EnterCode(codes[3], "recovery-code");

        Assert.Equal("/", accepted.Target);
        Assert.Contains("none of your recovery codes, or it was used before", await again.Text());
        Assert.Equal(carol.Id, (await app.Event(AuditAction.RecoveryCodeUsed)).TargetId);
        Assert.Equal(10, codes.Distinct().Count());
        Assert.All(codes, code => Assert.Matches("^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$", code));
        var stored = await File.ReadAllTextAsync(app.Database.ConnectionString.Split('=')[1], System.Text.Encoding.Latin1, Cancel);
        Assert.All(codes, code => Assert.DoesNotContain(code.Replace("-", "", StringComparison.Ordinal), stored, StringComparison.OrdinalIgnoreCase));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task B05_Of_ten_browsers_that_send_one_recovery_code_at_once_one_is_signed_in(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var (_, codes) = await app.GivenAPhoneAndCodesOf(await app.Given(Carol));
        var browsers = Enumerable.Range(1, 10).Select(i => app.Open($"198.51.100.{i}")).ToList();
        foreach (var browser in browsers)
            await browser.SignIn("carol");
        var pages = await Task.WhenAll(browsers.Select(async browser => await (await browser.Get("/account/recovery-code")).Text()));

        var answers = await Task.WhenAll(browsers.Zip(pages, (browser, page) => browser.Submit("/account/recovery-code", page, ("Code", codes[0]))));

        Assert.Single(answers, answer => answer.Target == "/");
        await app.Event(AuditAction.RecoveryCodeUsed);
    }

    [Fact]
    public async Task B04_The_seed_is_encrypted_in_the_database()
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));

        await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", Cancel));
        var stored = await File.ReadAllTextAsync(app.Database.ConnectionString.Split('=')[1], System.Text.Encoding.Latin1, Cancel);

        Assert.Contains("carol@example.org", stored, StringComparison.Ordinal);
        Assert.Equal(32, phone.Key.Length);
        Assert.DoesNotContain(phone.Key, stored, StringComparison.OrdinalIgnoreCase);
    }

    // Each hour lets ten through; each half-open sign-in five.
    private static async Task Guess(Browser browser, int times)
    {
        for (var i = 0; i < times; i++)
        {
            if (i % 5 == 0)
                await browser.SignIn("carol");
            using var answer = await browser.EnterCode("000000");
            Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
    }
}
