using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.TwoFactor;

public class MyFactorsTests
{
    private const string Session = "__Host-useradmin";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task People_keep_several_named_authenticator_apps_each_with_codes_of_its_own()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var first = await app.GivenAPhoneOf(carol);
        var begun = (await app.Run((AuthenticatorService service) => service.BeginAsync(carol, Cancel))).Value!;
        var second = new Phone(app.Clock, begun.Key);
        var confirmed = await app.Run((AuthenticatorService service) => service.ConfirmAsync(begun.Id, new() { Name = " Old  tablet ", Code = second.CodeIn(-1) }, carol, Cancel));

        var renamed = await app.Run((AuthenticatorService service) => service.RenameAsync(begun.Id, new() { Name = "Tablet" }, carol, Cancel));
        using var byFirst = app.Open();
        await byFirst.SignIn("carol");
        using var bySecond = app.Open();
        await bySecond.SignIn("carol");

        Assert.Null(confirmed.Value!.RecoveryCodes);
        Assert.True(renamed.Succeeded);
        Assert.Equal(["Phone", "Tablet"], (await app.Run((AuthenticatorService service) => service.ListAsync(carol, Cancel))).Select(row => row.Name));
        Assert.Equal("/", (await byFirst.EnterCode(first.Code)).Target);
        Assert.Equal("/", (await bySecond.EnterCode(second.Code)).Target);
        Assert.Equal(["Name: Old tablet -> Tablet"], (await app.Event(AuditAction.AuthenticatorRenamed)).Differences);
    }

    [Fact]
    public async Task An_app_counts_only_after_one_of_its_codes_confirmed_it_within_half_an_hour()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var begun = (await app.Run((AuthenticatorService service) => service.BeginAsync(carol, Cancel))).Value!;
        var phone = new Phone(app.Clock, begun.Key);

        var wrong = await app.Run((AuthenticatorService service) => service.ConfirmAsync(begun.Id, new() { Name = "Phone", Code = "000000" }, carol, Cancel));
        var foreign = await app.Run((AuthenticatorService service) => service.ConfirmAsync(begun.Id, new() { Name = "Phone", Code = phone.Code }, app.Alice, Cancel));
        var unconfirmed = (await app.Load(carol.Id)).TwoFactorEnabled;
        app.Clock.Advance(TimeSpan.FromMinutes(30));
        var later = carol with { AuthenticatedAt = app.Clock.Now };
        var tooLate = await app.Run((AuthenticatorService service) => service.ConfirmAsync(begun.Id, new() { Name = "Phone", Code = phone.Code }, later, Cancel));

        Assert.Equal(AuthenticatorService.WrongCode, wrong.Problem);
        Assert.Equal(AuthenticatorService.EnrolmentOver, foreign.Problem);
        Assert.Equal(AuthenticatorService.EnrolmentOver, tooLate.Problem);
        Assert.False(unconfirmed);
        Assert.False((await app.Load(carol.Id)).TwoFactorEnabled);
    }

    [Fact]
    public async Task B04_No_page_shows_the_seed_again()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var (phone, codes) = await app.GivenAPhoneAndCodesOf(carol);
        using var browser = await app.SignInAs(carol);

        var page = await (await browser.Get("/me/security")).Text();

        Assert.Contains("Phone", page);
        Assert.DoesNotContain(phone.Key[..8], page.Replace(" ", "", StringComparison.Ordinal));
        Assert.All(codes, code => Assert.DoesNotContain(code, page));
        Assert.DoesNotContain("otpauth", page);
    }

    [Fact]
    public async Task B05_New_recovery_codes_kill_the_old_ones()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var (_, old) = await app.GivenAPhoneAndCodesOf(carol);

        var made = (await app.Run((RecoveryCodes codes) => codes.RegenerateAsync(carol, Cancel))).Value!.RecoveryCodes!;
        using var browser = app.Open();
        await browser.SignIn("carol");
        using var byOld = await browser.EnterCode(old[0], "recovery-code");
        using var byNew = await browser.EnterCode(made[0], "recovery-code");

        Assert.Null(byOld.Target);
        Assert.Equal("/", byNew.Target);
        Assert.Equal(9, (await app.Run((RecoveryCodes codes) => codes.CountAsync(carol, Cancel))).Left);
    }

    [Fact]
    public async Task B06_Every_change_of_factors_needs_a_sign_in_of_the_last_ten_minutes()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await app.GivenAPhoneOf(carol);
        var begun = (await app.Run((AuthenticatorService service) => service.BeginAsync(carol, Cancel))).Value!;
        var phone = new Phone(app.Clock, begun.Key);
        var own = Assert.Single(await app.Run((AuthenticatorService service) => service.ListAsync(carol, Cancel)));

        app.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal(StepUp.Needed, (await app.Run((AuthenticatorService service) => service.BeginAsync(carol, Cancel))).Problem);
        Assert.Equal(StepUp.Needed, (await app.Run((AuthenticatorService service) => service.ConfirmAsync(begun.Id, new() { Name = "x", Code = phone.Code }, carol, Cancel))).Problem);
        Assert.Equal(StepUp.Needed, (await app.Run((AuthenticatorService service) => service.RemoveAsync(own.Id, carol, Cancel))).Problem);
        Assert.Equal(StepUp.Needed, (await app.Run((RecoveryCodes codes) => codes.RegenerateAsync(carol, Cancel))).Problem);
        Assert.Equal(StepUp.Needed, (await app.Run((PasskeyService passkeys) => passkeys.RemoveAsync("AAAA", carol, Cancel))).Problem);
        Assert.Single(await app.Run((AuthenticatorService service) => service.ListAsync(carol, Cancel)));
    }

    [Fact]
    public async Task C03_A_change_of_factors_ends_other_sessions_and_half_open_sign_ins_and_tells_the_owner()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var phone = await app.GivenAPhoneOf(carol);
        using var other = await app.SignInAs(carol);
        using var halfOpen = app.Open();
        await halfOpen.SignIn("carol");

        await app.Run((RecoveryCodes codes) => codes.RegenerateAsync(carol, Cancel));

        Assert.StartsWith("/account/sign-in", (await other.Get("/me")).Target, StringComparison.Ordinal);
        using var late = await halfOpen.Get("/account/two-factor");
        Assert.StartsWith("/account/sign-in", late.Target, StringComparison.Ordinal);
        Assert.Contains("New recovery codes were made", (await app.LastMail(MailKind.SecurityNotice)).Text);
        Assert.NotNull(phone.Code);
    }

    [Fact]
    public async Task Without_the_last_factor_the_password_alone_is_enough_again_and_recovery_codes_are_gone()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await app.GivenAPhoneOf(carol);
        var own = Assert.Single(await app.Run((AuthenticatorService service) => service.ListAsync(carol, Cancel)));

        var foreign = await app.Run((AuthenticatorService service) => service.RemoveAsync(own.Id, app.Alice, Cancel));
        var removed = await app.Run((AuthenticatorService service) => service.RemoveAsync(own.Id, carol, Cancel));
        using var browser = app.Open();
        using var entered = await browser.SignIn("carol");

        Assert.Equal(AuthenticatorService.NotFound, foreign.Problem);
        Assert.True(removed.Succeeded);
        Assert.Equal("/", entered.Target);
        Assert.Equal(0, await app.Run((UserAdminDbContext db) => db.RecoveryCodes.CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Two_factors_that_are_removed_at_once_do_not_leave_their_owner_locked_out(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);
        await portal.GivenAPhoneOf(carol);
        var begun = (await portal.Run((AuthenticatorService service) => service.BeginAsync(carol, Cancel))).Value!;
        await portal.Run((AuthenticatorService service) => service.ConfirmAsync(begun.Id, new() { Name = "Tablet", Code = new Phone(portal.Clock, begun.Key).Code }, carol, Cancel));
        var rows = await portal.Run((AuthenticatorService service) => service.ListAsync(carol, Cancel));

        var removed = await Task.WhenAll(rows.Select(row => Task.Run(() => portal.Run((AuthenticatorService service) => service.RemoveAsync(row.Id, carol, Cancel)))));

        Assert.Equal(2, removed.Length);
        Assert.All(removed, result => Assert.True(result.Succeeded));
        Assert.False((await portal.Load(carol.Id)).TwoFactorEnabled);
    }

    [Fact]
    public async Task B10_A_remembered_device_skips_the_code_for_its_owner_until_the_days_are_over()
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(await app.Given(Carol));
        var dave = await app.Given(Dave);
        await app.GivenAPhoneOf(dave);
        using var home = app.Open();
        await home.SignIn("carol");
        await home.EnterCode(phone.Code, remember: true);
        home.Forget(Session);

        using var remembered = await home.SignIn("carol");
        home.Forget(Session);
        using var ofAnother = await home.SignIn("dave");
        app.Clock.Advance(TimeSpan.FromDays(31));
        using var later = await home.SignIn("carol");

        Assert.Equal("/", remembered.Target);
        Assert.Equal("/account/two-factor", ofAnother.Target);
        Assert.Equal("/account/two-factor", later.Target);
    }

    [Fact]
    public async Task B10_A_remembered_device_is_asked_again_after_a_change_of_factors()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var phone = await app.GivenAPhoneOf(carol);
        using var home = app.Open();
        await home.SignIn("carol");
        await home.EnterCode(phone.Code, remember: true);
        home.Forget(Session);

        await app.Run((RecoveryCodes codes) => codes.RegenerateAsync(carol, Cancel));
        using var asked = await home.SignIn("carol");

        Assert.Equal("/account/two-factor", asked.Target);
    }

    [Fact]
    public async Task B10_Administrators_are_asked_for_a_code_at_every_sign_in()
    {
        await using var app = await TestApp.StartAsync();
        var phone = await app.GivenAPhoneOf(app.Alice);
        using var browser = app.Open();
        await browser.SignIn("alice");
        var page = await (await browser.Get("/account/two-factor")).Text();
        await browser.Submit("/account/two-factor", page, ("Code", phone.Code), ("RememberDevice", "true"));
        browser.Forget(Session);

        using var again = await browser.SignIn("alice");

        Assert.DoesNotContain("Don&#x27;t ask again", page);
        Assert.Equal("/account/two-factor", again.Target);
    }
}
