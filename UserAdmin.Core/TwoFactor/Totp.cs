using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UserAdmin.Core.TwoFactor;

/// <summary>Codes of authenticator apps (RFC 6238): HMAC-SHA-1, six digits, 30 seconds. Other parameters are ignored by many apps.</summary>
public static class Totp
{
    public const int SeedBytes = 20, Digits = 6, Seconds = 30;

    /// <summary>How many steps a phone's clock may be off (RFC 6238, 5.2); a code still works only once.</summary>
    private const int Drift = 1;

    public static long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / Seconds;

    public static string CodeAt(ReadOnlySpan<byte> seed, long step)
    {
        Span<byte> counter = stackalloc byte[8], hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        HMACSHA1.HashData(seed, counter, hash);
        var offset = hash[^1] & 15;
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[offset..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The time step whose code this is, or null. Takes as long whichever it is.</summary>
    public static long? FindStep(ReadOnlySpan<byte> seed, string code, DateTimeOffset now)
    {
        var typed = Encoding.UTF8.GetBytes(code);
        long? found = null;
        for (var step = StepAt(now) - Drift; step <= StepAt(now) + Drift; step++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(CodeAt(seed, step)), typed))
                found = step;
        return found;
    }
}
