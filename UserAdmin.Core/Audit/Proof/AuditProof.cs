using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Audit.Proof;

/// <summary>Takes a part of the audit log out so that others can check it without the portal, its database or a network (docs/audit-format.md).</summary>
public sealed class AuditProof(UserAdminDbContext db, AuditSealer sealer, ProofWriter writer, TimeProvider clock)
{
    /// <summary>
    /// Seals what waits, says how much the proof will hold, and records who takes it. Needs both <see cref="Permission.AuditExport"/> and <see cref="Permission.AuditVerify"/>.
    /// Problems: not allowed, a range that ends before it begins, nothing sealed in it, the key is lost.
    /// </summary>
    public async Task<Result<ProofPlan>> StartAsync(ProofRange range, Actor actor, CancellationToken cancel)
    {
        foreach (var permission in new[] { Permission.AuditExport, Permission.AuditVerify })
            if (!actor.Can(permission))
                return await db.DenyAsync(actor, permission, null, clock, cancel);
        var sealing = await sealer.SealAsync(cancel);
        if (!sealing.Succeeded)
            return sealing.Problem;
        var planned = await PlanAsync(range, cancel);
        if (!planned.Succeeded)
            return planned;
        db.Record(AuditAction.AuditProofTaken, actor, new(null, range.ToString()), clock.GetUtcNow(),
            [new("Range", null, range.ToString()), new("Events", null, planned.Value.Events.ToString(CultureInfo.InvariantCulture)), new("Seals", null, planned.Value.Seals.ToString(CultureInfo.InvariantCulture))]);
        await db.SaveChangesAsync(cancel);
        return planned;
    }

    /// <summary>How much a range holds, without taking it.</summary>
    public async Task<Result<ProofPlan>> LookAsync(ProofRange range, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditVerify) ? await PlanAsync(range, cancel) : await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);

    /// <summary>Writes what was started. Memory doesn't grow with the log; <paramref name="progress"/> gets the number of events so far.</summary>
    public Task WriteAsync(ProofPlan plan, Stream output, IProgress<long>? progress, CancellationToken cancel) => writer.WriteAsync(plan, output, progress, cancel);

    internal async Task<Result<ProofPlan>> PlanAsync(ProofRange range, CancellationToken cancel)
    {
        if (range.From > range.To || range.FirstSeq > range.LastSeq)
            return ProofProblems.WrongRange;
        var runs = new List<SealRun>();
        var (events, seals) = (0L, 0L);
        foreach (var stream in Enum.GetValues<AuditStream>().Where(stream => range.Stream is null || range.Stream == stream))
        {
            var within = Within(db.AuditSeals.AsNoTracking().Where(s => s.Stream == stream), range);
            // Times of events overlap from seal to seal, so all between the first and the last are taken.
            var ends = await within.GroupBy(s => s.Stream).Select(g => new { First = g.Min(s => s.SealId), Last = g.Max(s => s.SealId) }).SingleOrDefaultAsync(cancel);
            if (ends is null)
                continue;
            runs.Add(new(stream, ends.First, ends.Last));
            seals += ends.Last - ends.First + 1;
            events += await db.AuditSeals.Where(s => s.Stream == stream && s.SealId >= ends.First && s.SealId <= ends.Last && s.PrunedByEventId == null).SumAsync(s => (long)s.RowCount, cancel);
        }
        return runs.Count == 0 ? ProofProblems.Nothing : new ProofPlan(range, events, seals, clock.GetUtcNow()) { Runs = runs };
    }

    private static IQueryable<AuditSeal> Within(IQueryable<AuditSeal> seals, ProofRange range)
    {
        if (range.From is { } from)
        {
            var first = AuditRecording.ToMicroseconds(from);
            seals = seals.Where(s => s.MaxUtcMicroseconds >= first);
        }
        if (range.To is { } to)
        {
            var end = AuditRecording.ToMicroseconds(to);
            seals = seals.Where(s => s.MinUtcMicroseconds < end);
        }
        if (range.FirstSeq is { } firstSeq)
            seals = seals.Where(s => s.FirstSeq + s.RowCount > firstSeq);
        return range.LastSeq is { } lastSeq ? seals.Where(s => s.FirstSeq <= lastSeq) : seals;
    }
}
