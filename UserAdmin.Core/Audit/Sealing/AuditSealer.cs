using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>
/// Numbers the events of each stream and signs what was numbered. Several servers may do it at once: whoever moves the head of a stream first wins, the others
/// look again. Events become visible out of the order of their ids, so what has no number yet is asked for, never what comes after the last.
/// </summary>
public sealed class AuditSealer(UserAdminDbContext db, AuditKeys keys, AuditAdoption adoption, ComplianceMail mail, TimeProvider clock)
{
    public const int MostRows = 5_000;

    private const int Tries = 50, MostNamed = 20;
    private static readonly TimeSpan Silence = TimeSpan.FromHours(12);

    /// <summary>Every minute.</summary>
    public async Task SealAsync(JobLog log, CancellationToken cancel)
    {
        var events = await DoneAsync(SealAsync(cancel));
        if (events > 0)
            log.Conclude(string.Create(CultureInfo.InvariantCulture, $"{events:N0} events were sealed."));
    }

    /// <summary>Daily: streams in which nothing happened get an empty seal, so that silence is signed, too.</summary>
    public async Task SealSilenceAsync(JobLog log, CancellationToken cancel)
    {
        await DoneAsync(SealAsync(cancel));
        var seals = await DoneAsync(SealEmptyAsync(cancel));
        log.Conclude(seals == 0 ? "Every stream was sealed within the last 12 hours." : string.Create(CultureInfo.InvariantCulture, $"{seals} empty seals were made."));
    }

    /// <summary>Seals what waits, for whoever presses the button. Problems: not allowed, the key is lost.</summary>
    public async Task<Result<long>> SealAsync(Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditVerify) ? await SealAsync(cancel) : await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);

    /// <summary>Seals what waits in all streams and gives back how many events that were. Problem: the key is lost.</summary>
    public async Task<Result<long>> SealAsync(CancellationToken cancel)
    {
        await adoption.AdoptAsync(cancel);
        return await WithKeyAsync(async key =>
        {
            var total = 0L;
            foreach (var stream in Enum.GetValues<AuditStream>())
                for (var (count, again) = (0, true); again; again = count == MostRows)
                    total += count = await SealAsync(stream, key, evenEmpty: false, cancel);
            return total;
        }, cancel);
    }

    private Task<Result<long>> SealEmptyAsync(CancellationToken cancel) => WithKeyAsync(async key =>
    {
        var limit = AuditRecording.ToMicroseconds(clock.GetUtcNow() - Silence);
        var silent = await db.AuditHeads.Where(h => h.SealedUtcMicroseconds < limit).Select(h => h.Stream).ToListAsync(cancel);
        foreach (var stream in silent)
            await SealAsync(stream, key, evenEmpty: true, cancel);
        return (long)silent.Count;
    }, cancel);

    // The key may change between two attempts, so each asks for it anew.
    private async Task<Result<long>> WithKeyAsync(Func<SigningKey, Task<long>> work, CancellationToken cancel)
    {
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            var current = await keys.CurrentAsync(cancel);
            if (!current.Succeeded)
                return current.Problem;
            using var key = current.Value;
            try
            {
                return await work(key);
            }
            catch (SealedByAnother) when (attempt < Tries)
            {
                // What another server took is done; what came since is looked for again.
            }
            finally
            {
                db.ChangeTracker.Clear();
            }
        }
        return AuditProblems.Busy;
    }

    private async Task<int> SealAsync(AuditStream stream, SigningKey key, bool evenEmpty, CancellationToken cancel)
    {
        // All that takes long is done before the transaction; the version of the head tells whether anybody sealed or changed the key meanwhile.
        var head = await db.AuditHeads.AsNoTracking().SingleAsync(h => h.Stream == stream, cancel);
        if (!await db.AuditKeys.AnyAsync(k => k.KeyId == key.Row.KeyId && k.ValidToMicroseconds == null, cancel))
            throw new SealedByAnother();
        var events = await AuditEvent.ReadAsync(db, rows => rows.Where(e => e.Stream == stream && e.Seq == null).OrderBy(e => e.Id).Take(MostRows), cancel);
        if (events.Count == 0 && !evenEmpty)
            return 0;

        using var mac = EventCheck.Mac(db.GetService<MasterKey>().AuditKey);
        var suspicious = events.Where(e => EventCheck.FaultsOf(e, mac) != EventFault.None).ToList();
        var bare = events.Where(e => e.Leaf is null).ToList();
        bare.ForEach(e => e.StampBare());
        var seal = Seal(head, events, key, AuditRecording.ToMicroseconds(clock.GetUtcNow()));
        await db.WriteAsync(async () =>
        {
            if (await TakeAsync(head, seal, cancel) == 0)
                throw new SealedByAnother();
            foreach (var e in bare)
                await db.AuditEvents.Where(row => row.Id == e.Id).ExecuteUpdateAsync(row => row.SetProperty(r => r.Leaf, e.Leaf), cancel);
            // One that is gone since it was read leaves a gap in the numbers, so all is read again.
            if (await SealedRows.NumberAsync(db, events.ConvertAll(e => e.Id), seal.FirstSeq, seal.SealId, cancel) != events.Count)
                throw new SealedByAnother();
            await SealedRows.CountAsync(db, Counts(events), cancel);
            db.AuditSeals.Add(seal);
            if (suspicious.Count > 0)
                await AlarmAsync(suspicious, stream, seal, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        db.ChangeTracker.Clear();
        return events.Count;
    }

    private static AuditSeal Seal(AuditHead head, List<AuditEvent> events, SigningKey key, long now)
    {
        var seal = new AuditSeal
        {
            Stream = head.Stream,
            SealId = head.SealId + 1,
            FirstSeq = head.Seq + 1,
            RowCount = events.Count,
            MinUtcMicroseconds = events.Count == 0 ? null : events.Min(e => e.UtcMicroseconds),
            MaxUtcMicroseconds = events.Count == 0 ? null : events.Max(e => e.UtcMicroseconds),
            Root = AuditFormat.Root([.. events.Select(e => e.Leaf!)]),
            PreviousHash = head.Hash,
            // A clock that is put back must not put the chain back.
            SealedUtcMicroseconds = Math.Max(now, Math.Max(head.SealedUtcMicroseconds, key.Row.ValidFromMicroseconds)),
            KeyId = key.Row.KeyId,
        };
        seal.Hash = AuditFormat.SealHash(seal, key.Origin(head.Stream));
        seal.Signature = key.Key.SignData(seal.Hash, HashAlgorithmName.SHA256);
        return seal;
    }

    private Task<int> TakeAsync(AuditHead head, AuditSeal seal, CancellationToken cancel) =>
        db.AuditHeads.Where(h => h.Stream == head.Stream && h.Version == head.Version).ExecuteUpdateAsync(set => set
            .SetProperty(h => h.Version, h => h.Version + 1)
            .SetProperty(h => h.SealId, seal.SealId)
            .SetProperty(h => h.Seq, seal.FirstSeq + seal.RowCount - 1)
            .SetProperty(h => h.Hash, seal.Hash)
            .SetProperty(h => h.SealedUtcMicroseconds, seal.SealedUtcMicroseconds), cancel);

    private static List<AuditCount> Counts(List<AuditEvent> events) =>
        [.. events.GroupBy(e => (Slot: (int)(e.UtcMicroseconds / AuditCount.SlotMicroseconds), e.Action, e.Outcome))
            .Select(group => new AuditCount { Slot = group.Key.Slot, Action = group.Key.Action, Outcome = group.Key.Outcome, Count = group.Count() })];

    private async Task AlarmAsync(List<AuditEvent> suspicious, AuditStream stream, AuditSeal seal, CancellationToken cancel)
    {
        var named = string.Join(", ", suspicious.Take(MostNamed).Select(e => e.Id)) + (suspicious.Count > MostNamed ? ", …" : "");
        var what = string.Create(CultureInfo.InvariantCulture, $"{suspicious.Count} in the stream {stream}, seal {seal.SealId}");
        db.Record(AuditAction.AuditSuspicious, Actor.System, new(null, what), clock.GetUtcNow(), [new("Events", null, named)], outcome: AuditOutcome.Failure);
        await mail.AlarmAsync(what, cancel);
    }

    private static async Task<long> DoneAsync(Task<Result<long>> sealing) =>
        await sealing is { Problem: { } problem } ? throw new InvalidOperationException(problem.Message) : (await sealing).Value;

    private sealed class SealedByAnother : Exception;
}
