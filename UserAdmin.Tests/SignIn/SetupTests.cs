using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.SignIn;

public class SetupTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_token_on_the_console_makes_the_first_administrator_who_can_sign_in_then()
    {
        await using var app = await TestApp.StartEmptyAsync();
        using var browser = app.Open();

        Assert.Equal("/setup", (await browser.Get("/account/sign-in")).Target);
        using var done = await SetUp(browser, TokenOf(app));

        Assert.Contains("The administrator is there.", await done.Text());
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("alice@example.org")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/users")).StatusCode);
        Assert.Equal("alice@example.org", (await app.Load((await app.Event(AuditAction.UserCreated)).TargetId!.Value)).UserName);
        await app.Event(AuditAction.AdministratorGranted);
    }

    [Fact]
    public async Task A09_Without_the_token_nobody_is_made()
    {
        await using var app = await TestApp.StartEmptyAsync();
        using var browser = app.Open();

        using var wrong = await SetUp(browser, "AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA");
        using var missing = await SetUp(browser, "");

        Assert.Contains("This is not the token on the console", await wrong.Text());
        Assert.Contains("Enter the token.", await missing.Text());
        Assert.Equal(0, await CountUsers(app));
    }

    [Fact]
    public async Task A09_The_token_works_for_half_an_hour()
    {
        await using var app = await TestApp.StartEmptyAsync();
        using var browser = app.Open();
        var token = TokenOf(app);

        app.Clock.Advance(TimeSpan.FromMinutes(31));
        using var late = await SetUp(browser, token);

        Assert.Contains("30 minutes are over", await late.Text());
        Assert.Equal(0, await CountUsers(app));
    }

    [Fact]
    public async Task A09_With_an_administrator_there_is_nothing_to_set_up()
    {
        await using var app = await TestApp.StartEmptyAsync();
        var token = TokenOf(app);
        using var first = app.Open();
        using var second = app.Open();
        using var page = await second.Get("/setup");
        await SetUp(first, token);

        Assert.Equal("/account/sign-in", (await first.Get("/setup")).Target);
        await second.Submit("/setup", await page.Text(), Answers(token, "mallory@example.org"));
        await second.Submit("/setup", await page.Text(), Answers(TokenOf(app), "mallory@example.org"));

        Assert.Equal(1, await CountUsers(app));
    }

    [Fact]
    public async Task E07_Of_twenty_who_set_up_at_once_one_becomes_administrator()
    {
        await using var app = await TestApp.StartEmptyAsync();
        var token = TokenOf(app);
        var browsers = Enumerable.Range(0, 20).Select(i => app.Open($"192.0.2.{i + 1}")).ToList();
        var pages = await Task.WhenAll(browsers.Select(async browser => await (await browser.Get("/setup")).Text()));

        var answers = await Task.WhenAll(browsers.Select((browser, i) => browser.Submit("/setup", pages[i], Answers(token, $"person{i}@example.org"))));

        Assert.DoesNotContain(answers, answer => answer.StatusCode >= HttpStatusCode.InternalServerError);
        Assert.Equal(1, await CountUsers(app));
        Assert.Equal(1, await app.Run((UserAdminDbContext db) => db.RoleAssignments.CountAsync(role => role.RoleId == SystemRoles.Owner.Id, Cancel)));
    }

    [Theory]
    [InlineData("Password", "too short", "Use at least 15 characters")]
    [InlineData("Password", "Archer-Archer-2026", "Don&#x27;t build the password from your name")]
    [InlineData("Email", "alice", "This is not an email address")]
    [InlineData("FirstName", "", "Enter your first name.")]
    [InlineData("LastName", "Arc\u202Eher", "hidden character")]
    public async Task Bad_input_is_refused_at_its_field_and_nothing_typed_is_lost(string field, string value, string message)
    {
        await using var app = await TestApp.StartEmptyAsync();
        using var browser = app.Open();
        var token = TokenOf(app);

        using var refused = await browser.Submit("/setup", [.. Answers(token, "alice@example.org").Where(answer => answer.Name != field), (field, value)]);
        var text = await refused.Text();

        Assert.Contains(message, text);
        Assert.Contains(token, text);
        Assert.Equal(0, await CountUsers(app));
    }

    [Fact]
    public async Task The_environment_makes_the_first_administrator_without_a_page()
    {
        await using var app = await TestApp.StartEmptyAsync(settings: [("USERADMIN_ADMIN_EMAIL", "alice@example.org"), ("USERADMIN_ADMIN_PASSWORD", Password)]);
        using var browser = app.Open();

        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("alice@example.org")).StatusCode);
        Assert.Equal("/account/sign-in", (await app.Open().Get("/setup")).Target);
    }

    [Theory, InlineData("admin", "admin"), InlineData("admin@example.org", "admin"), InlineData("administrator", "password"), InlineData("root", "changeme"), InlineData("admin", "Passw0rd!")]
    public async Task A09_Nothing_can_sign_in_to_a_new_installation(string login, string password)
    {
        await using var app = await TestApp.StartEmptyAsync();

        var signedIn = await app.Run((SignInService service) => service.SignInAsync(new() { Login = login, Password = password }, new(null, null, null, null), Cancel));

        Assert.Equal(SignInService.Refused, signedIn.Problem);
        Assert.Equal(0, await CountUsers(app));
    }

    private static string TokenOf(TestApp app) => app.Services.GetRequiredService<SetupToken>().Create();

    private static Task<HttpResponseMessage> SetUp(Browser browser, string token) => browser.Submit("/setup", Answers(token, "alice@example.org"));

    private static (string Name, string Value)[] Answers(string token, string email) =>
        [("Token", token), ("FirstName", "Alice"), ("LastName", "Archer"), ("Email", email), ("Password", Password)];

    private static Task<int> CountUsers(TestApp app) => app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel));
}
