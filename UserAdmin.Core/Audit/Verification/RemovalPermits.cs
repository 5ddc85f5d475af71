using System.Globalization;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Audit.Verification;

/// <summary>What the sealed events say that may be missing or blank (docs/audit-format.md, "What may be missing").</summary>
internal sealed class RemovalPermits
{
    public const string Emptied = "audit.emptied", Pruned = "audit.pruned", PersonErased = "audit.person_erased", ActorsErased = "audit.actors_erased";

    public static readonly IReadOnlyList<string> Actions = [Emptied, Pruned, PersonErased, ActorsErased];

    private readonly Dictionary<Guid, (AuditStream Stream, long Before)> emptied = [];
    private readonly Dictionary<Guid, (AuditStream Stream, List<(long First, long Last)> Seals)> pruned = [];
    private readonly HashSet<Guid> persons = [];
    private readonly Dictionary<AuditStream, long> actorsBefore = [];

    /// <param name="events">Events of the actions above in the stream legal, without those that are neither sealed nor new.</param>
    public RemovalPermits(IEnumerable<AuditEvent> events, byte[] macKey)
    {
        foreach (var e in events.Where(e => e.Stream == AuditStream.Legal && e.TargetSalt is not null && EventCheck.FaultsOf(e, macKey) == EventFault.None))
        {
            var says = FieldChange.FromJson(e.Changes).GroupBy(change => change.Field).ToDictionary(group => group.Key, group => group.First().After ?? "");
            var before = long.TryParse(says.GetValueOrDefault("before"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) ? limit : long.MinValue;
            if (e.Action == PersonErased && e.TargetId is { } person)
                persons.Add(person);
            if (!int.TryParse(says.GetValueOrDefault("stream"), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                continue;
            var stream = (AuditStream)number;
            if (e.Action == Emptied)
                emptied[e.Id] = (stream, before);
            else if (e.Action == Pruned)
                pruned[e.Id] = (stream, Ranges(says.GetValueOrDefault("seals") ?? ""));
            else if (e.Action == ActorsErased)
                actorsBefore[stream] = Math.Max(actorsBefore.GetValueOrDefault(stream, long.MinValue), before);
        }
    }

    public bool AllowsStub(AuditEvent e) => e.StubbedByEventId is { } by && emptied.TryGetValue(by, out var permit) && permit.Stream == e.Stream && e.UtcMicroseconds < permit.Before;

    public bool AllowsAbsence(AuditSeal seal) =>
        seal.PrunedByEventId is { } by && pruned.TryGetValue(by, out var permit) && permit.Stream == seal.Stream && permit.Seals.Exists(range => range.First <= seal.SealId && seal.SealId <= range.Last);

    public bool AllowsErasedActor(AuditEvent e) =>
        (e.ActorId is { } actor && persons.Contains(actor)) || (e.ImpersonatorId is { } impersonator && persons.Contains(impersonator))
        || (actorsBefore.TryGetValue(e.Stream, out var before) && e.UtcMicroseconds < before);

    public bool AllowsErasedTarget(AuditEvent e) => e.TargetId is { } target && persons.Contains(target);

    private static List<(long, long)> Ranges(string text)
    {
        var ranges = new List<(long, long)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (part.Split('-') is [var first, .. var rest] && long.TryParse(first, CultureInfo.InvariantCulture, out var from) && long.TryParse(rest is [var last] ? last : first, CultureInfo.InvariantCulture, out var to))
                ranges.Add((from, to));
        return ranges;
    }
}
