using System.Globalization;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Audit.Verification;

/// <summary>How far one stream was checked.</summary>
public sealed record StreamReport(AuditStream Stream, long Events, long Seals, long LastSeq, long? FirstSealedMicroseconds, long? LastSealedMicroseconds, long Unsealed);

/// <summary>What a check of the whole log found, in the same words on the page and on the command line.</summary>
public sealed record AuditReport(
    DateTimeOffset StartedAt, DateTimeOffset EndedAt, string? FirstFingerprint, int Checkpoints, IReadOnlyList<StreamReport> Streams, IReadOnlyList<AuditFinding> Findings, int Unlisted)
{
    public bool IsGreen => Unlisted == 0 && Findings.All(finding => finding.Kind != FindingKind.Alarm);

    public int Alarms => Unlisted + Findings.Count(finding => finding.Kind == FindingKind.Alarm);

    public string Verdict => IsGreen
        ? "Nothing was altered, removed or inserted after it was sealed."
        : string.Create(CultureInfo.InvariantCulture, $"The audit log is not as it was sealed: {Alarms:N0} {(Alarms == 1 ? "finding" : "findings")}.");

    /// <summary>A sentence per stream, such as "Security, events 1 to 812,440: unaltered since they were sealed …".</summary>
    public IEnumerable<string> Intact => Streams.Select(stream =>
        stream.Seals == 0 ? $"{stream.Stream}: nothing is sealed yet."
        : string.Create(CultureInfo.InvariantCulture, $"{stream.Stream}, {IntactRanges(stream)}; sealed from {AuditFinding.Instant(stream.FirstSealedMicroseconds!.Value)} to {AuditFinding.Instant(stream.LastSealedMicroseconds!.Value)} UTC in {stream.Seals:N0} {(stream.Seals == 1 ? "seal" : "seals")}.{Waiting(stream)}"));

    public string ToText()
    {
        var lines = new List<string> { Verdict };
        lines.AddRange(Findings.Where(finding => finding.Kind == FindingKind.Alarm).Select(finding => $"! {finding.Sentence}"));
        if (Unlisted > 0)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"! {Unlisted:N0} more findings are not listed."));
        lines.AddRange(Intact);
        lines.AddRange(Findings.Where(finding => finding.Kind == FindingKind.Note).Select(finding => $"- {finding.Sentence}"));
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"Compared with {Checkpoints:N0} checkpoints. Fingerprint of the first key: {FirstFingerprint ?? "none"}"));
        return string.Join('\n', lines);
    }

    private string IntactRanges(StreamReport stream)
    {
        var ranges = new List<string>();
        var next = 1L;
        foreach (var finding in Findings.Where(f => f.Stream == stream.Stream && f is { FirstSeq: not null, LastSeq: not null } && (f.Kind == FindingKind.Alarm || f.Check is AuditCheck.Pruned or AuditCheck.Stub)).OrderBy(f => f.FirstSeq))
        {
            Add(ranges, next, Math.Min(finding.FirstSeq!.Value - 1, stream.LastSeq));
            next = Math.Max(next, finding.LastSeq!.Value + 1);
        }
        Add(ranges, next, stream.LastSeq);
        return ranges.Count == 0 ? stream.LastSeq == 0 ? "no events" : "no event can be shown to be unaltered" : $"events {string.Join(", ", ranges)} unaltered since they were sealed";
    }

    private static void Add(List<string> ranges, long first, long last)
    {
        if (first <= last)
            ranges.Add(first == last ? first.ToString("N0", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{first:N0} to {last:N0}"));
    }

    private static string Waiting(StreamReport stream) => stream.Unsealed == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {stream.Unsealed:N0} {(stream.Unsealed == 1 ? "waits for its" : "wait for their")} seal.");
}
