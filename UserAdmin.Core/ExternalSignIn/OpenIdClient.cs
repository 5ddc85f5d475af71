using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Common;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tokens;

namespace UserAdmin.Core.ExternalSignIn;

/// <summary>What the provider sent the browser back with.</summary>
public sealed record ExternalAnswer(string? Code, string? State, string? Error, string? Issuer);

/// <summary>Who somebody is there. <paramref name="Key"/> tells them from all others: a hash of issuer and subject.</summary>
public sealed record ExternalIdentity(string Provider, string ProviderName, string Key, string? Email, bool EmailVerified, string FirstName, string LastName);

/// <summary>Speaks OpenID Connect with a provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 7636, RFC 9207).</summary>
public sealed partial class OpenIdClient(OpenIdProviders providers, IHttpClientFactory http, PublicAddress here, TimeProvider clock, ILogger<OpenIdClient> log)
{
    /// <summary>Where the browser goes to sign in there.</summary>
    public async Task<Result<Uri>> AddressAsync(ExternalRequest request, CancellationToken cancel)
    {
        var discovered = await providers.DiscoverAsync(request.Provider, cancel);
        if (!discovered.Succeeded)
            return discovered.Problem;

        var provider = providers.Find(request.Provider)!;
        return new Uri(QueryHelpers.AddQueryString(discovered.Value.Authorization.AbsoluteUri, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = provider.ClientId,
            ["redirect_uri"] = Callback(request.Provider),
            ["scope"] = provider.Scopes,
            ["state"] = request.State,
            ["nonce"] = request.Nonce,
            ["code_challenge"] = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(request.Verifier))),
            ["code_challenge_method"] = "S256",
        }));
    }

    /// <summary>Exchanges the code of the answer and checks what comes back. Problems: denied, unavailable, untrusted.</summary>
    public async Task<Result<ExternalIdentity>> IdentifyAsync(ExternalRequest request, ExternalAnswer answer, CancellationToken cancel)
    {
        var discovered = await providers.DiscoverAsync(request.Provider, cancel);
        if (!discovered.Succeeded)
            return discovered.Problem;
        var (addresses, provider) = (discovered.Value, providers.Find(request.Provider)!);

        // Another provider's answer that was slipped in says so itself.
        if (answer.Issuer is not null && answer.Issuer != addresses.Issuer)
            return Untrusted(provider, "the answer names another issuer");
        if (answer.Error is not null || string.IsNullOrEmpty(answer.Code))
            return ExternalProblems.Denied;

        var (tokens, isReached) = await AskAsync(TokenRequest(addresses, provider, request, answer.Code), cancel);
        if (tokens is not { } got || Text(got, "id_token") is not { } idToken)
            return isReached ? Untrusted(provider, "the code was not accepted") : ExternalProblems.Unavailable;

        var read = await TokenCheck.ReadAsync(idToken,
            (algorithm, keyId, stop) => providers.FindKeyAsync(request.Provider, addresses, algorithm, keyId, stop),
            new(addresses.Issuer, provider.ClientId, request.Nonce), clock.GetUtcNow(), cancel);
        if (!read.Succeeded)
            return Untrusted(provider, read.Problem.Code);

        var claims = read.Value;
        if (claims.Text("email") is null && addresses.UserInfo is not null && Text(got, "access_token") is { } accessToken)
        {
            // What userinfo says counts only when it is about the same person.
            var (more, _) = await AskAsync(new(HttpMethod.Get, addresses.UserInfo) { Headers = { Authorization = new("Bearer", accessToken) } }, cancel);
            if (more is { ValueKind: JsonValueKind.Object } info && new TokenClaims(info) is var about && about.Text("sub") == claims.Subject)
                claims = about;
        }
        return Identity(request.Provider, provider, addresses, read.Value.Subject, claims);
    }

    private string Callback(string provider) => here.LinkHere($"/account/external/{provider}/callback");

    private HttpRequestMessage TokenRequest(ProviderAddresses addresses, ExternalProvider provider, ExternalRequest request, string code)
    {
        // Both parts are form-encoded before they become one (RFC 6749, 2.3.1).
        var credentials = $"{Uri.EscapeDataString(provider.ClientId)}:{Uri.EscapeDataString(provider.ClientSecret)}";
        return new(HttpMethod.Post, addresses.Token)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))) },
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "authorization_code",
                ["code"] = code,
                ["redirect_uri"] = Callback(request.Provider),
                ["code_verifier"] = request.Verifier,
            }),
        };
    }

    /// <summary>The answer as JSON, and whether the provider answered at all.</summary>
    private async Task<(JsonElement? Json, bool IsReached)> AskAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            using var client = http.CreateClient(OpenIdProviders.HttpName);
            using var response = await client.SendAsync(request, cancel);
            if (!response.IsSuccessStatusCode)
                return (null, (int)response.StatusCode < 500);
            var json = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
            return (json.ValueKind == JsonValueKind.Object ? json : null, true);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException || failure is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            LogUnreachable(request.RequestUri!, failure.Message);
            return (null, failure is JsonException);
        }
        finally
        {
            request.Dispose();
        }
    }

    private static ExternalIdentity Identity(string key, ExternalProvider provider, ProviderAddresses addresses, string subject, TokenClaims claims)
    {
        // The issuer is part of it, so that a key of the configuration that gets another provider doesn't open the accounts of the former one.
        var hash = Convert.ToHexString(SessionKey.Hash($"{addresses.Issuer}\n{subject}"));
        var email = Common.Text.Compose(claims.Text("email"));
        var (given, family) = (Clean(claims.Text("given_name")), Clean(claims.Text("family_name")));
        if (given.Length + family.Length == 0)
            (given, family) = Split(Clean(claims.Text("name")));
        return new(key, provider.Name, hash, EmailAttribute.IsAddress(email) ? email : null, claims.IsTrue("email_verified"), given, family);
    }

    private static string Clean(string? name) => Common.Text.Shorten(Common.Text.Squeeze(Common.Text.Visible(name)), 100);

    private static (string First, string Last) Split(string name) =>
        name.LastIndexOf(' ') is var at and > 0 ? (name[..at], name[(at + 1)..]) : (name, "");

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private Problem Untrusted(ExternalProvider provider, string why)
    {
        LogUntrusted(provider.Name, why);
        return ExternalProblems.Untrusted;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sign-in provider's {Address} can't be reached: {Failure}")]
    private partial void LogUnreachable(Uri address, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An answer of the sign-in provider {Provider} was refused: {Why}")]
    private partial void LogUntrusted(string provider, string why);
}
