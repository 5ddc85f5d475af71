using System.Globalization;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Audit.Verification;

/// <summary>What the verification looks at. Each finds something that no other does; a test takes them away one by one.</summary>
public enum AuditCheck
{
    Content = 1, ActorPart, TargetPart, Origin, Erased, Stub, Label,
    Numbering, Root, Cover, Pruned,
    SealNumbers, SealRange, PreviousHash, SealHash, SealTimes,
    Signature, KeyWindow, Endorsement, FirstKey, KeyEnds, BegunAnew,
    Head, Checkpoint, Unsealed,
}

public enum FindingKind
{
    /// <summary>Right, and worth knowing: events were removed after their time, a person was erased.</summary>
    Note = 1,

    /// <summary>The log is not what it was, or can't be shown to be.</summary>
    Alarm = 2,
}

/// <summary>One thing that was found: where, when it was recorded, and what.</summary>
public sealed record AuditFinding(AuditCheck Check, FindingKind Kind, AuditStream? Stream, long? FirstSeq, long? LastSeq, long? FromMicroseconds, long? ToMicroseconds, string What)
{
    public string Sentence => Subject is { } subject ? $"{subject}: {What}" : What;

    /// <summary>Stream and numbers, such as "Security, events 5 to 9, recorded 2026-11-21 08:00 to 08:05 UTC".</summary>
    private string? Subject => Stream is not { } stream ? null : FirstSeq is not { } first || LastSeq is not { } last ? $"{stream}"
        : first == last ? string.Create(CultureInfo.InvariantCulture, $"{stream}, event {first:N0}{Recorded}")
        : string.Create(CultureInfo.InvariantCulture, $"{stream}, events {first:N0} to {last:N0}{Recorded}");

    private string Recorded => FromMicroseconds is not { } from || ToMicroseconds is not { } to ? ""
        : Instant(from) == Instant(to) ? $", recorded {Instant(from)} UTC" : $", recorded {Instant(from)} to {Instant(to)} UTC";

    internal static string Instant(long microseconds)
    {
        // What somebody wrote into a row may lie outside of the calendar.
        var ticks = Math.Clamp(microseconds, DateTimeOffset.MinValue.AddDays(1).ToUnixTimeMilliseconds() * 1000, DateTimeOffset.MaxValue.AddDays(-1).ToUnixTimeMilliseconds() * 1000);
        return AuditRecording.FromMicroseconds(ticks).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }
}

/// <summary>Collects findings; those that continue each other become one range.</summary>
internal sealed class AuditFindings(IReadOnlySet<AuditCheck> without)
{
    private const int Most = 500;

    private readonly List<AuditFinding> found = [];
    private readonly Dictionary<(AuditCheck, AuditStream?, string), int> latest = [];

    public IReadOnlyList<AuditFinding> All => found;

    /// <summary>Findings that are not listed because there are too many.</summary>
    public int Unlisted { get; private set; }

    public bool HasAlarm => Unlisted > 0 || found.Exists(finding => finding.Kind == FindingKind.Alarm);

    public void Alarm(AuditCheck check, string what, AuditStream? stream = null, long? first = null, long? last = null, long? from = null, long? to = null) =>
        Add(new(check, FindingKind.Alarm, stream, first, last, from, to, what));

    public void Note(AuditCheck check, string what, AuditStream? stream = null, long? first = null, long? last = null, long? from = null, long? to = null) =>
        Add(new(check, FindingKind.Note, stream, first, last, from, to, what));

    private void Add(AuditFinding finding)
    {
        if (without.Contains(finding.Check))
            return;
        var key = (finding.Check, finding.Stream, finding.What);
        if (finding.FirstSeq is not null && latest.TryGetValue(key, out var place) && found[place] is var before && before.LastSeq + 1 == finding.FirstSeq)
            found[place] = before with { LastSeq = finding.LastSeq, FromMicroseconds = Least(before.FromMicroseconds, finding.FromMicroseconds), ToMicroseconds = Greatest(before.ToMicroseconds, finding.ToMicroseconds) };
        else if (found.Count >= Most)
            Unlisted += finding.Kind == FindingKind.Alarm ? 1 : 0;
        else
        {
            latest[key] = found.Count;
            found.Add(finding);
        }
    }

    private static long? Least(long? one, long? other) => one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);

    private static long? Greatest(long? one, long? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);
}
