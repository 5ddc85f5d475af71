using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using UserAdmin.Core.Tokens;

namespace UserAdmin.Tests.Tokens;

public sealed class ForgedTokenTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly TokenRules Rules = new("https://issuer.example", "us", "the nonce");

    private readonly Signer signer = new();

    public void Dispose() => signer.Dispose();

    [Theory, InlineData("RS256"), InlineData("ES256")]
    public async Task A_token_that_is_signed_and_meets_the_rules_is_read(string algorithm)
    {
        var read = await Read(signer.Sign(algorithm, Claims()));

        Assert.True(read.Succeeded, read.Problem?.Code);
        Assert.Equal("somebody", read.Value.Subject);
    }

    [Theory]
    [InlineData("iss", "\"https://issuer.example.evil\"", "issuer"), InlineData("iss", "null", "issuer"), InlineData("iss", "[\"https://issuer.example\"]", "issuer")]
    [InlineData("aud", "\"them\"", "audience"), InlineData("aud", "[]", "audience"), InlineData("aud", "[\"us\",\"them\"]", "audience"), InlineData("azp", "\"them\"", "audience"), InlineData("azp", "null", "audience")]
    [InlineData("nonce", "\"another\"", "nonce"), InlineData("nonce", "null", "nonce")]
    [InlineData("exp", "-31", "expired"), InlineData("exp", "-30", "expired"), InlineData("exp", "null", "expired"), InlineData("exp", "\"9999999999\"", "expired"), InlineData("exp", "1e300", "expired")]
    [InlineData("iat", "31", "early"), InlineData("iat", "null", "early"), InlineData("nbf", "31", "early"), InlineData("nbf", "\"soon\"", "early")]
    [InlineData("sub", "\"\"", "subject"), InlineData("sub", "null", "subject"), InlineData("sub", "7", "subject")]
    public async Task A_signed_token_that_breaks_a_rule_is_refused(string claim, string value, string problem)
    {
        var read = await Read(signer.Sign("RS256", Claims(claim, value)));

        Assert.Equal($"token.{problem}", read.Problem?.Code);
    }

    [Theory, InlineData("exp", "-29"), InlineData("iat", "30"), InlineData("nbf", "30"), InlineData("aud", "[\"us\"]"), InlineData("azp", "\"us\"")]
    public async Task What_is_just_within_the_rules_passes(string claim, string value) =>
        Assert.True((await Read(signer.Sign("ES256", Claims(claim, value)))).Succeeded);

    [Theory, InlineData("none"), InlineData("None"), InlineData("nOnE"), InlineData("")]
    public async Task A_token_without_signature_is_refused(string algorithm)
    {
        var header = Encode($$"""{"alg":"{{algorithm}}","kid":"RS256"}""");

        Assert.Equal("token.algorithm", (await Read($"{header}.{Encode(Claims())}.")).Problem?.Code);
        Assert.Equal("token.algorithm", (await Read($"{header}.{Encode(Claims())}.{Encode("x")}")).Problem?.Code);
    }

    [Theory, InlineData("HS256"), InlineData("HS512"), InlineData("PS256"), InlineData("RS512"), InlineData("ES384")]
    public async Task A_token_signed_with_the_public_key_as_if_it_were_a_secret_is_refused(string algorithm)
    {
        var unsigned = $"{Encode($$"""{"alg":"{{algorithm}}","kid":"RS256"}""")}.{Encode(Claims())}";
        foreach (var secret in new[] { signer.Rsa.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signer.Rsa.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(signer.KeySet) })
            Assert.Equal("token.algorithm", (await Read($"{unsigned}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(unsigned)))}")).Problem?.Code);
    }

    [Fact]
    public async Task A_token_of_an_unknown_key_is_refused_even_when_it_brings_its_key_along()
    {
        using var stranger = new Signer();
        var key = JsonSerializer.Deserialize<JsonElement>(stranger.KeySet).GetProperty("keys")[0].GetRawText();

        Assert.Equal("token.key", (await Read(stranger.Sign("RS256", Claims(), kid: "theirs"))).Problem?.Code);
        Assert.Equal("token.signature", (await Read(stranger.Sign("RS256", Claims()))).Problem?.Code);
        Assert.Equal("token.signature", (await Read(stranger.Sign("RS256", Claims(), more: $$""","jwk":{{key}},"jku":"https://evil.example","x5u":"https://evil.example" """))).Problem?.Code);
    }

    [Fact]
    public async Task A_key_is_used_only_with_its_own_algorithm()
    {
        Assert.Equal("token.key", (await Read(signer.Sign("RS256", Claims(), kid: "ES256"))).Problem?.Code);
        Assert.Equal("token.key", (await Read(signer.Sign("ES256", Claims(), kid: "RS256"))).Problem?.Code);
    }

    [Fact]
    public async Task A_token_that_was_changed_after_signing_is_refused()
    {
        foreach (var algorithm in new[] { "RS256", "ES256" })
        {
            var parts = signer.Sign(algorithm, Claims()).Split('.');
            var other = Encode(Claims("sub", "\"somebody else\""));

            Assert.Equal("token.signature", (await Read($"{parts[0]}.{other}.{parts[2]}")).Problem?.Code);
            Assert.Equal("token.signature", (await Read($"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}")).Problem?.Code);
            Assert.Equal("token.signature", (await Read($"{parts[0]}.{parts[1]}.{parts[2][..64]}")).Problem?.Code);
            Assert.Equal("token.signature", (await Read($"{parts[0]}.{parts[1]}.")).Problem?.Code);
        }
    }

    [Fact]
    public async Task What_is_no_token_is_refused()
    {
        var good = signer.Sign("RS256", Claims());
        var parts = good.Split('.');
        string[] bad =
        [
            "", ".", "..", "a.b.c", "a.b", good + ".x", " " + good, good + "\n", good.Replace(".", ". ", StringComparison.Ordinal), $"{parts[0]}==.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}", $"{Encode("[]")}.{parts[1]}.{parts[2]}",
            $"{Encode("""{"alg":"RS256","alg":"none"}""")}.{parts[1]}.{parts[2]}", $"{Encode("{")}.{parts[1]}.{parts[2]}", signer.Sign("RS256", """{"sub":"a","sub":"b"}"""), signer.Sign("RS256", "null"),
        ];
        foreach (var token in bad)
            Assert.Equal((token, "token.form"), (token, (await Read(token)).Problem?.Code));

        Assert.Equal("token.critical", (await Read(signer.Sign("RS256", Claims(), more: ""","crit":["exp"]"""))).Problem?.Code);
        Assert.Equal("token.size", (await Read(signer.Sign("RS256", Claims("padding", $"\"{new string('x', 16 * 1024)}\"")))).Problem?.Code);
    }

    [Fact]
    public void Only_keys_that_are_strong_enough_and_meant_for_signatures_are_taken()
    {
        using var weak = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var point = curve.ExportParameters(false).Q;
        var weakModulus = Base64Url.EncodeToString(weak.ExportParameters(false).Modulus!);
        var set = $$"""
            {"keys":[
              {"kty":"RSA","kid":"weak","n":"{{weakModulus}}","e":"AQAB"}, {"kty":"oct","kid":"secret","k":"c2VjcmV0"},
              {"kty":"EC","kid":"other","crv":"P-384","x":"{{Base64Url.EncodeToString(point.X!)}}","y":"{{Base64Url.EncodeToString(point.Y!)}}"},
              {{signer.KeySet.Replace("\"use\":\"sig\"", "\"use\":\"enc\"", StringComparison.Ordinal)["{\"keys\":[".Length..^2]}}, 7, {"kty":"RSA"}, {"kty":"RSA","n":"%%","e":"AQAB"}
            ]}
            """;

        Assert.Empty(TokenKey.SetOf(JsonElement.Parse(set)));
        Assert.Equal(2, TokenKey.SetOf(JsonElement.Parse(signer.KeySet)).Count);
        Assert.Empty(TokenKey.SetOf(JsonElement.Parse("[]")));
    }

    private Task<Core.Common.Result<TokenClaims>> Read(string token) => TokenCheck.ReadAsync(token, (algorithm, id, _) =>
        Task.FromResult(TokenKey.SetOf(JsonElement.Parse(signer.KeySet)).FirstOrDefault(key => key.Id == id)), Rules, Now, TestContext.Current.CancellationToken);

    // A number in exp, iat and nbf is seconds from now.
    private static string Claims(string? claim = null, string? value = null)
    {
        var claims = new Dictionary<string, string>
        {
            ["iss"] = "\"https://issuer.example\"",
            ["aud"] = "\"us\"",
            ["sub"] = "\"somebody\"",
            ["nonce"] = "\"the nonce\"",
            ["exp"] = Signer.Seconds(Now, 60),
            ["iat"] = Signer.Seconds(Now, 0),
        };
        if (claim is not null)
            claims[claim] = claim is "exp" or "iat" or "nbf" && int.TryParse(value, out var seconds) ? Signer.Seconds(Now, seconds) : value!;
        return Signer.Json(claims);
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
