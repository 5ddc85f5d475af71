using System.Text;

namespace UserAdmin.Core.TwoFactor;

/// <summary>Base32 (RFC 4648, 6) without padding: what authenticator apps read, and letters that people can type.</summary>
internal static class Base32
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 8 / 5 + 1);
        var (buffer, bits) = (0, 0);
        foreach (var b in bytes)
        {
            (buffer, bits) = (((buffer << 8) | b) & 0xFFFF, bits + 8);
            for (; bits >= 5; bits -= 5)
                text.Append(Letters[(buffer >> (bits - 5)) & 31]);
        }
        return bits > 0 ? text.Append(Letters[(buffer << (5 - bits)) & 31]).ToString() : text.ToString();
    }

    /// <summary>Parts it by dashes or spaces into groups of four.</summary>
    public static string Group(string text, char between) => string.Join(between, text.Chunk(4).Select(group => new string(group)));
}
