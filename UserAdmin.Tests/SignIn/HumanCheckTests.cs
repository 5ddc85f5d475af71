using System.Net;
using Microsoft.AspNetCore.Http;
using UserAdmin.Core.Audit;
using UserAdmin.Core.SignIn;
using UserAdmin.Tests.Api;

namespace UserAdmin.Tests.SignIn;

/// <summary>A11, against a server that speaks the protocol of Turnstile's siteverify: a token is good once.</summary>
public class HumanCheckTests
{
    [Fact]
    public async Task A11_When_it_is_off_nothing_is_loaded_or_asked()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        using var browser = app.Open();

        using var page = await browser.Get("/account/sign-in");

        Assert.DoesNotContain("turnstile", await page.Text());
        Assert.DoesNotContain("frame-src", page.Header("Content-Security-Policy"));
        Assert.Equal(HttpStatusCode.Found, (await browser.SignIn("carol")).StatusCode);
    }

    [Fact]
    public async Task A11_Only_the_page_with_the_check_may_load_its_script_and_frame()
    {
        await using var turnstile = await Turnstile.StartAsync();
        await using var app = await turnstile.StartAppAsync();
        using var browser = app.Open();

        using var page = await browser.Get("/account/sign-in");
        using var other = await browser.Get("/account/activate");

        var policy = page.Header("Content-Security-Policy")!.Split("; ");
        Assert.Contains("frame-src https://challenges.cloudflare.com", policy);
        Assert.Matches("^script-src 'self' 'nonce-[^']+' https://challenges.cloudflare.com$", Assert.Single(policy, part => part.StartsWith("script-src ", StringComparison.Ordinal)));
        Assert.Contains("connect-src 'self'", policy);
        Assert.Contains("form-action 'self'", policy);
        Assert.Contains("data-sitekey=\"the site\"", await page.Text());
        Assert.Contains("src=\"https://challenges.cloudflare.com/turnstile/v0/api.js\"", await page.Text());
        Assert.DoesNotContain("cloudflare", other.Header("Content-Security-Policy"));
        Assert.DoesNotContain("the secret", await page.Text());
    }

    [Fact]
    public async Task A11_A_human_signs_in_and_the_token_works_once()
    {
        await using var turnstile = await Turnstile.StartAsync();
        await using var app = await turnstile.StartAppAsync();
        await app.Given(Carol);
        using var browser = app.Open("192.0.2.77");
        using var again = app.Open();

        using var signedIn = await SignIn(browser, "human-1");
        using var refused = await SignIn(again, "human-1");

        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
        Assert.Equal("the secret|human-1|192.0.2.77", turnstile.Asked[0]);
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Contains("make sure that you are human", await refused.Text());
    }

    [Theory, InlineData(""), InlineData("robot"), InlineData("long")]
    public async Task A11_Without_a_good_token_the_password_is_not_even_looked_at(string token)
    {
        await using var turnstile = await Turnstile.StartAsync();
        await using var app = await turnstile.StartAppAsync();
        await app.Given(Carol);
        using var browser = app.Open();

        using var refused = await SignIn(browser, token == "long" ? new string('x', 2049) : token);

        Assert.Contains("make sure that you are human", await refused.Text());
        Assert.Empty(await app.Events(AuditAction.SignedIn));
        Assert.Empty(await app.Events(AuditAction.SignInFailed));
        Assert.Equal(token == "robot" ? 1 : 0, turnstile.Asked.Count);
    }

    [Theory, InlineData("slow"), InlineData("broken"), InlineData("odd"), InlineData("down")]
    public async Task A11_When_the_check_can_not_be_asked_nobody_passes(string how)
    {
        await using var turnstile = await Turnstile.StartAsync();
        await using var app = await turnstile.StartAppAsync();
        await app.Given(Carol);
        using var browser = app.Open();
        if (how == "down")
            await turnstile.StopAsync();

        using var refused = await SignIn(browser, how);

        Assert.Contains("answer at this moment", await refused.Text());
        Assert.Null(browser.Cookie("__Host-useradmin"));
    }

    [Fact]
    public async Task A11_The_API_is_no_way_round_it()
    {
        await using var turnstile = await Turnstile.StartAsync();
        await using var app = await turnstile.StartAppAsync();
        await app.Given(Carol);
        using var program = new ApiClient(app);
        async Task<(int, string?)> Send(string path, object body)
        {
            using var answer = await program.Post($"/api/v1/auth/{path}", body);
            return (answer.Status, (string?)(await answer.Json())["code"]);
        }

        foreach (var (path, body) in new (string, object)[]
        {
            ("login", new { email = Carol.Email, password = Password }), ("password-reset", new { email = Carol.Email }), ("resend-verification", new { email = Carol.Email }),
            ("register", new { email = "john@example.com", password = Password, first_name = "John", last_name = "Doe" }),
        })
            Assert.Equal((path, (403, (string?)"human_check.required")), (path, await Send(path, body)));
        Assert.Equal((400, "human.failed"), await Send("login", new { email = Carol.Email, password = Password, human_token = "robot" }));
        Assert.Equal((429, "human.unavailable"), await Send("login", new { email = Carol.Email, password = Password, human_token = "broken" }));
        Assert.Empty(await app.Events(AuditAction.SignInFailed));
        Assert.Equal((401, "sign_in.refused"), await Send("login", new { email = Carol.Email, password = "wrong", human_token = "human-1" }));
        Assert.Equal((200, null), await Send("login", new { email = Carol.Email, password = Password, human_token = "human-2" }));
        Assert.Equal("the site", (string)(await (await program.Get("/api/v1/auth/registration")).Json())["human_check_site_key"]!);
    }

    private static async Task<HttpResponseMessage> SignIn(Browser browser, string token)
    {
        var page = await (await browser.Get("/account/sign-in")).Text();
        return await browser.Submit("/account/sign-in", page.Replace("</form>", $"<input type=\"hidden\" name=\"{HumanCheck.FieldName}\" value=\"{token}\" /></form>", StringComparison.Ordinal), ("Login", "carol"), ("Password", Password), ("RememberMe", "false"));
    }

    private sealed class Turnstile : IAsyncDisposable
    {
        private readonly TaskCompletionSource released = new();
        private readonly HashSet<string> used = [];
        private LocalServer server = null!;

        public List<string> Asked { get; } = [];

        public static async Task<Turnstile> StartAsync()
        {
            var turnstile = new Turnstile();
            turnstile.server = await LocalServer.StartAsync(turnstile.AnswerAsync);
            return turnstile;
        }

        public Task<TestApp> StartAppAsync() =>
            TestApp.StartAsync(("Turnstile:SiteKey", "the site"), ("Turnstile:SecretKey", "the secret"), ("Turnstile:VerifyUrl", $"{server.Address}/siteverify"));

        public ValueTask StopAsync() => server.DisposeAsync();

        public ValueTask DisposeAsync()
        {
            released.TrySetResult();
            return server.DisposeAsync();
        }

        private async Task AnswerAsync(HttpContext http)
        {
            var form = await http.Request.ReadFormAsync();
            var token = form["response"].ToString();
            Asked.Add($"{form["secret"]}|{token}|{form["remoteip"]}");
            if (token == "slow")
                await released.Task.WaitAsync(http.RequestAborted);
            if (token == "broken")
                http.Response.StatusCode = 503;
            await http.Response.WriteAsync(token switch
            {
                "broken" => "<html>unavailable</html>",
                "odd" => """{"success":"true"}""",
                _ when !token.StartsWith("human", StringComparison.Ordinal) => """{"success":false,"error-codes":["invalid-input-response"]}""",
                _ when !used.Add(token) => """{"success":false,"error-codes":["timeout-or-duplicate"]}""",
                _ => """{"success":true,"challenge_ts":"2026-11-21T12:00:00Z","hostname":"localhost","error-codes":[]}""",
            });
        }
    }
}
