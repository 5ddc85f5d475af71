using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Audit;
using UserAdmin.Tests.Tokens;

namespace UserAdmin.Tests.ExternalSignIn;

/// <summary>A provider that does whatever a test wants, and answers that don't belong to what was asked.</summary>
public sealed class ForgedAnswerTests : IAsyncDisposable
{
    private readonly Signer signer = new();
    private readonly List<string> asked = [];
    private LocalServer server = null!;
    private TestApp app = null!;
    private string nonce = "";
    private string? keySet, discovery;
    private Func<Dictionary<string, string>, string> idToken = Signer.Json;
    private Func<string, string> sign = null!;
    private string basic = "", form = "";

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        signer.Dispose();
    }

    [Fact]
    public async Task A10_The_request_has_PKCE_state_and_nonce_and_the_code_is_exchanged_with_the_secret()
    {
        await StartAsync();
        using var browser = app.Open();

        using var begun = await browser.Get("/account/external/acme");
        var query = QueryHelpers.ParseQuery(begun.Headers.Location!.Query);
        await Answer(browser, begun);

        Assert.Equal(("code", "us", "S256", "openid email profile", "https://localhost/account/external/acme/callback"),
            (query["response_type"].ToString(), query["client_id"].ToString(), query["code_challenge_method"].ToString(), query["scope"].ToString(), query["redirect_uri"].ToString()));
        Assert.Equal((43, 43, 43), (query["state"].ToString().Length, query["nonce"].ToString().Length, query["code_challenge"].ToString().Length));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("us:p%3Aq%20r")), basic);
        var sent = QueryHelpers.ParseQuery(form);
        Assert.Equal(("authorization_code", "the code", query["code_challenge"].ToString()), (sent["grant_type"].ToString(), sent["code"].ToString(),
            System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(sent["code_verifier"].ToString())))));
        Assert.Contains(begun.SetCookies, cookie => cookie.StartsWith("__Host-useradmin-external=", StringComparison.Ordinal)
            && cookie.Contains("max-age=300", StringComparison.Ordinal) && cookie.Contains("secure", StringComparison.Ordinal) && cookie.Contains("httponly", StringComparison.Ordinal) && cookie.Contains("samesite=lax", StringComparison.Ordinal));
        Assert.DoesNotContain(query["nonce"].ToString(), string.Join(' ', begun.SetCookies));
    }

    [Theory]
    [InlineData("nonce", "\"another\""), InlineData("aud", "\"them\""), InlineData("iss", "\"https://evil.example\""), InlineData("exp", "-31"), InlineData("iat", "31"), InlineData("nonce", "null")]
    public async Task A10_A_token_that_does_not_answer_this_request_signs_nobody_in(string claim, string value)
    {
        await StartAsync();
        idToken = claims =>
        {
            claims[claim] = claim is "exp" or "iat" ? Signer.Seconds(app.Clock.Now, int.Parse(value, System.Globalization.CultureInfo.InvariantCulture)) : value;
            return Signer.Json(claims);
        };

        await AssertRefused("external.untrusted");
    }

    [Fact]
    public async Task A10_A_token_without_or_with_a_forged_signature_signs_nobody_in()
    {
        await StartAsync();
        using var stranger = new Signer();
        foreach (var forge in new Func<string, string>[]
        {
            claims => $"{Encode("""{"alg":"none"}""")}.{Encode(claims)}.",
            claims => { var unsigned = $"{Encode("""{"alg":"HS256","kid":"RS256"}""")}.{Encode(claims)}"; return $"{unsigned}.{System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.HMACSHA256.HashData(signer.Rsa.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(unsigned)))}"; },
            claims => stranger.Sign("RS256", claims),
            claims => stranger.Sign("RS256", claims, kid: "theirs"),
            _ => "not a token",
        })
        {
            sign = forge;
            await AssertRefused("external.untrusted");
        }
    }

    [Fact]
    public async Task A10_A_new_key_is_fetched_once_and_unknown_ones_do_not_make_us_ask_more_often_than_each_minute()
    {
        await StartAsync();
        await AssertRefused("external.not_linked");
        using var next = new Signer();
        keySet = next.KeySet.Replace("\"kid\":\"RS256\"", "\"kid\":\"next\"", StringComparison.Ordinal);
        sign = claims => next.Sign("RS256", claims, kid: "next");

        await AssertRefused("external.untrusted");
        Assert.Single(asked, "/keys");
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await AssertRefused("external.not_linked");
        sign = claims => next.Sign("RS256", claims, kid: "unknown");
        for (var i = 0; i < 5; i++)
            await AssertRefused("external.untrusted");

        Assert.Equal(2, asked.Count(path => path == "/keys"));
        Assert.Single(asked, "/.well-known/openid-configuration");
    }

    [Fact]
    public async Task A10_An_answer_with_a_swapped_missing_or_old_state_is_refused_before_the_provider_is_asked()
    {
        await StartAsync();
        using var browser = app.Open();
        using var other = app.Open();
        var state = StateOf(await browser.Get("/account/external/acme"));
        var othersState = StateOf(await other.Get("/account/external/acme"));

        foreach (var (who, query) in new[] { (other, $"state={state}"), (browser, "state="), (browser, "x=y"), (app.Open(), $"state={state}") })
        {
            using var answer = await who.Get($"/account/external/acme/callback?code=x&{query}");
            Assert.Equal("/account/external-problem?code=external.expired", answer.Target);
        }
        using var third = app.Open();
        using var begun = await third.Get("/account/external/acme");
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        using var late = await Answer(third, begun);

        Assert.Equal("/account/external-problem?code=external.expired", late.Target);
        Assert.DoesNotContain("/token", asked);
        Assert.NotEqual(state, othersState);
    }

    [Fact]
    public async Task A10_An_answer_of_another_provider_is_refused()
    {
        await StartAsync(("ExternalSignIn:Providers:beta:Name", "Beta"), ("ExternalSignIn:Providers:beta:Authority", "{server}"), ("ExternalSignIn:Providers:beta:ClientId", "us"), ("ExternalSignIn:Providers:beta:ClientSecret", "x"));
        using var browser = app.Open();

        var state = StateOf(await browser.Get("/account/external/acme"));
        using var swapped = await browser.Get($"/account/external/beta/callback?code=x&state={state}");
        var again = StateOf(await browser.Get("/account/external/acme"));
        using var named = await browser.Get($"/account/external/acme/callback?code=x&state={again}&iss=https%3A%2F%2Fevil.example");

        Assert.Equal("/account/external-problem?code=external.expired", swapped.Target);
        Assert.Equal("/account/external-problem?code=external.untrusted", named.Target);
        Assert.DoesNotContain("/token", asked);
    }

    [Fact]
    public async Task A10_Linking_can_not_be_started_from_a_foreign_page_or_finished_in_another_session()
    {
        await StartAsync();
        var carol = await app.Given(Carol);
        using var browser = await app.SignInAs(carol);

        using var forged = await browser.Get("/account/external/acme?link=forged");
        using var plain = await browser.Get("/account/external/acme?returnUrl=/me");

        Assert.Equal("/account/external-problem?code=external.expired", forged.Target);
        Assert.Equal("/me", plain.Target);
        Assert.Empty(await app.Events(AuditAction.ExternalLoginLinked));
    }

    [Theory, InlineData("issuer"), InlineData("token_endpoint"), InlineData("jwks_uri")]
    public async Task A10_A_discovery_document_of_somebody_else_or_with_unsafe_addresses_is_not_used(string member)
    {
        await StartAsync();
        discovery = $"\"{member}\":\"http://evil.example/\"";
        using var browser = app.Open();

        Assert.Equal("/account/external-problem?code=external.unavailable", (await browser.Get("/account/external/acme")).Target);
    }

    [Fact]
    public async Task A10_A_provider_that_is_down_leads_to_a_calm_page_and_is_asked_again_later()
    {
        await StartAsync();
        discovery = "oops";
        using var browser = app.Open();
        using var down = await browser.Get("/account/external/acme");
        using var page = await browser.Get(down.Target!);
        discovery = null;
        using var still = await browser.Get("/account/external/acme");
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        using var up = await browser.Get("/account/external/acme");

        Assert.Equal("/account/external-problem?code=external.unavailable", down.Target);
        Assert.Contains("be reached at this moment", await page.Text());
        Assert.Equal(down.Target, still.Target);
        Assert.StartsWith(server.Address, up.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A10_E13_Only_configured_providers_have_a_button_and_others_do_not_exist()
    {
        await StartAsync();
        await using var without = await TestApp.StartAsync();
        using var browser = app.Open();
        using var plain = without.Open();

        Assert.Contains("href=\"/account/external/acme?returnUrl=%2Fme\">Continue with Acme &amp; Sons</a>", await (await browser.Get("/account/sign-in?returnUrl=/me")).Text());
        Assert.DoesNotContain("Continue with", await (await plain.Get("/account/sign-in")).Text());
        Assert.Equal(HttpStatusCode.NotFound, (await plain.Get("/account/external/acme")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Get("/account/external/ACME")).StatusCode);
        Assert.Equal("/account/external-problem?code=external.expired", (await plain.Get("/account/external/acme/callback?code=x&state=y")).Target);
    }

    private async Task StartAsync(params (string Name, string Value)[] settings)
    {
        sign = claims => signer.Sign("RS256", claims);
        server = await LocalServer.StartAsync(AnswerAsync);
        app = await TestApp.StartAsync(
        [
            ("Portal:PublicUrl", "https://localhost"), ("ExternalSignIn:Providers:acme:Name", "Acme & Sons"), ("ExternalSignIn:Providers:acme:Authority", server.Address),
            ("ExternalSignIn:Providers:acme:ClientId", "us"), ("ExternalSignIn:Providers:acme:ClientSecret", "p:q r"),
            .. settings.Select(setting => (setting.Name, setting.Value.Replace("{server}", server.Address, StringComparison.Ordinal))),
        ]);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.ToString();
        lock (asked)
            asked.Add(path);
        if (path == "/token")
        {
            basic = http.Request.Headers.Authorization.ToString();
            form = await new StreamReader(http.Request.Body).ReadToEndAsync();
        }
        await http.Response.WriteAsync(path switch
        {
            "/.well-known/openid-configuration" => $"{{\"issuer\":\"{server.Address}\",\"authorization_endpoint\":\"{server.Address}/authorize\",\"token_endpoint\":\"{server.Address}/token\",\"jwks_uri\":\"{server.Address}/keys\"{(discovery is null ? "" : $",{discovery}")}}}",
            "/keys" => keySet ?? signer.KeySet,
            _ => $$"""{"access_token":"x","token_type":"Bearer","id_token":"{{sign(idToken(Claims()))}}"}""",
        });
    }

    private Dictionary<string, string> Claims() => new()
    {
        ["iss"] = $"\"{server.Address}\"",
        ["aud"] = "\"us\"",
        ["sub"] = "\"somebody\"",
        ["email"] = "\"somebody@example.org\"",
        ["email_verified"] = "true",
        ["nonce"] = $"\"{nonce}\"",
        ["exp"] = Signer.Seconds(app.Clock.Now, 60),
        ["iat"] = Signer.Seconds(app.Clock.Now, 0),
    };

    private async Task<HttpResponseMessage> Answer(Browser browser, HttpResponseMessage begun)
    {
        nonce = QueryHelpers.ParseQuery(begun.Headers.Location!.Query)["nonce"].ToString();
        return await browser.Get($"/account/external/acme/callback?code=the%20code&state={StateOf(begun)}");
    }

    private async Task AssertRefused(string code)
    {
        using var browser = app.Open();
        using var begun = await browser.Get("/account/external/acme");
        using var answer = await Answer(browser, begun);

        Assert.Equal($"/account/external-problem?code={code}", answer.Target);
        Assert.Null(browser.Cookie("__Host-useradmin"));
        Assert.Empty(await app.Events(AuditAction.SignedIn));
    }

    private static string StateOf(HttpResponseMessage begun) => QueryHelpers.ParseQuery(begun.Headers.Location!.Query)["state"].ToString();

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
