using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Web.TwoFactor;

/// <summary>What a browser needs for a ceremony, and the state that it sends back with the answer.</summary>
internal sealed record CeremonyStart(JsonElement Options, string State);

/// <summary>
/// The two ceremonies of WebAuthn by Identity's handler. The state with the challenge travels through the page, encrypted and tied to a
/// cookie of this browser, to the purpose and to whom it is for; it lives five minutes, and whoever succeeds spends it (B07).
/// </summary>
internal sealed class PasskeyCeremony(IPasskeyHandler<User> handler, PasskeyParty party, IDataProtectionProvider protection, CurrentTenant tenant, TimeProvider clock)
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private const string Cookie = "__Host-useradmin-passkey";

    private sealed record Kept(string Purpose, string For, string Browser, DateTimeOffset ExpiresAt, string State);

    public bool IsPossible => party.Domain is not null;

    /// <summary>Why the last ceremony was refused, for the audit log, and whose passkey it seems to be.</summary>
    public (byte[]? CredentialId, string Reason)? Refusal { get; private set; }

    private IDataProtector Protector => protection.CreateProtector("UserAdmin.Passkey", tenant.Tenant.Name);

    public async Task<CeremonyStart> StartRegistrationAsync(HttpContext http, Guid userId, string userName, string fullName, string bound)
    {
        var made = await handler.MakeCreationOptionsAsync(new() { Id = userId.ToString(), Name = userName, DisplayName = fullName.Length > 0 ? fullName : userName }, http);
        return Keep(http, "new", bound, made.AttestationState!, made.CreationOptionsJson);
    }

    /// <summary>For one user, or for whoever answers when it is null.</summary>
    public async Task<CeremonyStart> StartAssertionAsync(HttpContext http, string purpose, User? user, string bound)
    {
        var made = await handler.MakeRequestOptionsAsync(user, http);
        return Keep(http, purpose, bound, made.AssertionState!, made.RequestOptionsJson);
    }

    /// <summary>The new passkey and the state that held its challenge, or null.</summary>
    public async Task<(UserPasskeyInfo Passkey, string State)?> FinishRegistrationAsync(HttpContext http, IFormCollection form, Guid userId, string bound)
    {
        if (Open(http, form, "new", bound) is not { } state)
            return null;
        var result = await handler.PerformAttestationAsync(new() { HttpContext = http, CredentialJson = form["Credential"].ToString(), AttestationState = state });
        return result.Succeeded && result.UserEntity.Id == userId.ToString() && result.Passkey.IsUserVerified ? (result.Passkey, state) : null;
    }

    /// <summary>Whose passkey answered, or null.</summary>
    public async Task<VerifiedPasskey?> FinishAssertionAsync(HttpContext http, IFormCollection form, string purpose, string bound)
    {
        var credential = form["Credential"].ToString();
        if (Open(http, form, purpose, bound) is not { } state)
            return Refuse(credential, "its challenge is not of this browser and purpose, or too old");
        var result = await handler.PerformAssertionAsync(new() { HttpContext = http, CredentialJson = credential, AssertionState = state });
        return result.Succeeded && result.Passkey.IsUserVerified
            ? new(result.User.Id, result.Passkey, state)
            : Refuse(credential, result.Failure?.Message ?? "the device did not verify its owner");
    }

    private VerifiedPasskey? Refuse(string credential, string reason)
    {
        Refusal = (CredentialIdIn(credential), reason);
        return null;
    }

    private CeremonyStart Keep(HttpContext http, string purpose, string bound, string state, string options)
    {
        var browser = http.Request.Cookies[Cookie] is { Length: 43 } known ? known : SessionKey.Create();
        http.Response.Cookies.Append(Cookie, browser, new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true });
        var kept = new Kept(purpose, bound, browser, clock.GetUtcNow() + Limit, state);
        return new(JsonSerializer.Deserialize<JsonElement>(options), Protector.Protect(JsonSerializer.Serialize(kept)));
    }

    private string? Open(HttpContext http, IFormCollection form, string purpose, string bound)
    {
        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(Protector.Unprotect(form["State"].ToString()))!;
            return kept.Purpose == purpose && kept.For == bound && kept.Browser == http.Request.Cookies[Cookie] && kept.ExpiresAt > clock.GetUtcNow() ? kept.State : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[]? CredentialIdIn(string json)
    {
        try
        {
            using var credential = JsonDocument.Parse(json);
            return credential.RootElement.ValueKind == JsonValueKind.Object && credential.RootElement.TryGetProperty("id", out var id)
                && id.ValueKind == JsonValueKind.String && Base64Url.IsValid(id.GetString()) ? Base64Url.DecodeFromChars(id.GetString()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
