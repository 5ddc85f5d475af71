using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.SignIn;

public class ChangingPasswordTests
{
    private const string New = "seven purple umbrellas dance";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C03_A_change_keeps_this_session_ends_everything_else_and_tells_the_owner_once()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        using var here = await app.SignInAs(carol);
        using var elsewhere = await app.SignInAs(carol);
        await app.GivenTraces(carol.Id);
        var mine = carol with { SessionId = await app.Run((UserAdminDbContext db) => db.Sessions.OrderBy(session => session.Id).Select(session => session.Id).FirstAsync(Cancel)) };

        Assert.True((await Change(app, mine, Password, New)).Succeeded);

        Assert.Equal(HttpStatusCode.OK, (await here.Get("/me")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await elsewhere.Get("/me")).StatusCode);
        await app.ExpectNoTraces(carol.Id);
        var mail = Assert.Single(await app.Mails());
        Assert.Equal((Carol.Email, "Your password was changed"), (mail.To, mail.Subject));
        Assert.DoesNotContain(New, mail.Text);
        Assert.Equal(HttpStatusCode.Found, (await app.Open().SignIn("carol", New)).StatusCode);
        Assert.Equal(carol.Id, (await app.Event(AuditAction.PasswordChanged)).TargetId);
        Assert.Equal(app.Clock.Now, (await app.Load(carol.Id)).PasswordChangedAt);
    }

    [Fact]
    public async Task B06_A_wrong_current_password_is_refused_recorded_and_counted()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        for (var i = 0; i < 5; i++)
            Assert.Equal(PasswordService.WrongCurrent, (await Change(portal, carol, $"wrong {i}", New)).Problem);

        Assert.Equal("password.paused", (await Change(portal, carol, Password, New)).Problem?.Code);
        Assert.Equal(5, (await portal.Events(AuditAction.PasswordChangeFailed)).Count);
        Assert.Empty(await portal.Mails());
        portal.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True((await Change(portal, carol, Password, New)).Succeeded);
    }

    [Theory]
    [InlineData("only 14 chars!", false, "password.too_short")]
    [InlineData("exactly 15 char", false, null)]
    [InlineData("kT8#vq2", true, "password.too_short")]
    [InlineData("kT8#vq2L", true, null)]
    [InlineData("kT8#vq2L", false, "password.too_short")]
    [InlineData("🐢🐇🐕🐈🐓🐎🐖🐏🐐🦆🐝🐞🦋🐌🦀", false, null)]
    public async Task A02_A_password_has_15_characters_or_8_with_a_second_factor(string password, bool hasSecondFactor, string? problem)
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol, user => user.TwoFactorEnabled = hasSecondFactor);

        Assert.Equal(problem, (await Change(portal, carol, Password, password)).Problem?.Code);
    }

    [Fact]
    public async Task A02_A_password_never_ends_by_itself_unless_the_installation_says_so()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        app.Clock.Advance(TimeSpan.FromDays(400));
        using var browser = app.Open();

        await browser.SignIn("carol");

        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/me")).StatusCode);
    }

    [Fact]
    public async Task A03_All_128_characters_count_and_every_keyboards_letters_are_the_same()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        var words = "caf\u00e9 au lait, " + string.Concat(Enumerable.Range(0, 114).Select(i => (char)('a' + i * i % 25)));
        Assert.Equal(128, words.Length);

        Assert.True((await Change(app, carol, Password, words)).Succeeded);

        Assert.Equal(HttpStatusCode.OK, (await app.Open().SignIn("carol", words[..127])).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await app.Open().SignIn("carol", words.Replace("\u00e9", "e\u0301", StringComparison.Ordinal))).StatusCode);
    }

    [Fact]
    public async Task A04_The_last_passwords_cannot_be_used_again_and_older_ones_can()
    {
        await using var portal = await TestPortal.StartAsync(settings: [("Policies:PasswordRules:History", "2")]);
        var carol = await portal.Given(Carol);
        string[] passwords = [Password, "first green bicycle song", "second green bicycle song", "third green bicycle song"];
        for (var i = 1; i < passwords.Length; i++)
            Assert.True((await Change(portal, carol, passwords[i - 1], passwords[i])).Succeeded);

        foreach (var former in passwords[1..])
            Assert.Equal("password.used_before", (await Change(portal, carol, passwords[^1], former)).Problem?.Code);
        Assert.True((await Change(portal, carol, passwords[^1], Password)).Succeeded);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Of_two_changes_at_once_one_wins_and_the_other_is_told(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Change(portal, carol, Password, $"{New} number {i}")));

        Assert.Single(answers, answer => answer.Succeeded);
        await portal.Event(AuditAction.PasswordChanged);
    }

    [Fact]
    public async Task B06_Somebody_without_a_password_sets_one_right_after_signing_in_and_not_later()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol, user => user.PasswordHash = null);

        portal.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(StepUp.Needed, (await Change(portal, carol, "", New)).Problem);
        Assert.True((await Change(portal, carol with { AuthenticatedAt = portal.Clock.Now }, "", New)).Succeeded);
    }

    private static Task<Result> Change(ITestPortal portal, Actor actor, string current, string password) =>
        portal.Run((PasswordService passwords) => passwords.ChangeAsync(new() { Current = current, Password = password, Again = password }, actor, Cancel));
}
