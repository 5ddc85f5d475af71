using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>A checkpoint as text in the shape of a signed note (C2SP), as docs/audit-format.md has it.</summary>
public sealed record CheckpointNote(string Origin, long Rows, byte[] Hash, long SealId, long SealedUtcMicroseconds, byte[] KeyHash, byte[] Signature)
{
    private const int KeyHashLength = 4, SignatureLength = 64;

    /// <summary>What the signature signs.</summary>
    public byte[] ToSign => Encoding.UTF8.GetBytes(Body);

    /// <summary>Short enough to be written down or read out: the seal's number and the beginning of its hash.</summary>
    public string ShortFingerprint => Shorten(SealId, Hash);

    private string Body => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Rows}\n{Convert.ToBase64String(Hash)}\nseal {SealId} {SealedUtcMicroseconds}\n");

    public static CheckpointNote Sign(string origin, long rows, byte[] hash, long sealId, long sealedUtcMicroseconds, string fingerprint, ECDsa key)
    {
        var note = new CheckpointNote(origin, rows, hash, sealId, sealedUtcMicroseconds, Convert.FromHexString(fingerprint)[..KeyHashLength], []);
        return note with { Signature = key.SignData(note.ToSign, HashAlgorithmName.SHA256) };
    }

    public static string Shorten(long sealId, byte[] hash)
    {
        var digits = Convert.ToHexStringLower(hash)[..16];
        return string.Create(CultureInfo.InvariantCulture, $"{sealId} {digits[..4]} {digits[4..8]} {digits[8..12]} {digits[12..]}");
    }

    public bool IsSignedBy(byte[] publicKey)
    {
        using var key = AuditFormat.PublicKey(publicKey);
        return key is not null && SHA256.HashData(publicKey).AsSpan(0, KeyHashLength).SequenceEqual(KeyHash) && key.VerifyData(ToSign, Signature, HashAlgorithmName.SHA256);
    }

    public override string ToString() => $"{Body}\n— {Origin} {Convert.ToBase64String([.. KeyHash, .. Signature])}\n";

    /// <summary>Every note in the text, whatever stands around them. Only the words count: mail programs break and join lines.</summary>
    public static IReadOnlyList<CheckpointNote> FindAll(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var notes = new List<CheckpointNote>();
        for (var i = 6; i < words.Length - 2; i++)
            if (words[i] == "—" && Read(words.AsSpan(i - 6, 9)) is { } note)
                notes.Add(note);
        return notes;
    }

    private static CheckpointNote? Read(ReadOnlySpan<string> words) =>
        words is [var origin, var rows, var hash, "seal", var id, var at, _, var again, var signed] && again == origin
        && TryNumber(rows, out var count) && TryNumber(id, out var sealId) && TryNumber(at, out var microseconds)
        && ReadBytes(hash) is { Length: AuditFormat.HashLength } head && ReadBytes(signed) is { Length: KeyHashLength + SignatureLength } bytes
            ? new(origin, count, head, sealId, microseconds, bytes[..KeyHashLength], bytes[KeyHashLength..])
            : null;

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static byte[]? ReadBytes(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
