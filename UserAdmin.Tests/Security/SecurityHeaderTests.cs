using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Security;

public partial class SecurityHeaderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task H01_H02_H03_Every_kind_of_answer_carries_the_defences_of_the_browser()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        using var stranger = app.Open();
        var answers = new Dictionary<string, HttpResponseMessage>
        {
            ["a page"] = await browser.Get("/users"),
            ["an account page"] = await stranger.Get("/account/sign-in"),
            ["a file"] = await stranger.Get("/app.css"),
            ["a script"] = await stranger.Get("/_framework/blazor.web.js"),
            ["health"] = await stranger.Get("/health/live"),
            ["a redirect"] = await stranger.Get("/users"),
            ["not found"] = await browser.Get("/no-such-page"),
            ["no form token"] = await stranger.Post("/account/sign-in"),
            ["a foreign circuit"] = await browser.Post("/_blazor/negotiate"),
            ["another host"] = await stranger.Send(new(HttpMethod.Get, "https://localhost/account/sign-in") { Headers = { Host = "evil.example" } }),
            ["an error"] = await Failure(app, stranger),
        };

        Assert.Equal(
            "200 200 200 200 200 302 404 400 403 400 500", string.Join(' ', answers.Values.Select(answer => (int)answer.StatusCode)));
        Assert.All(answers, answer =>
        {
            var (kind, response) = answer;
            void Has(string header, string value) => Assert.True(response.Header(header)?.Contains(value, StringComparison.Ordinal), $"{kind}: {header} is {response.Header(header)}");
            Has("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
            Has("X-Content-Type-Options", "nosniff");
            Has("Referrer-Policy", "no-referrer");
            Has("Cross-Origin-Opener-Policy", "same-origin");
            Has("Cross-Origin-Resource-Policy", "same-origin");
            Has("Permissions-Policy", "camera=()");
            Has("Content-Security-Policy", "default-src 'self'; ");
            Has("Content-Security-Policy", "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'");
            var scripts = ScriptSource().Match(response.Header("Content-Security-Policy")!).Value;
            Assert.Matches("^'self'( 'nonce-[A-Za-z0-9+/=]{24}')?$", scripts);
            Assert.Null(response.Header("Server"));
            Assert.Null(response.Header("X-Powered-By"));
            Assert.Null(response.Header("Access-Control-Allow-Origin"));
        });
    }

    [Fact]
    public async Task C10_Pages_are_not_kept_by_the_browser_and_files_are()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        foreach (var path in new[] { "/", "/users", "/me", "/account/activate", "/no-such-page" })
            Assert.Contains("no-store", (await browser.Get(path)).Header("Cache-Control"));
        var script = FingerprintedScript().Match(await (await browser.Get("/users")).Text()).Value;
        Assert.Contains("max-age", (await browser.Get($"/{script}")).Header("Cache-Control"));
    }

    [Fact]
    public async Task H01_Over_plain_http_no_promise_about_https_is_made()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Open();

        using var response = await browser.Send(new(HttpMethod.Get, "http://localhost/account/sign-in"));

        Assert.Null(response.Header("Strict-Transport-Security"));
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
    }

    [Fact]
    public async Task H02_Every_answer_has_a_nonce_of_its_own_and_the_page_uses_it()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Open();

        using var first = await browser.Get("/account/sign-in");
        using var second = await browser.Get("/account/sign-in");
        var (one, two) = (NonceOf(first), NonceOf(second));

        Assert.NotEqual(one, two);
        Assert.Contains($"nonce=\"{one}\"", WebUtility.HtmlDecode(await first.Text()));
    }

    [Fact]
    public async Task H04_Pages_name_no_other_host()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);
        using var stranger = app.Open();

        foreach (var page in new[] { await browser.Get("/"), await browser.Get("/users"), await browser.Get("/audit"), await browser.Get("/me"), await stranger.Get("/account/sign-in") })
            Assert.DoesNotMatch("""(src|href|action|url)\s*[=(]\s*["']?(https?:)?//""", await page.Text());
        Assert.DoesNotMatch("""(url\(|@import)\s*["']?(https?:)?//""", await (await stranger.Get("/app.css")).Text());
    }

    [Theory, InlineData("/.git/config"), InlineData("/appsettings.json"), InlineData("/app.js.map"), InlineData("/swagger"), InlineData("/UserAdmin.Web.dll"), InlineData("/..%2fappsettings.json")]
    public async Task I04_Nothing_but_pages_and_their_files_is_served(string path)
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        using var response = await browser.Get(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task D11_A_failure_shows_a_number_and_nothing_of_the_inside()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Open();

        using var response = await Failure(app, browser);
        var text = await response.Text();

        Assert.Contains("Something went wrong", text);
        Assert.DoesNotContain("Exception", text);
        Assert.DoesNotContain("SQL", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", text);
    }

    // The sign-in page asks whether there is an administrator; without the table it can't.
    private static async Task<HttpResponseMessage> Failure(TestApp app, Browser browser)
    {
        await app.Run((UserAdminDbContext db) => db.Database.ExecuteSqlAsync($"DROP TABLE role_assignments", Cancel));
        return await browser.Get("/account/sign-in");
    }

    private static string NonceOf(HttpResponseMessage response) =>
        Nonce().Match(response.Header("Content-Security-Policy")!).Groups[1].Value;

    [GeneratedRegex("(?<=script-src )[^;]*")]
    private static partial Regex ScriptSource();

    [GeneratedRegex("'nonce-([^']*)'")]
    private static partial Regex Nonce();

    [GeneratedRegex("""(?<=<script src=")_framework/blazor\.web\.[^"]+\.js""")]
    private static partial Regex FingerprintedScript();
}
