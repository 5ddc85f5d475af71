using System.Globalization;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Audit.Verification;

/// <summary>Holds checkpoints against the seals they speak of.</summary>
internal sealed class CheckpointComparison
{
    private readonly AuditFindings findings;
    private readonly Dictionary<string, Dictionary<long, List<(CheckpointNote Note, string Place)>>> open = [];
    private readonly Dictionary<string, long> ends = [];
    private readonly HashSet<string> seen = [];

    public CheckpointComparison(IReadOnlyList<(CheckpointNote Note, string Place)> notes, KeyChain keys, AuditFindings findings)
    {
        this.findings = findings;
        foreach (var (note, place) in notes.DistinctBy(entry => entry.Note.ToString()))
        {
            Count++;
            if (!keys.IsSigned(note))
                findings.Alarm(AuditCheck.Checkpoint, $"A checkpoint {place} ({note.ShortFingerprint}) is not signed with a key of this log: it is forged, or the keys were replaced.");
            else
            {
                var bySeal = open.TryGetValue(note.Origin, out var known) ? known : open[note.Origin] = [];
                (bySeal.TryGetValue(note.SealId, out var same) ? same : bySeal[note.SealId] = []).Add((note, place));
            }
        }
    }

    public int Count { get; }

    public void See(string origin, IReadOnlyList<AuditSeal> seals)
    {
        seen.Add(origin);
        if (seals.Count > 0)
            ends[origin] = seals[^1].SealId;
        if (!open.TryGetValue(origin, out var waiting))
            return;
        foreach (var seal in seals)
            if (waiting.Remove(seal.SealId, out var notes))
                foreach (var (note, place) in notes)
                    if (!note.Hash.AsSpan().SequenceEqual(seal.Hash) || note.SealedUtcMicroseconds != seal.SealedUtcMicroseconds || note.Rows != seal.FirstSeq + seal.RowCount - 1)
                        findings.Alarm(AuditCheck.Checkpoint, string.Create(CultureInfo.InvariantCulture, $"seal {seal.SealId:N0} is not the one of the checkpoint {place} ({note.ShortFingerprint}): the log up to there was written anew."), seal.Stream, 1, note.Rows);
    }

    public void End(string origin, AuditStream stream)
    {
        seen.Add(origin);
        if (open.GetValueOrDefault(origin)?.Values.SelectMany(notes => notes).OrderByDescending(entry => entry.Note.SealId).FirstOrDefault() is not { Note: { } note } missing)
            return;
        var end = ends.GetValueOrDefault(origin);
        findings.Alarm(AuditCheck.Checkpoint, string.Create(CultureInfo.InvariantCulture, $"the log ends with seal {end:N0}, but the checkpoint {missing.Place} ({note.ShortFingerprint}) of {AuditFinding.Instant(note.SealedUtcMicroseconds)} UTC knows {note.Rows:N0} events in {note.SealId:N0} seals: its end was cut off, or an older backup was put in its place."), stream);
    }

    /// <summary>Checkpoints of other installations or tenants, after all streams were seen.</summary>
    public void Strangers()
    {
        foreach (var (note, place) in open.Where(entry => !seen.Contains(entry.Key)).SelectMany(entry => entry.Value.Values).SelectMany(notes => notes))
            findings.Alarm(AuditCheck.Checkpoint, $"The checkpoint {place} ({note.ShortFingerprint}) is of another log: {note.Origin}.");
    }
}
