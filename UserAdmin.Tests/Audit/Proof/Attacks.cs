using System.Text.Json.Nodes;
using static UserAdmin.Tests.Audit.Proof.SignedLog;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>Something done to a log, the check of both verifiers that finds it, and a part of the sentence in which it is named.</summary>
internal sealed record Attack(string Name, string Check, Action<SignedLog> Do, string Expected)
{
    /// <summary>What the officer has of the log from before.</summary>
    public Func<SignedLog, string>? Kept { get; init; }

    public bool WithFingerprint { get; init; }
}

internal static class Attacks
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("a changed fact", "leaf", log => log.EventOf(1, 4)["action"] = "user.viewed", "Security: event 4 was changed after it was sealed"),
        new("a changed name", "commitment", log => log.EventOf(1, 4)["target_name"] = "Dave Dyer", "Security: event 4 was changed after it was sealed"),
        new("a fact changed together with its leaf", "root", log => Recast(log.EventOf(1, 4)), "Security: events 1 to 5 aren't those that were sealed"),
        new("a text in an erased part", "erased is empty", log => log.EventOf(1, 2)["actor_name"] = "Bob Baker", "Security: event 2 was changed after it was sealed"),
        new("a text in a stub", "stub is empty", log => log.EventOf(2, 4)["reason"] = "x", "Routine: event 4 was changed after it was sealed"),
        new("an event that names another seal", "event names its seal", log => log.EventOf(1, 4)["seal_id"] = 3L, "Security: event 4 was changed after it was sealed"),
        new("another time in a stub", "times under the seal", log => log.EventOf(2, 4)["utc_microseconds"] = Start, "Routine: event 4 has another time than when it was sealed"),
        new("a removed event", "no event is missing", log => log.Events.Remove(log.EventOf(1, 3)), "Security: event 3 was removed, and nothing recorded allows it"),
        new("an inserted event", "event behind the last seal", log => Insert(log, 3, 99), "Legal: event 99 was inserted: no seal covers it"),
        new("an event inserted in front", "event under a seal", log => Insert(log, 1, 0), "Security: event 0 was inserted: no seal covers it"),
        new("an event that stands twice", "events in order", log => Insert(log, 1, 4), "Security: event 4 stands twice or out of order"),
        new("two swapped events", "root", log => (log.EventOf(1, 3)["seq"], log.EventOf(1, 4)["seq"]) = (4L, 3L), "Security: events 3, 4 were swapped"),

        new("a changed seal", "seal hash", log => log.SealOf(1, 4)["sealed_utc_microseconds"] = Start + (6 * Day) + 1, "Security: seal 4 was changed (events 12 to 15)"),
        new("a forged signature", "seal signature", log => SignedLog.Sign(log.SealOf(1, 4), Stranger), "Security: seal 4 has a signature that isn't by its key"),
        new("a seal by a stranger's key", "seal key known", log => { log.SealOf(1, 4)["key_id"] = IdOf(Stranger); SignedLog.Sign(log.SealOf(1, 4), Stranger); }, "Security: seal 4 is signed with a key that nobody vouches for"),
        new("an old seal signed again with the present key", "seal in the time of its key", log => { log.SealOf(1, 1)["key_id"] = IdOf(Second); log.SignFrom(1, 1); }, "Security: seal 1 is signed with key"),
        new("a replaced seal", "chain", log => { log.SealOf(1, 3)["max_utc_microseconds"] = Start; SignedLog.Sign(log.SealOf(1, 3), First); }, "Security: seals 3 to 4 don't follow each other"),
        new("a removed seal", "seals without a gap", log => log.Seals.Remove(log.SealOf(1, 2)), "Security: seal 2 is missing"),
        new("a removed seal with its events", "whole", log => { log.Seals.Remove(log.SealOf(1, 3)); log.Of(1).Where(e => (long)e["seal_id"]! == 3).ToList().ForEach(e => log.Events.Remove(e)); }, "Security: seal 3 is missing with events 6 to 11"),
        new("numbers left out", "numbers without a gap", log => { log.SealOf(1, 4)["first_seq"] = 14L; log.SignFrom(1, 4); }, "Security: seal 4 begins with event 14 instead of 12"),
        new("a first seal that isn't", "beginning", log => { log.SealOf(1, 1)["prev_hash"] = Convert.ToBase64String(new byte[31].Append((byte)1).ToArray()); log.SignFrom(1, 1); }, "Security: seal 1 isn't the first"),
        new("a clock put back", "time of seals", log => { log.SealOf(1, 4)["sealed_utc_microseconds"] = Start + (2 * Day); log.SealOf(1, 4)["key_id"] = IdOf(First); log.SignFrom(1, 4); }, "Security: seal 4 was made before the seal in front of it"),
        new("a seal that stands twice", "seals in order", log => log.Seals.Add(log.SealOf(1, 4).DeepClone().AsObject()), "Security: seal 4 stands twice or out of order"),

        new("a key under another's name", "key is itself", log => log.KeyOf(Second)["public_key"] = Convert.ToBase64String(Stranger.ExportSubjectPublicKeyInfo()), "the public key isn't the one that this name stands for"),
        new("no first key", "a first key", log => log.Keys.Remove(log.KeyOf(First)), "Keys: there is no first key"),
        new("a chain begun anew in silence", "break was recorded", log => log.AddKey(Stranger, Start + (8 * Day), null, null), "no key before it vouches for it, and no sealed event tells who decided that"),
        new("a chain begun anew with another key than recorded", "break was recorded", log => { log.BeginAnew(); Rename(log, IdOf(Stranger)); }, "no key before it vouches for it, and no sealed event tells who decided that"),
        new("a chain begun anew by an event that was changed", "break was recorded", log => { log.BeginAnew(); log.EventOf(3, 6)["actor_name"] = "Alice Archer"; }, "no key before it vouches for it, and no sealed event tells who decided that"),
        new("a chain begun anew by somebody else", "fingerprint of a break", log => log.BeginAnew(), "But its fingerprint isn't among those that you gave") { WithFingerprint = true },
        new("a lost key that goes on", "predecessor ended", log => { log.BeginAnew(); log.KeyOf(Second)["valid_to"] = null; }, "its end was changed"),
        new("a key that vouches for itself", "endorsement", log => log.AddKey(Stranger, Start + (5 * Day), null, First, Stranger), "no key before it vouches for it"),
        new("a key endorsed with one that was over", "endorsed in time", log => { log.Keys.Remove(log.KeyOf(Second)); log.AddKey(Second, Start + (5 * Day) + 1, null, First); }, "the key that vouches for it wasn't valid any more"),
        new("a key that goes on after its end", "predecessor ended", log => log.KeyOf(First)["valid_to"] = null, "its end was changed"),
        new("a log of somebody else", "fingerprint", log => { log.Keys.Remove(log.KeyOf(First)); log.AddKey(Stranger, Start, Start + (5 * Day), null); }, "the first key isn't the one of the fingerprint that you gave") { WithFingerprint = true },

        new("a cut tail", "tail", CutTail, "Security: the end is missing. The checkpoint in the proof of"),
        new("a cut tail without the checkpoint in the proof", "tail", log => { CutTail(log); log.Checkpoints.RemoveAt(1); }, "knows 15 events up to seal 4, this log ends with event 11: events 12 to 15 were cut off") { Kept = log => log.Note(1, 4, Second) },
        new("a log rewritten with all keys", "checkpoint on the chain", log => { Recast(log.EventOf(1, 13)); Reroot(log, 1, 4); log.Checkpoints.RemoveAt(1); }, "says something else about events 1 to 15 than this log") { Kept = log => log.Note(1, 4, Second) },
        new("a checkpoint with another count", "checkpoint rows", log => log.Checkpoints.Add(log.Note(1, 4, Second, rows: 14)), "counts 14 events, the log 15"),
        new("a forged checkpoint", "checkpoint signature", log => log.Checkpoints.Add(log.Note(1, 4, Stranger)), "its signature isn't by a key of this log"),
        new("a checkpoint of another tenant", "checkpoint origin", log => log.Checkpoints.Add(log.Note(1, 4, Second, tenant: "other")), "it is about another log"),

        new("events emptied without a word", "emptying was recorded", log => Stub(log.EventOf(1, 4), Pruning), "Security: the contents of 1 event (event 4) were removed, and nothing recorded allows it"),
        new("newer events emptied than recorded", "emptying was recorded", log => Stub(log.EventOf(2, 9)), "were removed, and nothing recorded allows it"),
        new("more events emptied than recorded", "emptying was recorded", log => { log.EventOf(3, 2)["changes"] = log.EventOf(3, 2)["changes"]!.ToString().Replace("\"5\"", "\"1\"", StringComparison.Ordinal); Recommit(log.EventOf(3, 2)); Reroot(log, 3, 1); }, "Routine: the contents of 2 events (events 4 to 6) were removed, and nothing recorded allows it"),
        new("a seal's events removed without a word", "pruning was recorded", log => { log.Of(2).Where(e => (long)e["seal_id"]! == 3).ToList().ForEach(e => log.Events.Remove(e)); log.SealOf(2, 3)["pruned_by"] = Pruning; }, "Routine: events 8 to 11 (seal 3) were removed, and nothing recorded allows it"),
        new("a name erased without a word", "erasure was recorded", log => EraseActor(log.EventOf(1, 13)), "Security: who did it was erased from 1 event (event 13)"),
        new("a target erased without a word", "erasure was recorded", log => EraseTarget(log.EventOf(1, 13)), "Security: what it was about was erased from 1 event (event 13)"),
        new("a sealer that stood still", "sealer ran", log => log.Policy["unsealed"] = new JsonObject { ["count"] = 12, ["oldest"] = Start + (8 * Day) }, "12 events were waiting for a seal"),
    ];

    private static void Recast(JsonObject e)
    {
        e["action"] = "user.viewed";
        Rehash(e);
    }

    private static void Rename(SignedLog log, string key)
    {
        var e = log.EventOf(3, 6);
        e["target_name"] = key;
        Recommit(e);
        Reroot(log, 3, 2);
        Sign(log.SealOf(3, 2), Third);
    }

    private static void Insert(SignedLog log, int stream, long seq)
    {
        var e = log.Event(stream, Start + (6 * Day), SignedLog.Alice, SignedLog.Carol);
        (e["seq"], e["seal_id"]) = (seq, 1L);
        log.Events.Add(e);
    }

    private static void CutTail(SignedLog log)
    {
        log.Seals.Remove(log.SealOf(1, 4));
        log.Of(1).Where(e => (long)e["seal_id"]! == 4).ToList().ForEach(e => log.Events.Remove(e));
    }

    private static void Recommit(JsonObject e)
    {
        e["target_commitment"] = Convert.ToBase64String(Core.Audit.Sealing.AuditFormat.TargetCommitment(Convert.FromBase64String((string)e["target_salt"]!), (string?)e["target_name"], (string?)e["reason"], (string?)e["changes"]));
        Rehash(e);
    }

    private static void Reroot(SignedLog log, int stream, long sealId)
    {
        log.SealOf(stream, sealId)["root"] = Convert.ToBase64String(Core.Audit.Sealing.AuditFormat.Root(
            [.. log.Of(stream).Where(e => (long)e["seal_id"]! == sealId).OrderBy(e => (long)e["seq"]!).Select(e => Convert.FromBase64String((string)e["leaf"]!))]));
        log.SignFrom(stream, sealId);
    }
}
