using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;
using UserAdmin.Core.Common;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Tokens;

/// <summary>
/// Access tokens (JWT, RFC 9068): ten minutes, signed with ES256, naming a person, a session and a tenant and nothing else. What may be done with one is asked of
/// the session each time (D03).
/// </summary>
public sealed class AccessTokens(SigningKeys keys, PublicAddress address, CurrentTenant tenant, IMemoryCache cache, TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10), Skew = TimeSpan.FromSeconds(30);

    private const string Type = "at+jwt";

    /// <summary>Who makes the tokens: the portal's public address.</summary>
    public string Issuer => address.Link("").TrimEnd('/');

    public string Audience => $"{Issuer}/api";

    internal async Task<(string Token, DateTimeOffset ExpiresAt)> IssueAsync(Guid sessionId, Guid userId, CancellationToken cancel)
    {
        var (id, key) = await keys.CurrentAsync(cancel);
        var now = clock.GetUtcNow();
        var header = Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = TokenCheck.Es256, typ = Type, kid = id }));
        var claims = Encode(JsonSerializer.SerializeToUtf8Bytes(new
        {
            iss = Issuer,
            aud = Audience,
            sub = userId,
            sid = sessionId,
            tenant = tenant.Tenant.Name,
            iat = now.ToUnixTimeSeconds(),
            exp = (now + Life).ToUnixTimeSeconds(),
            jti = Ids.New(),
        }));
        var signed = $"{header}.{claims}";
        byte[] signature;
        lock (key)
            signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return ($"{signed}.{Encode(signature)}", now + Life);
    }

    /// <summary>The session and the person of a token that this tenant signed and that is still good; null for every other text.</summary>
    public async Task<(Guid SessionId, Guid UserId)?> ReadAsync(string token, CancellationToken cancel)
    {
        if (token.Length > TokenCheck.MaximumLength)
            return null;
        var now = clock.GetUtcNow();
        // A signature costs a tenth of a millisecond to check; the same token comes with many requests.
        var cached = (nameof(AccessTokens), tenant.Tenant.Name, Issuer, Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token))));
        if (cache.TryGetValue(cached, out Known? known) && known is not null)
            return known.ExpiresAt + Skew > now ? (known.SessionId, known.UserId) : null;

        var checkedToken = await TokenCheck.ReadAsync(token, (_, id, stop) => keys.FindAsync(id, stop), new(Issuer, Audience) { Skew = Skew, Type = Type }, now, cancel);
        if (!checkedToken.Succeeded || checkedToken.Value.Text("tenant") != tenant.Tenant.Name
            || !Guid.TryParse(checkedToken.Value.Text("sid"), out var sessionId) || !Guid.TryParse(checkedToken.Value.Subject, out var userId))
            return null;
        cache.Set(cached, new Known(sessionId, userId, checkedToken.Value.Instant("exp")!.Value), Life + Skew);
        return (sessionId, userId);
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private sealed record Known(Guid SessionId, Guid UserId, DateTimeOffset ExpiresAt);
}
