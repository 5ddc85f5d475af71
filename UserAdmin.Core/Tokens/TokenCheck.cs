using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Tokens;

/// <summary>Who must have made a token, for whom, and what it must repeat. <paramref name="Nonce"/> is null where none was asked for.</summary>
public sealed record TokenRules(string Issuer, string Audience, string? Nonce = null)
{
    /// <summary>What the header has to say of its kind (RFC 8725, 3.11); null where no kind is asked for.</summary>
    public string? Type { get; init; }

    public TimeSpan Skew { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Reads signed tokens (JWT, RFC 7519 and 8725). The caller names the algorithms and keys; nothing in the token does: its header only
/// picks among them. RS256 and ES256 are all there is.
/// </summary>
public static class TokenCheck
{
    public const string Rs256 = "RS256", Es256 = "ES256";
    public const int MaximumLength = 16 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>
    /// The claims of a token that is signed by one of the keys and meets the rules. <paramref name="findKey"/> gets the algorithm and the
    /// key's name (null when the token names none). Problems: <c>token.*</c>, for logs rather than for people.
    /// </summary>
    public static async Task<Result<TokenClaims>> ReadAsync(
        string token, Func<string, string?, CancellationToken, Task<TokenKey?>> findKey, TokenRules rules, DateTimeOffset now, CancellationToken cancel)
    {
        if (token.Length > MaximumLength)
            return Refused("size", "The token is too long.");
        if (token.Split('.') is not [var head, var body, var signature] || Decode(signature) is not { } signed || Parse(head) is not { } header || Parse(body) is not { } claims)
            return Refused("form", "This is not a signed token.");

        var algorithm = header.Text("alg");
        if (algorithm is not (Rs256 or Es256))
            return Refused("algorithm", "The token is not signed with RS256 or ES256.");
        if (rules.Type is not null && header.Text("typ") != rules.Type)
            return Refused("type", "The token is of another kind.");
        if (header.Has("crit"))
            return Refused("critical", "The token asks for an extension that is not understood.");
        if (await findKey(algorithm, header.Text("kid"), cancel) is not { } key || key.Algorithm != algorithm)
            return Refused("key", "The token is signed with an unknown key.");
        if (!key.Verifies(Encoding.ASCII.GetBytes($"{head}.{body}"), signed))
            return Refused("signature", "The signature does not fit.");
        return Judge(claims, rules, now) is { } problem ? problem : claims;
    }

    private static Problem? Judge(TokenClaims claims, TokenRules rules, DateTimeOffset now)
    {
        if (claims.Text("iss") != rules.Issuer)
            return Refused("issuer", "The token is from another issuer.");

        // With several audiences, or when it is there at all, azp says for whom the token was made (OpenID Connect Core, 3.1.3.7).
        var audiences = claims.List("aud");
        if (!audiences.Contains(rules.Audience) || (claims.Has("azp") || audiences.Count > 1) && claims.Text("azp") != rules.Audience)
            return Refused("audience", "The token is for somebody else.");
        if (claims.Instant("exp") is not { } expires || expires + rules.Skew <= now)
            return Refused("expired", "The token has expired.");
        if (claims.Instant("iat") is not { } issued || issued - rules.Skew > now || claims.Has("nbf") && !(claims.Instant("nbf") - rules.Skew <= now))
            return Refused("early", "The token is not valid yet.");
        if (rules.Nonce is not null && claims.Text("nonce") != rules.Nonce)
            return Refused("nonce", "The token answers another request.");
        return claims.Text("sub") is { Length: > 0 and <= 255 } ? null : Refused("subject", "The token names nobody.");
    }

    private static TokenClaims? Parse(string part)
    {
        if (Decode(part) is not { } json)
            return null;
        try
        {
            var element = JsonElement.Parse(json, Strict);
            return element.ValueKind == JsonValueKind.Object ? new(element) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Decode(string part) =>
        part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && Base64Url.IsValid(part) ? Base64Url.DecodeFromChars(part) : null;

    private static Problem Refused(string code, string message) => new(ProblemKind.Invalid, $"token.{code}", message);
}
