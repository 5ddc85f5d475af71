using System.Security.Cryptography;

namespace UserAdmin.Core.Common;

/// <summary>
/// Makes version 7 UUIDs that never go backwards in this process (RFC 9562, 6.2, method 1 with a 12-bit counter in rand_a): rows made in the same
/// millisecond sort in the order in which they were made.
/// </summary>
public static class Ids
{
    private static long last;

    public static Guid New()
    {
        long seen, next;
        do
        {
            seen = Volatile.Read(ref last);
            next = Math.Max(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() << 12, seen + 1);
        }
        while (Interlocked.CompareExchange(ref last, next, seen) != seen);

        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[8..]);
        for (var i = 0; i < 6; i++)
            bytes[i] = (byte)(next >> (52 - (8 * i)));
        bytes[6] = (byte)(0x70 | ((next >> 8) & 0x0f));
        bytes[7] = (byte)next;
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new(bytes, bigEndian: true);
    }
}
