using System.Text.Json;

namespace UserAdmin.Core.Tokens;

/// <summary>What a token whose signature was verified says.</summary>
public sealed class TokenClaims(JsonElement claims)
{
    public string Subject => Text("sub")!;

    public bool Has(string name) => claims.TryGetProperty(name, out _);

    public string? Text(string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>True only for the JSON value true, or the text "true" that some providers send instead.</summary>
    public bool IsTrue(string name) =>
        claims.TryGetProperty(name, out var value) && (value.ValueKind == JsonValueKind.True || value.ValueKind == JsonValueKind.String && value.GetString() == "true");

    /// <summary>Seconds since 1970, as RFC 7519 counts; null when the claim is missing or no such number.</summary>
    public DateTimeOffset? Instant(string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= 253_000_000_000
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    /// <summary>The values of a claim that is a text or a list of texts.</summary>
    public IReadOnlyList<string> List(string name) =>
        !claims.TryGetProperty(name, out var value) ? []
        : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
        : [];
}
