using System.Security.Cryptography;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Audit.Verification;

/// <summary>Which keys may sign, and when: those that began a chain with the installation's will, and those they endorsed.</summary>
internal sealed class KeyChain : IDisposable
{
    private readonly Dictionary<string, Entry> known = [];

    /// <param name="begunAnew">The keys of which a sealed event tells that an administrator began anew with them.</param>
    public KeyChain(IReadOnlyList<AuditKey> keys, Guid installation, string tenant, IReadOnlySet<string> trusted, IReadOnlySet<string> begunAnew, AuditFindings findings)
    {
        foreach (var row in keys.OrderBy(key => key.ValidFromMicroseconds).ThenBy(key => key.EndorsedBy is not null))
        {
            var isFirst = known.Count == 0;
            var entry = known[row.KeyId] = new(row, AuditFormat.PublicKey(row.PublicKey));
            var endorser = row.EndorsedBy is null ? entry : known.GetValueOrDefault(row.EndorsedBy);
            entry.IsGood = entry.Key is not null && AuditFormat.KeyId(row.PublicKey) == row.KeyId && endorser is { Key: not null } && (endorser == entry || endorser.IsGood)
                && endorser.Key!.VerifyData(AuditFormat.Endorsed(installation, tenant, row), row.Endorsement, HashAlgorithmName.SHA256);
            if (!entry.IsGood)
                findings.Alarm(AuditCheck.Endorsement, $"The key {row.KeyId} is not endorsed by a key that could: somebody else put it there.");
            else if (row.EndorsedBy is null)
                JudgeSelfMade(row, isFirst, trusted, begunAnew, findings);
            // Whoever endorsed another, or was followed by a key that began anew, is at its end, whatever the row says.
            foreach (var before in known.Values.Where(other => other != entry && entry.IsGood && other.IsGood && (other == endorser || row.EndorsedBy is null)))
                before.End = Math.Min(before.End, row.ValidFromMicroseconds);
        }
        foreach (var entry in known.Values.Where(entry => entry.IsGood && (entry.Row.ValidToMicroseconds ?? long.MaxValue) != entry.End))
            findings.Alarm(AuditCheck.KeyEnds, $"The key {entry.Row.KeyId} does not end where the next one begins: its end was changed.");
    }

    public string? FirstFingerprint => known.Values.FirstOrDefault() is { } first ? AuditFormat.Fingerprint(first.Row.PublicKey) : null;

    public bool Knows(string keyId) => known.ContainsKey(keyId);

    public bool IsGood(string keyId) => known.TryGetValue(keyId, out var entry) && entry.IsGood;

    public bool MaySignAt(string keyId, long microseconds) => known.TryGetValue(keyId, out var entry) && entry.Row.ValidFromMicroseconds <= microseconds && microseconds < entry.End;

    public bool IsSigned(AuditSeal seal) => known.TryGetValue(seal.KeyId, out var entry) && entry.Verify(seal.Hash, seal.Signature);

    /// <summary>Whether a key that counts signed the note.</summary>
    public bool IsSigned(CheckpointNote note) => known.Values.Any(entry => entry.IsGood && note.IsSignedBy(entry.Row.PublicKey));

    public void Dispose()
    {
        foreach (var entry in known.Values)
            entry.Key?.Dispose();
    }

    private static void JudgeSelfMade(AuditKey row, bool isFirst, IReadOnlySet<string> trusted, IReadOnlySet<string> begunAnew, AuditFindings findings)
    {
        var since = AuditFinding.Instant(row.ValidFromMicroseconds);
        if (!trusted.Contains(AuditFormat.Fingerprint(row.PublicKey)))
            findings.Alarm(AuditCheck.FirstKey, $"The key {row.KeyId}, with which a chain begins on {since} UTC, is not among those that the key folder of this server knows: all that it signed may have been made up.");
        if (!isFirst && !begunAnew.Contains(row.KeyId))
            findings.Alarm(AuditCheck.BegunAnew, $"From {since} UTC on the seals are signed with the key {row.KeyId}, which the key before did not endorse, and no sealed event tells who decided that.");
        else if (!isFirst)
            findings.Note(AuditCheck.BegunAnew, $"On {since} UTC the key before was lost and an administrator had the chain go on with the key {row.KeyId}, which it did not endorse. Compare the last checkpoint from before with the log.");
    }

    private sealed class Entry(AuditKey row, ECDsa? key)
    {
        public AuditKey Row => row;
        public ECDsa? Key => key;
        public bool IsGood { get; set; }
        public long End { get; set; } = long.MaxValue;

        public bool Verify(byte[] data, byte[] signature)
        {
            if (key is null)
                return false;
            lock (key)
                return key.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }
    }
}
