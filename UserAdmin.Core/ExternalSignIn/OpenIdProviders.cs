using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Tokens;

namespace UserAdmin.Core.ExternalSignIn;

/// <summary>What a provider's discovery document says.</summary>
public sealed record ProviderAddresses(string Issuer, Uri Authorization, Uri Token, Uri? UserInfo, Uri Keys);

/// <summary>Knows the configured providers, their addresses and their keys. Both are kept for an hour; a failure is kept for ten seconds.</summary>
public sealed partial class OpenIdProviders(
    IOptions<ExternalSignInSettings> options, IHttpClientFactory http, TimeProvider clock, ILogger<OpenIdProviders> log)
{
    /// <summary>The name of the HTTP client: no redirects, ten seconds, 256 KB.</summary>
    public const string HttpName = "OpenIdProviders";

    private static readonly TimeSpan Freshness = TimeSpan.FromHours(1), FailurePause = TimeSpan.FromSeconds(10), KeyPause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Known> known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By name, as they are offered.</summary>
    public IReadOnlyList<(string Key, string Name)> All { get; } =
        [.. options.Value.Providers.Select(provider => (provider.Key.ToLowerInvariant(), provider.Value.Name)).OrderBy(provider => provider.Name, StringComparer.OrdinalIgnoreCase)];

    public ExternalProvider? Find(string key) => options.Value.Providers.GetValueOrDefault(key);

    /// <summary>Problems: unknown, unavailable.</summary>
    public async Task<Result<ProviderAddresses>> DiscoverAsync(string key, CancellationToken cancel)
    {
        if (Find(key) is not { } provider)
            return ExternalProblems.Unknown;

        var entry = known.GetOrAdd(key, _ => new());
        await entry.Gate.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            if (entry.Addresses is not null && entry.AddressesAt + Freshness > now)
                return entry.Addresses;
            if (entry.FailedAt + FailurePause > now)
                return ExternalProblems.Unavailable;

            var document = await ReadAsync(new($"{provider.Authority.TrimEnd('/')}/.well-known/openid-configuration"), cancel);
            if (document is null || AddressesIn(document.Value, provider) is not { } addresses)
            {
                entry.FailedAt = now;
                return ExternalProblems.Unavailable;
            }
            (entry.Addresses, entry.AddressesAt) = (addresses, now);
            return addresses;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>The key of that name. A name that isn't known makes the set be read again, at most once a minute: strangers can't make us ask more often.</summary>
    public async Task<TokenKey?> FindKeyAsync(string providerKey, ProviderAddresses addresses, string algorithm, string? keyId, CancellationToken cancel)
    {
        var entry = known.GetOrAdd(providerKey, _ => new());
        await entry.Gate.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            var found = entry.Keys is not null && entry.KeysAt + Freshness > now ? Pick(entry.Keys, algorithm, keyId) : null;
            if (found is null && (entry.Keys is null || entry.KeysAt + KeyPause <= now) && await ReadAsync(addresses.Keys, cancel) is { } set)
            {
                (entry.Keys, entry.KeysAt) = (TokenKey.SetOf(set), now);
                found = Pick(entry.Keys, algorithm, keyId);
            }
            return found;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    // A token may leave out the name when there is only one key it can mean.
    private static TokenKey? Pick(IReadOnlyList<TokenKey> keys, string algorithm, string? keyId)
    {
        var fitting = keys.Where(key => key.Algorithm == algorithm && (keyId is null || key.Id == keyId)).ToList();
        return fitting is [var only] ? only : null;
    }

    private ProviderAddresses? AddressesIn(JsonElement document, ExternalProvider provider)
    {
        Uri? Read(string name) =>
            document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var address) && ExternalProvider.IsSafe(address) ? address : null;

        var issuer = document.ValueKind == JsonValueKind.Object && document.TryGetProperty("issuer", out var named) ? named.ToString() : "";
        if (issuer.TrimEnd('/') == provider.Authority.TrimEnd('/')
            && Read("authorization_endpoint") is { } authorization && Read("token_endpoint") is { } token && Read("jwks_uri") is { } keys)
            return new(issuer, authorization, token, Read("userinfo_endpoint"), keys);
        LogUnusable(provider.Authority, issuer);
        return null;
    }

    private async Task<JsonElement?> ReadAsync(Uri address, CancellationToken cancel)
    {
        try
        {
            using var client = http.CreateClient(HttpName);
            return JsonElement.Parse(await client.GetByteArrayAsync(address, cancel));
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException || failure is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            LogUnreachable(address, failure.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sign-in provider's {Address} can't be read: {Failure}")]
    private partial void LogUnreachable(Uri address, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "The discovery document of {Authority} can't be used: its issuer is '{Issuer}', or an address is missing or not https.")]
    private partial void LogUnusable(string authority, string issuer);

    private sealed class Known
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);
        public ProviderAddresses? Addresses { get; set; }
        public DateTimeOffset AddressesAt { get; set; }
        public DateTimeOffset FailedAt { get; set; }
        public IReadOnlyList<TokenKey>? Keys { get; set; }
        public DateTimeOffset KeysAt { get; set; }
    }
}
