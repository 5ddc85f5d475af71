using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Verification;

/// <summary>What somebody brings to a check: checkpoints they kept, as text, and the fingerprint of the first key as it was printed, perhaps followed by those of keys with which the log was begun anew.</summary>
public sealed record OwnEvidence(string? Checkpoints = null, string? Fingerprint = null);

/// <summary>How many events were checked of how many.</summary>
public sealed record VerificationProgress(long Done, long Total);

/// <summary>Checks that the audit log is what was sealed (docs/audit-format.md). Reads all of it once, with the memory of a few pages.</summary>
public sealed class AuditVerification(UserAdminDbContext db, CurrentTenant tenant, AuditKeys keys, AuditKeyFiles files, CheckpointFile file, TimeProvider clock)
{
    /// <summary>Events may wait that long for their seal.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private const int PerPart = 500, FingerprintDigits = 64;

    /// <summary>Checks that are left out, for the test that shows that none is superfluous.</summary>
    internal IReadOnlySet<AuditCheck> Without { get; set; } = new HashSet<AuditCheck>();

    /// <summary>Problem: not allowed. The outcome is recorded.</summary>
    public async Task<Result<AuditReport>> VerifyAsync(OwnEvidence evidence, Actor actor, IProgress<VerificationProgress>? progress, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditVerify))
            return await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);
        var startedAt = clock.GetUtcNow();
        AuditReport report;
        var installation = await keys.InstallationAsync(cancel);
        // Before the view of the log is taken: a checkpoint that is written meanwhile would speak of seals that the view doesn't have.
        var filed = await file.ReadAsync(cancel);
        await using (await LogReader.HoldAsync(db, cancel))
            report = await ReadAsync(installation, evidence, filed, startedAt, progress, cancel);
        db.Record(AuditAction.AuditVerified, actor, new(null, Text.Shorten(report.Verdict, 400)), clock.GetUtcNow(),
            [.. report.Findings.Where(f => f.Kind == FindingKind.Alarm).Take(20).Select(f => new FieldChange("Finding", null, f.Sentence))], outcome: report.IsGreen ? AuditOutcome.Success : AuditOutcome.Failure);
        await db.SaveChangesAsync(cancel);
        return report;
    }

    private async Task<AuditReport> ReadAsync(Guid installation, OwnEvidence evidence, IReadOnlyList<CheckpointNote> filed, DateTimeOffset startedAt, IProgress<VerificationProgress>? progress, CancellationToken cancel)
    {
        var findings = new AuditFindings(Without);
        var macKey = db.GetService<MasterKey>().AuditKey;
        var heads = await db.AuditHeads.AsNoTracking().ToDictionaryAsync(h => h.Stream, cancel);
        var permits = new RemovalPermits(await TellingAsync(RemovalPermits.Actions, cancel), macKey);
        using var chain = new KeyChain(await db.AuditKeys.AsNoTracking().ToListAsync(cancel), installation, tenant.Tenant.Name, files.Trusted(tenant.Tenant.Name), await BegunAnewAsync(macKey, cancel), findings);
        CheckFingerprint(chain, evidence.Fingerprint, findings);
        var notes = new CheckpointComparison(await NotesAsync(evidence, filed, cancel), chain, findings);

        var (streams, done, total) = (new List<StreamReport>(), 0L, heads.Values.Sum(h => h.Seq));
        foreach (var stream in Enum.GetValues<AuditStream>())
        {
            var origin = AuditFormat.Origin(installation, tenant.Tenant.Name, stream);
            var walk = new StreamWalk(stream, origin, chain, permits, findings);
            await foreach (var page in new LogReader(db).ReadAsync(stream, cancel))
            {
                notes.See(origin, page.Seals);
                walk.See(page.Seals, Signed(page.Seals, chain));
                walk.See(page.Events, Judge(page.Events, macKey));
                done += page.Events.Count;
                progress?.Report(new(Math.Min(done, total), total));
            }
            walk.End();
            notes.End(origin, stream);
            CheckHead(heads.GetValueOrDefault(stream), walk, stream, findings);
            streams.Add(new(stream, walk.Events, walk.Seals, walk.Covered, walk.FirstSealedMicroseconds, walk.LastSeal?.SealedUtcMicroseconds, await CheckUnsealedAsync(stream, findings, cancel)));
        }
        notes.Strangers();
        progress?.Report(new(total, total));
        return new(startedAt, clock.GetUtcNow(), chain.FirstFingerprint, notes.Count, streams, findings.All, findings.Unlisted);
    }

    private static EventFault[] Judge(IReadOnlyList<AuditEvent> events, byte[] macKey)
    {
        var faults = new EventFault[events.Count];
        if (events.Count > 0)
            Parallel.ForEach(Partitioner.Create(0, events.Count, PerPart), part =>
            {
                using var mac = EventCheck.Mac(macKey);
                for (var i = part.Item1; i < part.Item2; i++)
                    if (events[i].StubbedByEventId is null)
                        faults[i] = EventCheck.FaultsOf(events[i], mac);
            });
        return faults;
    }

    private static bool[] Signed(IReadOnlyList<AuditSeal> seals, KeyChain chain)
    {
        var signed = new bool[seals.Count];
        if (seals.Count > 0)
            Parallel.For(0, seals.Count, i => signed[i] = chain.IsSigned(seals[i]));
        return signed;
    }

    // An event counts once it is sealed; what was recorded a moment ago is sealed soon, or found as unsealed.
    private Task<List<AuditEvent>> TellingAsync(IReadOnlyList<string> actions, CancellationToken cancel) =>
        db.AuditEvents.AsNoTracking().Where(e => e.Stream == AuditStream.Legal && actions.Contains(e.Action)).ToListAsync(cancel);

    private async Task<IReadOnlySet<string>> BegunAnewAsync(byte[] macKey, CancellationToken cancel) =>
        (await TellingAsync([AuditAction.AuditKeyBegunAnew.Code], cancel)).Where(e => e.TargetSalt is not null && EventCheck.FaultsOf(e, macKey) == EventFault.None).Select(e => e.TargetName ?? "").ToHashSet();

    private static void CheckFingerprint(KeyChain chain, string? fingerprint, AuditFindings findings)
    {
        var digits = string.Concat((fingerprint ?? "").Where(char.IsAsciiHexDigit)).ToLowerInvariant();
        if (digits.Length > 0 && !digits.Chunk(FingerprintDigits).Any(one => chain.FirstFingerprint.AsSpan().SequenceEqual(one)))
            findings.Alarm(AuditCheck.FirstKey, $"The first key has the fingerprint {chain.FirstFingerprint ?? "none"}, not the one you gave: the whole log may have been made up.");
    }

    private async Task<List<(CheckpointNote, string)>> NotesAsync(OwnEvidence evidence, IReadOnlyList<CheckpointNote> filed, CancellationToken cancel)
    {
        var stored = await db.AuditCheckpoints.AsNoTracking().Select(c => c.Note).ToListAsync(cancel);
        var own = CheckpointNote.FindAll(evidence.Checkpoints ?? "");
        return
        [
            .. own.Select(note => (note, "that you brought")),
            .. filed.Where(IsOurs).Select(note => (note, "in the checkpoint file")),
            .. stored.SelectMany(CheckpointNote.FindAll).Select(note => (note, "in the database")),
        ];
    }

    // One file serves all tenants.
    private bool IsOurs(CheckpointNote note) => note.Origin.Split('/') is [_, var name, _] && name == tenant.Tenant.Name;

    private static void CheckHead(AuditHead? head, StreamWalk walk, AuditStream stream, AuditFindings findings)
    {
        var last = walk.LastSeal;
        if (head is null || head.SealId != (last?.SealId ?? 0) || head.Seq != walk.Covered || !head.Hash.AsSpan().SequenceEqual(last?.Hash ?? AuditFormat.FirstPreviousHash))
            findings.Alarm(AuditCheck.Head, string.Create(CultureInfo.InvariantCulture, $"the log ends with seal {last?.SealId ?? 0:N0}, while seal {head?.SealId ?? 0:N0} was the last one made: its end was cut off or changed."), stream);
    }

    private async Task<long> CheckUnsealedAsync(AuditStream stream, AuditFindings findings, CancellationToken cancel)
    {
        var waiting = await db.AuditEvents.Where(e => e.Stream == stream && e.Seq == null)
            .GroupBy(e => 1).Select(group => new { Count = group.LongCount(), Oldest = group.Min(e => e.UtcMicroseconds) }).SingleOrDefaultAsync(cancel);
        if (waiting is not null && waiting.Oldest < AuditRecording.ToMicroseconds(clock.GetUtcNow() - Patience))
            findings.Alarm(AuditCheck.Unsealed, string.Create(CultureInfo.InvariantCulture, $"{waiting.Count:N0} {(waiting.Count == 1 ? "event waits" : "events wait")} for a seal since {AuditFinding.Instant(waiting.Oldest)} UTC: sealing stands still."), stream);
        return waiting?.Count ?? 0;
    }
}
