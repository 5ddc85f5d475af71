using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.Audit.Retention;

/// <summary>
/// Removes what is over, daily, behind a checkpoint that was given out: first the contents of events, of which a stub stays under the seal, then whole seals' stubs. An event tells of each step
/// and is sealed before it begins. Each batch is right by itself, so it may be killed at any moment; the next run goes on and tells of the rest.
/// </summary>
public sealed class AuditRetention(
    UserAdminDbContext db, Policies policies, AuditCheckpoints checkpoints, AuditSealer sealer, RetentionArchive archive, TimeProvider clock)
{
    internal const int RowsAtOnce = 5_000;

    public async Task RunAsync(JobLog log, CancellationToken cancel)
    {
        var policy = await policies.GetAsync<AuditRetentionPolicy>(cancel);
        var now = clock.GetUtcNow();
        var forecast = await db.ForecastAsync(policy, now, cancel);
        var isOver = forecast.Events > 0 || forecast.Addresses > 0 || await AnyEmptyAsync(cancel);
        if (!isOver)
        {
            log.Conclude("Nothing is over its time.");
            return;
        }

        Expect(await checkpoints.MakeAsync(cancel));
        var (emptied, removed, erased) = (0L, 0L, 0L);
        foreach (var stream in Enum.GetValues<AuditStream>())
        {
            var bound = await db.AuditCheckpoints.Where(c => c.Stream == stream).MaxAsync(c => (long?)c.SealId, cancel) ?? 0;
            emptied += await EmptyAsync(stream, bound, [.. forecast.Lines.Where(line => line.Stream == stream)], log, cancel);
            removed += await PruneAsync(stream, bound, cancel);
            if (policy.AddressDays > 0)
                erased += await EraseActorsAsync(stream, bound, policy.AddressDays, now, cancel);
        }
        log.Conclude(string.Create(CultureInfo.InvariantCulture, $"{emptied:N0} events were emptied, {removed:N0} removed, of {erased:N0} the address was erased."));
    }

    private async Task<long> EmptyAsync(AuditStream stream, long bound, List<RetentionLine> lines, JobLog log, CancellationToken cancel)
    {
        var (first, last) = await SpanAsync(stream, bound, lines.Max(line => line.BeforeMicroseconds), cancel);
        var span = db.AuditEvents.Where(e => e.Stream == stream && e.Seq >= first && e.Seq <= last);
        var events = 0L;
        foreach (var line in lines)
            events += await span.OverBy(line).LongCountAsync(cancel);
        if (events == 0)
            return 0;

        var file = await archive.KeepAsync(stream, first, last, cancel);
        if (file is not null)
            log.Say($"Archived as {file}.");
        // Of the categories of a stream the newest limit is told: a stub has lost its category.
        var id = await TellAsync(AuditAction.AuditEmptied, stream, [
            new("before", null, Text(lines.Max(line => line.BeforeMicroseconds))), new("events", null, Text(events)),
            .. lines.Select(line => new FieldChange($"{line.Category} days", null, Text(line.Days))),
            .. file is null ? [] : new FieldChange[] { new("archive", null, file) }], cancel);
        var done = 0L;
        for (var from = first; from <= last; from += RowsAtOnce)
        {
            var to = Math.Min(last, from + RowsAtOnce - 1);
            await db.WriteAsync(async () =>
            {
                foreach (var line in lines)
                    done += await EmptyAsync(db.AuditEvents.Where(e => e.Stream == stream && e.Seq >= from && e.Seq <= to).OverBy(line), id, cancel);
                return Result.Ok;
            }, cancel);
        }
        return done;
    }

    private static Task<int> EmptyAsync(IQueryable<AuditEvent> events, Guid by, CancellationToken cancel) => events.ExecuteUpdateAsync(set => set
        .SetProperty(e => e.StubbedByEventId, by)
        .SetProperty(e => e.ActorKind, default(ActorKind)).SetProperty(e => e.ActorId, (Guid?)null).SetProperty(e => e.ActorName, "")
        .SetProperty(e => e.ImpersonatorId, (Guid?)null).SetProperty(e => e.ImpersonatorName, (string?)null)
        .SetProperty(e => e.Action, "").SetProperty(e => e.Category, default(AuditCategory)).SetProperty(e => e.Outcome, default(AuditOutcome))
        .SetProperty(e => e.TargetId, (Guid?)null).SetProperty(e => e.TargetName, (string?)null).SetProperty(e => e.Reason, (string?)null).SetProperty(e => e.Changes, (string?)null)
        .SetProperty(e => e.Address, (string?)null).SetProperty(e => e.SessionId, (Guid?)null).SetProperty(e => e.CorrelationId, (string?)null)
        .SetProperty(e => e.ActorSalt, (byte[]?)null).SetProperty(e => e.ActorCommitment, (byte[]?)null)
        .SetProperty(e => e.TargetSalt, (byte[]?)null).SetProperty(e => e.TargetCommitment, (byte[]?)null).SetProperty(e => e.LeafMac, (byte[]?)null), cancel);

    private async Task<long> PruneAsync(AuditStream stream, long bound, CancellationToken cancel)
    {
        var seals = await Empty(stream, bound).OrderBy(s => s.SealId).Select(s => new { s.SealId, s.FirstSeq, s.RowCount }).ToListAsync(cancel);
        if (seals.Count == 0)
            return 0;
        var total = seals.Sum(seal => (long)seal.RowCount);
        var id = await TellAsync(AuditAction.AuditPruned, stream, [new("seals", null, Ranges([.. seals.Select(seal => seal.SealId)])), new("events", null, Text(total))], cancel);
        for (var i = 0; i < seals.Count;)
        {
            var (start, rows) = (i, 0L);
            while (i < seals.Count && (i == start || rows + seals[i].RowCount <= RowsAtOnce))
                rows += seals[i++].RowCount;
            var some = seals[start..i];
            await db.WriteAsync(async () =>
            {
                foreach (var seal in some)
                {
                    var (sealId, first, last) = (seal.SealId, seal.FirstSeq, seal.FirstSeq + seal.RowCount - 1);
                    await db.AuditSeals.Where(s => s.Stream == stream && s.SealId == sealId && s.PrunedByEventId == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.PrunedByEventId, id), cancel);
                    await db.AuditEvents.Where(e => e.Stream == stream && e.Seq >= first && e.Seq <= last).ExecuteDeleteAsync(cancel);
                }
                return Result.Ok;
            }, cancel);
        }
        return total;
    }

    private async Task<long> EraseActorsAsync(AuditStream stream, long bound, int days, DateTimeOffset now, CancellationToken cancel)
    {
        var before = AuditRecording.ToMicroseconds(now.AddDays(-days));
        var (first, last) = await SpanAsync(stream, bound, before, cancel);
        var over = db.AuditEvents.Where(e => e.Stream == stream && e.Seq >= first && e.Seq <= last).WithAddressBefore(before);
        if (!await over.AnyAsync(cancel))
            return 0;
        await TellAsync(AuditAction.AuditActorsErased, stream, [new("before", null, Text(before)), new("AddressDays", null, Text(days))], cancel);
        var done = 0L;
        for (var from = first; from <= last; from += RowsAtOnce)
        {
            var to = Math.Min(last, from + RowsAtOnce - 1);
            await db.WriteAsync(async () =>
            {
                done += await AuditErasure.EraseActorsAsync(db.AuditEvents.Where(e => e.Stream == stream && e.Seq >= from && e.Seq <= to).WithAddressBefore(before), cancel);
                return Result.Ok;
            }, cancel);
        }
        return done;
    }

    // Seals whose events are all emptied, and seals that haven't been pruned yet.
    private IQueryable<AuditSeal> Empty(AuditStream stream, long bound) => db.AuditSeals.Where(s => s.Stream == stream && s.SealId <= bound && s.RowCount > 0 && s.PrunedByEventId == null
        && !db.AuditEvents.Any(e => e.Stream == stream && e.Seq >= s.FirstSeq && e.Seq < s.FirstSeq + s.RowCount && e.StubbedByEventId == null)
        && db.AuditEvents.Any(e => e.Stream == stream && e.Seq == s.FirstSeq));

    private async Task<bool> AnyEmptyAsync(CancellationToken cancel)
    {
        foreach (var stream in Enum.GetValues<AuditStream>())
            if (await Empty(stream, long.MaxValue).AnyAsync(cancel))
                return true;
        return false;
    }

    private async Task<(long First, long Last)> SpanAsync(AuditStream stream, long bound, long before, CancellationToken cancel)
    {
        var seals = db.AuditSeals.Where(s => s.Stream == stream && s.SealId <= bound && s.RowCount > 0 && s.PrunedByEventId == null && s.MinUtcMicroseconds < before);
        return (await seals.MinAsync(s => (long?)s.FirstSeq, cancel) ?? 1, await seals.MaxAsync(s => (long?)(s.FirstSeq + s.RowCount - 1), cancel) ?? 0);
    }

    // What was removed is right only when a sealed event tells of it, so that one comes first.
    private async Task<Guid> TellAsync(AuditAction action, AuditStream stream, IReadOnlyList<FieldChange> changes, CancellationToken cancel)
    {
        db.Record(action, Actor.System, new(null, $"{stream}"), clock.GetUtcNow(), [new("stream", null, Text((long)stream)), .. changes], "Their time is over");
        var id = db.ChangeTracker.Entries<AuditEvent>().Single().Entity.Id;
        await db.SaveChangesAsync(cancel);
        db.ChangeTracker.Clear();
        Expect(await sealer.SealAsync(cancel));
        return id;
    }

    internal static string Ranges(IReadOnlyList<long> numbers)
    {
        var ranges = new List<(long First, long Last)>();
        foreach (var number in numbers)
            if (ranges.Count > 0 && ranges[^1].Last == number - 1)
                ranges[^1] = (ranges[^1].First, number);
            else
                ranges.Add((number, number));
        return string.Join(',', ranges.Select(range => range.First == range.Last ? Text(range.First) : $"{Text(range.First)}-{Text(range.Last)}"));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Expect<T>(Result<T> result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException(result.Problem.Message);
    }
}
