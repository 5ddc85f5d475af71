using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Proof;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>
/// A small sealed log as its proof has it, made without a portal: two keys, a removed seal, emptied events and erased people, all of it allowed. Tests lay hands on it.
/// </summary>
internal sealed class SignedLog
{
    public const long Day = 86_400_000_000, Start = 1_780_000_000_000_000;
    public const string Tenant = "default";

    public static readonly Guid Alice = new("01900000-0000-7000-8000-00000000000a"), Carol = new("01900000-0000-7000-8000-00000000000c"), Dave = new("01900000-0000-7000-8000-00000000000d");
    public static readonly string Emptying = "01900000-0000-7000-8000-0000000000e1", Pruning = "01900000-0000-7000-8000-0000000000e2";

    private static readonly Guid Installation = new("0193a1b2-0000-7abc-8def-0123456789ab");
    private static readonly byte[] Mac = new byte[32];

    // Signing keys are made once: checking their signatures is quicker with the tables that a verifier has already.
    public static readonly ECDsa First = ECDsa.Create(ECCurve.NamedCurves.nistP256), Second = ECDsa.Create(ECCurve.NamedCurves.nistP256), Third = ECDsa.Create(ECCurve.NamedCurves.nistP256), Stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private int made;

    public List<JsonObject> Events { get; } = [];
    public List<JsonObject> Seals { get; } = [];
    public List<JsonObject> Keys { get; } = [];
    public List<string> Checkpoints { get; } = [];
    public JsonObject Policy { get; } = new() { ["installation"] = Installation.ToString(), ["tenant"] = Tenant, ["made_at"] = Start + (9 * Day), ["days"] = new JsonObject(), ["range"] = null, ["unsealed"] = new JsonObject { ["count"] = 0, ["oldest"] = null } };

    public static string Fingerprint => FingerprintOf(First);

    public static string FingerprintOf(ECDsa key) => AuditFormat.Fingerprint(key.ExportSubjectPublicKeyInfo());

    public static SignedLog Make()
    {
        var log = new SignedLog();
        log.AddKey(First, Start, Start + (5 * Day), null);
        log.AddKey(Second, Start + (5 * Day), null, First);

        log.Seal(1, Start + Day, First, [.. Enumerable.Range(0, 5).Select(_ => log.Event(1, Start + Day, Alice, Carol))]);
        log.Seal(1, Start + (2 * Day), First, []);
        log.Seal(1, Start + (3 * Day), First, [.. Enumerable.Range(0, 6).Select(i => log.Event(1, Start + (3 * Day), i == 2 ? Dave : Alice, i == 3 ? Dave : Carol))]);
        log.Seal(1, Start + (6 * Day), Second, [.. Enumerable.Range(0, 4).Select(_ => log.Event(1, Start + (6 * Day), Alice, Carol))]);

        log.Seal(2, Start + Day, First, [.. Enumerable.Range(0, 3).Select(_ => log.Event(2, Start + Day, Alice, Carol))]);
        log.Seal(2, Start + (2 * Day), First, [.. Enumerable.Range(0, 4).Select(_ => log.Event(2, Start + (2 * Day), Alice, Carol))]);
        log.Seal(2, Start + (6 * Day), Second, [.. Enumerable.Range(0, 4).Select(_ => log.Event(2, Start + (6 * Day), Alice, Carol))]);

        log.Seal(3, Start + (7 * Day), Second,
        [
            log.Event(3, Start + (7 * Day), Alice, Carol),
            log.Told(Emptying, AuditAction.AuditEmptied, null, ("stream", "2"), ("before", Text(Start + (3 * Day))), ("events", "5")),
            log.Told(Pruning, AuditAction.AuditPruned, null, ("stream", "2"), ("seals", "1"), ("events", "3")),
            log.Told(null, AuditAction.AuditPersonErased, Dave),
            log.Told(null, AuditAction.AuditActorsErased, null, ("stream", "1"), ("before", Text(Start + (2 * Day)))),
        ]);

        log.Of(2).Where(e => (long)e["seq"]! <= 3).ToList().ForEach(e => log.Events.Remove(e));
        log.SealOf(2, 1)["pruned_by"] = Pruning;
        Stub(log.EventOf(2, 4));
        Stub(log.EventOf(2, 6));
        EraseActor(log.EventOf(1, 2));
        EraseActor(log.EventOf(1, 8));
        EraseTarget(log.EventOf(1, 9));
        log.Checkpoints.Add(log.Note(1, 3, First));
        log.Checkpoints.Add(log.Note(1, 4, Second));
        return log;
    }

    /// <summary>The second key is lost, and an administrator has the log go on with the third.</summary>
    public void BeginAnew()
    {
        KeyOf(Second)["valid_to"] = Start + (8 * Day);
        AddKey(Third, Start + (8 * Day), null, null);
        Seal(3, Start + (8 * Day) + 1, Third, [Told(null, AuditAction.AuditKeyBegunAnew, null, IdOf(Third), ("Key", IdOf(Third)))]);
    }

    public IEnumerable<JsonObject> Of(int stream) => Events.Where(e => (int)e["stream"]! == stream);

    public JsonObject EventOf(int stream, long seq) => Of(stream).Single(e => (long)e["seq"]! == seq);

    public JsonObject SealOf(int stream, long id) => Seals.Single(s => (int)s["stream"]! == stream && (long)s["seal_id"]! == id);

    public JsonObject KeyOf(ECDsa key) => Keys.Single(k => (string)k["key_id"]! == AuditFormat.KeyId(key.ExportSubjectPublicKeyInfo()));

    public void AddKey(ECDsa key, long from, long? to, ECDsa? endorser, ECDsa? signer = null)
    {
        var row = new AuditKey { KeyId = IdOf(key), PublicKey = key.ExportSubjectPublicKeyInfo(), ValidFromMicroseconds = from, ValidToMicroseconds = to, EndorsedBy = endorser is null ? null : IdOf(endorser), Endorsement = [] };
        var endorsed = new AuditKey
        {
            KeyId = row.KeyId,
            PublicKey = row.PublicKey,
            ValidFromMicroseconds = from,
            ValidToMicroseconds = to,
            EndorsedBy = row.EndorsedBy,
            Endorsement = (signer ?? endorser ?? key).SignData(AuditFormat.Endorsed(Installation, Tenant, row), HashAlgorithmName.SHA256),
        };
        Keys.Add(Json(json => ProofJson.Write(json, endorsed)));
    }

    public JsonObject Event(int stream, long at, Guid actor, Guid target)
    {
        var e = new AuditEvent
        {
            Id = new($"01900000-0000-7000-9000-{++made:x12}"),
            UtcMicroseconds = at - Day + (made * 1_000L),
            ActorKind = ActorKind.User,
            ActorId = actor,
            ActorName = "Alice Archer 🦊",
            Action = "user.edited",
            Category = stream switch { 1 => AuditCategory.Users, 2 => AuditCategory.Exports, _ => AuditCategory.Settings },
            Outcome = AuditOutcome.Success,
            TargetId = target,
            TargetName = "Carol \"C\" Cooper\n",
            Reason = "Called, from Łódź",
            Changes = """[{"field":"City","before":"Berlin","after":"Kraków"}]""",
            Address = "192.0.2.1",
        };
        return Json(json => ProofJson.Write(json, e.Stamp(Mac)));
    }

    public JsonObject Told(string? id, AuditAction action, Guid? target, params (string Field, string After)[] says) => Told(id, action, target, "", says);

    private JsonObject Told(string? id, AuditAction action, Guid? target, string targetName, params (string Field, string After)[] says)
    {
        var e = new AuditEvent
        {
            Id = id is null ? new($"01900000-0000-7000-9000-{++made:x12}") : new(id),
            UtcMicroseconds = Start + (6 * Day) + (++made * 1_000L),
            ActorKind = ActorKind.System,
            ActorName = "System",
            Action = action.Code,
            Category = action.Category,
            Outcome = AuditOutcome.Success,
            TargetId = target,
            TargetName = targetName,
            Reason = "Their time is over",
            Changes = FieldChange.ToJson([.. says.Select(say => new FieldChange(say.Field, null, say.After))]),
        };
        return Json(json => ProofJson.Write(json, e.Stamp(Mac)));
    }

    public void Seal(int stream, long at, ECDsa key, IReadOnlyList<JsonObject> events)
    {
        var before = Seals.LastOrDefault(s => (int)s["stream"]! == stream);
        var (id, first) = before is null ? (1L, 1L) : ((long)before["seal_id"]! + 1, (long)before["first_seq"]! + (int)before["row_count"]!);
        for (var i = 0; i < events.Count; i++)
            (events[i]["seq"], events[i]["seal_id"]) = (first + i, id);
        Events.AddRange(events);
        var times = events.Select(e => (long)e["utc_microseconds"]!).ToList();
        var seal = new JsonObject
        {
            ["stream"] = stream,
            ["seal_id"] = id,
            ["first_seq"] = first,
            ["row_count"] = events.Count,
            ["min_utc_microseconds"] = times.Count == 0 ? null : times.Min(),
            ["max_utc_microseconds"] = times.Count == 0 ? null : times.Max(),
            ["root"] = Base64(AuditFormat.Root([.. events.Select(e => Bytes(e["leaf"])!)])),
            ["prev_hash"] = before is null ? Base64(new byte[32]) : (string)before["hash"]!,
            ["sealed_utc_microseconds"] = at,
            ["key_id"] = IdOf(key),
            ["hash"] = "",
            ["signature"] = "",
            ["pruned_by"] = null,
        };
        Seals.Add(seal);
        Sign(seal, key);
    }

    /// <summary>Makes hash and signature of a seal anew, as somebody who has the key can.</summary>
    public static void Sign(JsonObject seal, ECDsa key)
    {
        var row = new AuditSeal
        {
            Stream = (AuditStream)(int)seal["stream"]!,
            SealId = (long)seal["seal_id"]!,
            FirstSeq = (long)seal["first_seq"]!,
            RowCount = (int)seal["row_count"]!,
            MinUtcMicroseconds = (long?)seal["min_utc_microseconds"],
            MaxUtcMicroseconds = (long?)seal["max_utc_microseconds"],
            Root = Bytes(seal["root"])!,
            PreviousHash = Bytes(seal["prev_hash"])!,
            SealedUtcMicroseconds = (long)seal["sealed_utc_microseconds"]!,
            KeyId = (string)seal["key_id"]!,
        };
        var hash = AuditFormat.SealHash(row, AuditFormat.Origin(Installation, Tenant, row.Stream));
        (seal["hash"], seal["signature"]) = (Base64(hash), Base64(key.SignData(hash, HashAlgorithmName.SHA256)));
    }

    /// <summary>Signs the chain of a stream anew, from a seal on, with all the keys.</summary>
    public void SignFrom(int stream, long id)
    {
        var chain = Seals.Where(s => (int)s["stream"]! == stream).ToList();
        for (var i = 0; i < chain.Count; i++)
            if ((long)chain[i]["seal_id"]! >= id)
            {
                if (i > 0)
                    chain[i]["prev_hash"] = (string)chain[i - 1]["hash"]!;
                Sign(chain[i], (string)chain[i]["key_id"]! == IdOf(First) ? First : Second);
            }
    }

    public string Note(int stream, long sealId, ECDsa key, long? rows = null, string? tenant = null, byte[]? hash = null)
    {
        var seal = SealOf(stream, sealId);
        return CheckpointNote.Sign(AuditFormat.Origin(Installation, tenant ?? Tenant, (AuditStream)stream), rows ?? ((long)seal["first_seq"]! + (int)seal["row_count"]! - 1), hash ?? Bytes(seal["hash"])!, sealId, (long)seal["sealed_utc_microseconds"]!,
            AuditFormat.Fingerprint(key.ExportSubjectPublicKeyInfo()), key).ToString();
    }

    public static void Stub(JsonObject e, string? by = null)
    {
        foreach (var name in e.Select(entry => entry.Key).Except(["id", "stream", "utc_microseconds", "leaf", "seq", "seal_id"]).ToList())
            e[name] = null;
        e["stubbed_by"] = by ?? Emptying;
    }

    public static void EraseActor(JsonObject e) => (e["actor_name"], e["impersonator_name"], e["address"], e["actor_salt"]) = ("", null, null, null);

    public static void EraseTarget(JsonObject e) => (e["target_name"], e["reason"], e["changes"], e["target_salt"]) = (null, null, null, null);

    /// <summary>Gives the event the leaf that its facts have now.</summary>
    public static void Rehash(JsonObject e) => e["leaf"] = Base64(SHA256.HashData([0, .. AuditFormat.Fields(
        new Guid((string)e["id"]!), (long)e["stream"]!, (long)e["utc_microseconds"]!, (long)e["actor_kind"]!, Id(e["actor_id"]), Id(e["impersonator_id"]), (string?)e["action"], (long)e["category"]!, (long)e["outcome"]!,
        Id(e["target_id"]), Id(e["session_id"]), (string?)e["correlation_id"], Bytes(e["actor_commitment"]), Bytes(e["target_commitment"]))]));

    /// <summary>The files of a proof by their names.</summary>
    public Dictionary<string, string> Files() => new()
    {
        ["events.ndjson"] = string.Concat(Events.OrderBy(e => (int)e["stream"]!).ThenBy(e => (long)e["seq"]!).Select(e => e.ToJsonString() + "\n")),
        ["seals.json"] = "[\n" + string.Join(",\n", Seals.OrderBy(s => (int)s["stream"]!).ThenBy(s => (long)s["seal_id"]!).Select(s => s.ToJsonString())) + "\n]\n",
        ["keys.json"] = new JsonArray([.. Keys.Select(key => key.DeepClone())]).ToJsonString(),
        ["checkpoints.txt"] = string.Concat(Checkpoints.Select(note => note + "\n")),
        ["policy.json"] = Policy.ToJsonString(),
    };

    public void SaveTo(string path)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, text) in Files())
        {
            using var stream = zip.CreateEntry(name).Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    public static string IdOf(ECDsa key) => AuditFormat.KeyId(key.ExportSubjectPublicKeyInfo());

    private static JsonObject Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            write(json);
        return JsonNode.Parse(stream.ToArray())!.AsObject();
    }

    private static Guid? Id(JsonNode? node) => node is null ? null : new Guid((string)node!);

    private static byte[]? Bytes(JsonNode? node) => node is null ? null : Convert.FromBase64String((string)node!);

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
