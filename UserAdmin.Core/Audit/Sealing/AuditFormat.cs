using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>The bytes that are hashed and signed, as docs/audit-format.md has them.</summary>
public static class AuditFormat
{
    public const int SaltLength = 16, HashLength = 32;

    private const int LengthLength = 4;

    public static readonly byte[] FirstPreviousHash = new byte[HashLength];

    public static byte[] ActorCommitment(byte[] salt, string? actorName, string? impersonatorName, string? address) =>
        HMACSHA256.HashData(salt, Fields(actorName, impersonatorName, address));

    public static byte[] TargetCommitment(byte[] salt, string? targetName, string? reason, string? changes) =>
        HMACSHA256.HashData(salt, Fields(targetName, reason, changes));

    public static byte[] Leaf(AuditEvent e) => SHA256.HashData([0, .. Fields(
        e.Id, (long)e.Stream, e.UtcMicroseconds, (long)e.ActorKind, e.ActorId, e.ImpersonatorId, e.Action, (long)e.Category, (long)e.Outcome,
        e.TargetId, e.SessionId, e.CorrelationId, e.ActorCommitment, e.TargetCommitment)]);

    public static string Origin(Guid installation, string tenant, AuditStream stream) => string.Create(CultureInfo.InvariantCulture, $"{installation}/{tenant}/{(int)stream}");

    public static byte[] SealHash(AuditSeal seal, string origin) => SHA256.HashData(Fields(
        "UA-seal-1", origin, seal.SealId, seal.FirstSeq, (long)seal.RowCount, seal.MinUtcMicroseconds, seal.MaxUtcMicroseconds, seal.Root, seal.PreviousHash,
        seal.SealedUtcMicroseconds, seal.KeyId));

    public static byte[] Endorsed(Guid installation, string tenant, AuditKey key) =>
        Fields("UA-key-1", installation.ToString(), tenant, key.KeyId, key.PublicKey, key.ValidFromMicroseconds);

    public static string Fingerprint(byte[] publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    public static string KeyId(byte[] publicKey) => Fingerprint(publicKey)[..16];

    /// <summary>A public key as it is stored; null when the bytes are none.</summary>
    public static ECDsa? PublicKey(byte[] bytes)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(bytes, out _);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            return null;
        }
    }

    /// <summary>The Merkle tree hash of leaves that are hashed already (RFC 6962, 2.1).</summary>
    public static byte[] Root(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 0)
            return SHA256.HashData([]);
        if (leaves.Length == 1)
            return leaves[0];
        var left = 1 << BitOperations.Log2((uint)leaves.Length - 1);
        Span<byte> node = stackalloc byte[1 + (2 * HashLength)];
        node[0] = 1;
        Root(leaves[..left]).CopyTo(node[1..]);
        Root(leaves[left..]).CopyTo(node[(1 + HashLength)..]);
        return SHA256.HashData(node);
    }

    public static byte[] Fields(params ReadOnlySpan<AuditField> values)
    {
        var length = 1;
        foreach (ref readonly var value in values)
            length += LengthLength + Math.Max(0, value.Length);
        var bytes = new byte[length];
        bytes[0] = 1;
        var rest = bytes.AsSpan(1);
        foreach (ref readonly var value in values)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, value.Length);
            value.Write(rest[LengthLength..]);
            rest = rest[(LengthLength + Math.Max(0, value.Length))..];
        }
        return bytes;
    }
}
