using System.Globalization;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Audit.Verification;

/// <summary>Follows one stream from its first seal on, with its events beside the seals. Holds the leaves of one seal at a time.</summary>
internal sealed class StreamWalk(AuditStream stream, string origin, KeyChain keys, RemovalPermits permits, AuditFindings findings)
{
    private const long Tolerance = 2_000_000;

    private readonly Queue<AuditSeal> ahead = new();
    private readonly List<byte[]> leaves = [];
    private readonly List<(long Seq, Guid Id)> order = [];
    private AuditSeal? last, current;
    private long expected;
    private bool isComplete;

    public long Covered => last is null ? 0 : last.FirstSeq + last.RowCount - 1;

    public AuditSeal? LastSeal => last;

    public long Events { get; private set; }

    public long Seals { get; private set; }

    public long? FirstSealedMicroseconds { get; private set; }

    public void See(IReadOnlyList<AuditSeal> seals, bool[] isSigned)
    {
        for (var i = 0; i < seals.Count; i++)
        {
            Judge(seals[i], isSigned[i]);
            ahead.Enqueue(last = seals[i]);
            FirstSealedMicroseconds ??= last.SealedUtcMicroseconds;
            Seals++;
        }
    }

    public void See(IReadOnlyList<AuditEvent> events, EventFault[] faults)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var (e, seq) = (events[i], events[i].Seq!.Value);
            while (current is null || seq >= current.FirstSeq + current.RowCount)
                if (!TryNext())
                    break;
            if (current is null || seq < current.FirstSeq || seq >= current.FirstSeq + current.RowCount)
                Alarm(AuditCheck.Cover, e, "has a number that no seal covers, as if it had been sealed.");
            else
                See(e, seq, faults[i]);
            Events++;
        }
    }

    /// <summary>After the last event.</summary>
    public void End()
    {
        while (TryNext())
        {
        }
    }

    private void Judge(AuditSeal seal, bool isSigned)
    {
        var (first, end) = (seal.FirstSeq, seal.FirstSeq + seal.RowCount - 1);
        void Found(AuditCheck check, string what) => findings.Alarm(check, what, stream, seal.RowCount == 0 ? null : first, seal.RowCount == 0 ? null : end, seal.MinUtcMicroseconds, seal.MaxUtcMicroseconds);

        var (number, before) = (seal.SealId.ToString("N0", CultureInfo.InvariantCulture), last?.SealId ?? 0);
        if (seal.SealId != before + 1)
            Found(AuditCheck.SealNumbers, string.Create(CultureInfo.InvariantCulture, $"seal {before + 1:N0} to {seal.SealId - 1:N0} before it are missing: they were removed."));
        if (first != Covered + 1)
            Found(AuditCheck.SealRange, string.Create(CultureInfo.InvariantCulture, $"seal {number} begins with event {first:N0} where {Covered + 1:N0} is due: a seal before it was removed or changed."));
        if (!seal.PreviousHash.AsSpan().SequenceEqual(last?.Hash ?? AuditFormat.FirstPreviousHash))
            Found(AuditCheck.PreviousHash, $"seal {number} does not follow the seal before it: one of them was removed or replaced.");
        if (!AuditFormat.SealHash(seal, origin).AsSpan().SequenceEqual(seal.Hash))
            Found(AuditCheck.SealHash, $"seal {number} was altered: what it says is not what was signed.");
        if (last is not null && seal.SealedUtcMicroseconds < last.SealedUtcMicroseconds - Tolerance)
            Found(AuditCheck.SealTimes, $"seal {number} says it is older than the seal before it: it was made up later.");
        if (!keys.Knows(seal.KeyId) || !isSigned)
            Found(AuditCheck.Signature, $"the signature of seal {number} is not right: the seal is forged.");
        else if (!keys.IsGood(seal.KeyId))
            Found(AuditCheck.Endorsement, $"the seals are signed with the key {seal.KeyId}, which nobody endorsed: they are forged.");
        else if (!keys.MaySignAt(seal.KeyId, seal.SealedUtcMicroseconds))
            Found(AuditCheck.KeyWindow, $"the seals are signed with the key {seal.KeyId}, which was not valid then: they were signed anew.");
    }

    private bool TryNext()
    {
        if (current is not null)
            Finish(current);
        if (!ahead.TryDequeue(out current))
            return false;
        leaves.Clear();
        order.Clear();
        (expected, isComplete) = (current.FirstSeq, true);
        return true;
    }

    private void See(AuditEvent e, long seq, EventFault fault)
    {
        Miss(seq - 1);
        if (seq < expected)
        {
            Alarm(AuditCheck.Numbering, e, "has a number that another event has: it was inserted.");
            isComplete = false;
            return;
        }
        expected = seq + 1;
        if (e.SealId != current!.SealId)
            Alarm(AuditCheck.Label, e, "names another seal than the one that covers it: that was changed.");
        if (current.PrunedByEventId is not null && permits.AllowsAbsence(current))
            Alarm(AuditCheck.Pruned, e, "is still there although it is said to have been removed after its time.");
        if (e.StubbedByEventId is null)
            JudgeContent(e, fault);
        else if (!IsStub(e) || e.UtcMicroseconds < current.MinUtcMicroseconds || e.UtcMicroseconds > current.MaxUtcMicroseconds || !permits.AllowsStub(e))
            Alarm(AuditCheck.Stub, e, "was emptied, and no sealed event tells that it was to be.");
        else
            findings.Note(AuditCheck.Stub, $"emptied after its time, as event {e.StubbedByEventId} tells; only its place is proven.", stream, seq, seq, e.UtcMicroseconds, e.UtcMicroseconds);
        leaves.Add(e.Leaf ?? []);
        order.Add((seq, e.Id));
    }

    private void JudgeContent(AuditEvent e, EventFault fault)
    {
        if (fault.HasFlag(EventFault.Content))
            Alarm(AuditCheck.Content, e, "altered: what happened, when, or who and whom it was about is not what was recorded.");
        if (fault.HasFlag(EventFault.ActorPart))
            Alarm(AuditCheck.ActorPart, e, "altered: the name or the address of who did it is not what was recorded.");
        if (fault.HasFlag(EventFault.TargetPart))
            Alarm(AuditCheck.TargetPart, e, "altered: the target's name, the reason or the changes are not what was recorded.");
        if (fault.HasFlag(EventFault.Origin))
            Alarm(AuditCheck.Origin, e, "not written by the portal, or altered before it was sealed.");
        JudgeErased(e, EventCheck.IsActorErased(e), permits.AllowsErasedActor(e), "who did it");
        JudgeErased(e, EventCheck.IsTargetErased(e), permits.AllowsErasedTarget(e), "the target's name, the reason and the changes");
    }

    private void JudgeErased(AuditEvent e, bool isErased, bool isAllowed, string what)
    {
        if (!isErased)
            return;
        if (isAllowed)
            findings.Note(AuditCheck.Erased, $"{what} was erased, as another event tells; the rest is unaltered.", stream, e.Seq, e.Seq, e.UtcMicroseconds, e.UtcMicroseconds);
        else
            Alarm(AuditCheck.Erased, e, $"{what} was erased, and no sealed event tells that it was to be.");
    }

    private void Finish(AuditSeal seal)
    {
        var end = seal.FirstSeq + seal.RowCount - 1;
        if (seal.PrunedByEventId is { } by)
        {
            if (permits.AllowsAbsence(seal))
                findings.Note(AuditCheck.Pruned, $"removed after their time, as event {by} tells; the seals are still there.", stream, seal.FirstSeq, end, seal.MinUtcMicroseconds, seal.MaxUtcMicroseconds);
            else
                findings.Alarm(AuditCheck.Pruned, "said to have been removed after their time, and no sealed event tells that they were to be.", stream, seal.FirstSeq, end, seal.MinUtcMicroseconds, seal.MaxUtcMicroseconds);
            return;
        }
        Miss(end);
        if (isComplete && !AuditFormat.Root([.. leaves]).AsSpan().SequenceEqual(seal.Root))
            Exchanged(seal);
    }

    // Events are sealed in the order of their ids, so ids that go back show which were swapped.
    private void Exchanged(AuditSeal seal)
    {
        var back = Enumerable.Range(1, Math.Max(0, order.Count - 1)).Where(i => order[i].Id.CompareTo(order[i - 1].Id) < 0).ToList();
        var (first, end) = back.Count == 0 ? (seal.FirstSeq, seal.FirstSeq + seal.RowCount - 1) : (order[back[0] - 1].Seq, order[back[^1]].Seq);
        findings.Alarm(AuditCheck.Root, back.Count == 0 ? "one or more of them are not those that were sealed: they were replaced." : "not in the order in which they were sealed: some of them were swapped.",
            stream, first, end, seal.MinUtcMicroseconds, seal.MaxUtcMicroseconds);
    }

    private void Miss(long until)
    {
        if (current!.PrunedByEventId is not null || until < expected)
            return;
        findings.Alarm(AuditCheck.Numbering, "missing: deleted after they were sealed.", stream, expected, until, current.MinUtcMicroseconds, current.MaxUtcMicroseconds);
        (expected, isComplete) = (until + 1, false);
    }

    private void Alarm(AuditCheck check, AuditEvent e, string what) => findings.Alarm(check, what, stream, e.Seq, e.Seq, e.UtcMicroseconds, e.UtcMicroseconds);

    private static bool IsStub(AuditEvent e) => e is
    {
        ActorId: null, ActorName.Length: 0, ImpersonatorId: null, ImpersonatorName: null or "", Action.Length: 0, TargetId: null, TargetName: null or "", Reason: null or "", Changes: null or "",
        Address: null or "", SessionId: null, CorrelationId: null or "", Leaf: not null,
    };
}
