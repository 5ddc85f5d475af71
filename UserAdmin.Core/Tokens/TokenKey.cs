using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace UserAdmin.Core.Tokens;

/// <summary>A public key of a JSON web key set (RFC 7517). Only what signs RS256 and ES256: RSA of 2048 bits or more, and P-256.</summary>
public sealed record TokenKey(string? Id, string Algorithm, RSAParameters Rsa, ECParameters Curve)
{
    private const int SmallestModulus = 2048 / 8, LargestModulus = 8192 / 8;

    /// <summary>The usable keys of a set; others, such as keys for encryption, are left out.</summary>
    public static IReadOnlyList<TokenKey> SetOf(JsonElement set) =>
        set.ValueKind == JsonValueKind.Object && set.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
            ? [.. keys.EnumerateArray().Select(Read).OfType<TokenKey>()]
            : [];

    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (Algorithm == TokenCheck.Es256)
            {
                using var curve = ECDsa.Create(Curve);
                return curve.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }
            using var rsa = RSA.Create(Rsa);
            return rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            // A point that is not on the curve, a modulus that is none: such a key has signed nothing.
            return false;
        }
    }

    private static TokenKey? Read(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || Text(key, "use") is { } use && use != "sig")
            return null;
        var (id, algorithm) = (Text(key, "kid"), Text(key, "alg"));
        return Text(key, "kty") switch
        {
            "RSA" when algorithm is null or TokenCheck.Rs256 && Bytes(key, "n") is { } n && n.AsSpan().TrimStart((byte)0).Length is >= SmallestModulus and <= LargestModulus && Bytes(key, "e") is { Length: > 0 } e =>
                new(id, TokenCheck.Rs256, new() { Modulus = n, Exponent = e }, default),
            "EC" when algorithm is null or TokenCheck.Es256 && Text(key, "crv") == "P-256" && Bytes(key, "x") is { Length: 32 } x && Bytes(key, "y") is { Length: 32 } y =>
                new(id, TokenCheck.Es256, default, new() { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } }),
            _ => null,
        };
    }

    private static string? Text(JsonElement key, string name) =>
        key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement key, string name) =>
        Text(key, name) is { } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
