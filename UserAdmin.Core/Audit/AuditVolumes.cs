using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit;

/// <summary>How many events fell into a period, whose end is not included.</summary>
public sealed record VolumeBar(DateTimeOffset Start, DateTimeOffset End, long Succeeded, long NotSucceeded)
{
    public long Count => Succeeded + NotSucceeded;
}

/// <param name="Grain">What a bar is.</param>
/// <param name="Bars">The periods in order, also those in which nothing happened.</param>
/// <param name="CountedOnly">The number of newest events that were counted, when there are more; what is older is missing in the bars.</param>
public sealed record AuditVolume(VolumeGrain Grain, IReadOnlyList<VolumeBar> Bars, int? CountedOnly)
{
    public static AuditVolume None { get; } = new(VolumeGrain.Day, [], null);
}

/// <summary>
/// Counts events over time. All events are counted when they are sealed, so that is read, and what isn't sealed yet is added; events of one person, thing or address are counted along
/// their index, the newest of them only when they are many.
/// </summary>
public sealed class AuditVolumes(UserAdminDbContext db, CurrentTenant tenant, KeptFigures figures, TimeProvider clock)
{
    public const int MostCounted = 20_000;

    // So much is counted for each click; more takes a second or two among ten million events, and is kept for a minute.
    private static readonly TimeSpan CountedAtOnce = TimeSpan.FromDays(93);

    private sealed record Slice(int Bar, int Outcome, long Events);

    /// <summary>
    /// Empty without <see cref="Permission.AuditView"/>; null while it is being counted, then ask again. Of a filter without times the last 30 days, or what is usual for the kind of period.
    /// Beyond three months it may be a minute old.
    /// </summary>
    public async Task<AuditVolume?> ReadAsync(AuditFilter filter, VolumeGrain? grain, TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditView))
            return AuditVolume.None;
        var now = clock.GetUtcNow();
        var to = filter.To is { } last && last < now ? last : now.AddTicks(1);
        var from = filter.From ?? to - VolumePeriods.UsualSpan(grain);
        if (from >= to)
            return AuditVolume.None;
        var (kind, bounds) = VolumePeriods.Cover(from, to, grain, zone);
        var counting = new Counting(bounds);
        // Periods at both ends are whole ones, unless the filter cuts them.
        var within = filter with { From = filter.From > bounds[0] ? filter.From : bounds[0], To = filter.To < bounds[^1] ? filter.To : bounds[^1] };
        if (filter.IsOfFew)
            return counting.Made(kind, await CountEventsAsync(counting, within, cancel));
        if (bounds[^1] - bounds[0] <= CountedAtOnce)
            return counting.Made(kind, await ReadCountsAsync(db, counting, within, cancel));
        return (await figures.FindAsync(tenant.Tenant, $"audit volume {filter with { PageSize = 1 }} {grain} {zone.Id}",
            async own => counting.Made(kind, await ReadCountsAsync(own, counting, within, CancellationToken.None)), cancel))?.Value;
    }

    private async Task<int?> CountEventsAsync(Counting counting, AuditFilter filter, CancellationToken cancel)
    {
        var with = filter.WithId is { } id ? await db.AuditEvents.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, cancel) : null;
        var found = new List<(long Slot, AuditOutcome Outcome, int Events)>();
        foreach (var part in db.AuditEvents.AsNoTracking().Matching(filter, with).PartsOf(filter))
            found.AddRange(from slot in await part.InOrder().Take(MostCounted + 1).GroupBy(e => new { Slot = e.UtcMicroseconds / AuditCount.SlotMicroseconds, e.Outcome })
                               .Select(slot => new { slot.Key.Slot, slot.Key.Outcome, Events = slot.Count() }).ToListAsync(cancel)
                           select (slot.Slot, slot.Outcome, slot.Events));
        var left = MostCounted;
        foreach (var (slot, outcome, events) in found.OrderByDescending(e => e.Slot))
        {
            counting.Add(slot * AuditCount.SlotMicroseconds, outcome, Math.Min(events, Math.Max(0, left)));
            left -= events;
        }
        return left < 0 ? MostCounted : null;
    }

    private static async Task<int?> ReadCountsAsync(UserAdminDbContext db, Counting counting, AuditFilter filter, CancellationToken cancel)
    {
        if (filter.Actions is { Count: 0 })
            return null;
        var unsealed = db.AuditEvents.AsNoTracking().Where(e => e.Seq == null).OrderByDescending(e => e.Stream).ThenByDescending(e => e.Id).Take(MostCounted + 1).Matching(filter);
        var young = await unsealed.GroupBy(e => new { Slot = e.UtcMicroseconds / AuditCount.SlotMicroseconds, e.Outcome }).Select(slot => new { slot.Key.Slot, slot.Key.Outcome, Events = slot.Count() }).ToListAsync(cancel);
        foreach (var slot in young)
            counting.Add(slot.Slot * AuditCount.SlotMicroseconds, slot.Outcome, slot.Events);
        foreach (var slice in await db.Database.SqlQueryRaw<Slice>(Sums(counting, filter), [.. (filter.Actions ?? []).Cast<object>()]).ToListAsync(cancel))
            counting.Add(slice.Bar, (AuditOutcome)slice.Outcome, slice.Events);
        var notCounted = young.Sum(slot => slot.Events) > MostCounted;
        return notCounted ? MostCounted : null;
    }

    // One sum for each bar, so that nothing but sums leaves the database and any time zone's bounds are exact.
    private static string Sums(Counting counting, AuditFilter filter)
    {
        var narrowed = filter.Actions is { } actions ? $" AND action IN ({string.Join(", ", Enumerable.Range(0, actions.Count).Select(i => $"{{{i}}}"))})" : "";
        if (filter.Outcome is { } outcome)
            narrowed += string.Create(CultureInfo.InvariantCulture, $" AND outcome = {(int)outcome}");
        var (first, last) = (Slot(filter.From!.Value), Slot(filter.To!.Value));
        var sql = new StringBuilder();
        for (var i = 0; i < counting.Count; i++)
        {
            var (start, end) = (Math.Max(first, Slot(counting[i])), Math.Min(last, Slot(counting[i + 1])));
            sql.Append(i == 0 ? "" : " UNION ALL ").Append(CultureInfo.InvariantCulture,
                $"SELECT {i} AS \"Bar\", outcome AS \"Outcome\", CAST(SUM(CAST(\"count\" AS bigint)) AS bigint) AS \"Events\" FROM audit_counts WHERE slot >= {start} AND slot < {end}{narrowed} GROUP BY outcome");
        }
        return sql.ToString();
    }

    private static long Slot(DateTimeOffset instant) => (AuditRecording.ToMicroseconds(instant) + AuditCount.SlotMicroseconds - 1) / AuditCount.SlotMicroseconds;

    private sealed class Counting(IReadOnlyList<DateTimeOffset> bounds)
    {
        private readonly long[] starts = [.. bounds.Select(AuditRecording.ToMicroseconds)];
        private readonly long[] succeeded = new long[bounds.Count - 1], notSucceeded = new long[bounds.Count - 1];

        public int Count => succeeded.Length;

        public DateTimeOffset this[int index] => bounds[index];

        public void Add(long at, AuditOutcome outcome, long events)
        {
            var place = Array.BinarySearch(starts, at);
            Add(place >= 0 ? place : ~place - 1, outcome, events);
        }

        public void Add(int bar, AuditOutcome outcome, long events)
        {
            if (bar >= 0 && bar < Count)
                (outcome == AuditOutcome.Success ? succeeded : notSucceeded)[bar] += events;
        }

        public AuditVolume Made(VolumeGrain grain, int? countedOnly) =>
            new(grain, [.. Enumerable.Range(0, Count).Select(i => new VolumeBar(bounds[i], bounds[i + 1], succeeded[i], notSucceeded[i]))], countedOnly);
    }
}
