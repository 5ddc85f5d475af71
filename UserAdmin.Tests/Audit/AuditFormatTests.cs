using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Tests.Audit;

/// <summary>The bytes of docs/audit-format.md. The examples were made from that page by another program (eng/make-audit-vectors.py).</summary>
public sealed class AuditFormatTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(typeof(AuditFormatTests).Assembly.GetManifestResourceStream("vectors.json")!).RootElement;

    private static readonly Guid Installation = Vectors.GetProperty("installation").GetGuid();
    private static readonly string Tenant = Vectors.GetProperty("tenant").GetString()!;

    [Fact]
    public void J04_Fields_have_the_bytes_of_the_examples() => Assert.All(Each("fields"), example =>
        Assert.Equal(Bytes(example, "bytes"), AuditFormat.Fields([.. example.GetProperty("values").EnumerateArray().Select(Value)])));

    [Fact]
    public void J04_Events_have_the_commitments_and_leaves_of_the_examples() => Assert.All(Each("events").Where(e => !e.TryGetProperty("stubbed_by", out _)), example =>
    {
        var e = Event(example);

        if (e.ActorSalt is { } actorSalt)
            Assert.Equal(e.ActorCommitment, AuditFormat.ActorCommitment(actorSalt, e.ActorName, e.ImpersonatorName, e.Address));
        if (e.TargetSalt is { } targetSalt)
            Assert.Equal(e.TargetCommitment, AuditFormat.TargetCommitment(targetSalt, e.TargetName, e.Reason, e.Changes));
        Assert.Equal(e.Leaf, AuditFormat.Leaf(e));
    });

    [Fact]
    public void J04_Roots_are_those_of_the_examples() => Assert.All(Each("roots"), example =>
        Assert.Equal(Bytes(example, "root"), AuditFormat.Root([.. example.GetProperty("leaves").EnumerateArray().Select(leaf => leaf.GetBytesFromBase64())])));

    [Fact]
    public void J04_Keys_have_the_names_of_the_examples_and_are_endorsed()
    {
        var keys = Each("keys").Select(Key).ToList();

        Assert.All(Each("keys").Zip(keys), pair =>
        {
            var (example, key) = pair;
            Assert.Equal(example.GetProperty("fingerprint").GetString(), AuditFormat.Fingerprint(key.PublicKey));
            Assert.Equal(key.KeyId, AuditFormat.KeyId(key.PublicKey));
            Assert.Equal(Bytes(example, "endorsed"), AuditFormat.Endorsed(Installation, Tenant, key));
            using var endorser = AuditFormat.PublicKey(keys.Single(other => other.KeyId == (key.EndorsedBy ?? key.KeyId)).PublicKey)!;
            Assert.True(endorser.VerifyData(AuditFormat.Endorsed(Installation, Tenant, key), key.Endorsement, HashAlgorithmName.SHA256));
        });
    }

    [Fact]
    public void J04_Seals_have_the_hashes_of_the_examples_and_are_signed() => Assert.All(Each("seals"), example =>
    {
        var seal = Seal(example);
        var origin = AuditFormat.Origin(Installation, Tenant, seal.Stream);
        var leaves = Each("events").Where(e => e.GetProperty("stream").GetInt32() == (int)seal.Stream && e.GetProperty("seal_id").GetInt64() == seal.SealId).Select(e => Bytes(e, "leaf")!).ToArray();

        Assert.Equal(example.GetProperty("between").GetProperty("origin").GetString(), origin);
        Assert.Equal(seal.Root, AuditFormat.Root(leaves));
        Assert.Equal(seal.Hash, AuditFormat.SealHash(seal, origin));
        using var key = AuditFormat.PublicKey(Each("keys").Select(Key).Single(key => key.KeyId == seal.KeyId).PublicKey)!;
        Assert.True(key.VerifyData(seal.Hash, seal.Signature, HashAlgorithmName.SHA256));
    });

    [Fact]
    public void J04_Checkpoints_read_and_write_as_the_examples() => Assert.All(Each("checkpoints"), example =>
    {
        var text = example.GetProperty("note").GetString()!;

        var note = Assert.Single(CheckpointNote.FindAll($"From a mail:\r\n\r\n> no note\n{text.ReplaceLineEndings("\r\n")}\nBye"));

        Assert.Equal(text, note.ToString());
        Assert.Equal((example.GetProperty("rows").GetInt64(), example.GetProperty("seal_id").GetInt64()), (note.Rows, note.SealId));
        Assert.Contains(Each("keys"), key => note.IsSignedBy(Bytes(key, "public_key")!));
        Assert.DoesNotContain(Each("keys"), key => (note with { Rows = note.Rows + 1 }).IsSignedBy(Bytes(key, "public_key")!));
    });

    private static List<JsonElement> Each(string name) => [.. Vectors.GetProperty(name).EnumerateArray()];

    private static AuditField Value(JsonElement value) => value.ValueKind == JsonValueKind.Null ? (string?)null
        : value.TryGetProperty("text", out var text) ? text.GetString()
        : value.TryGetProperty("integer", out var integer) ? integer.GetInt64()
        : value.TryGetProperty("uuid", out var id) ? id.GetGuid()
        : value.GetProperty("bytes").GetBytesFromBase64();

    private static byte[]? Bytes(JsonElement of, string name) => of.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetBytesFromBase64() : null;

    private static AuditEvent Event(JsonElement example)
    {
        var e = new AuditEvent { ActorName = "", Action = "" };
        foreach (var property in typeof(AuditEvent).GetProperties())
            if (example.TryGetProperty(SnakeCase(property.Name), out var value) && value.ValueKind != JsonValueKind.Null)
                property.SetValue(e, Convert(value, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        return e;
    }

    private static object? Convert(JsonElement value, Type type) =>
        type == typeof(string) ? value.GetString() : type == typeof(Guid) ? value.GetGuid() : type == typeof(byte[]) ? value.GetBytesFromBase64()
        : type.IsEnum ? Enum.ToObject(type, value.GetInt32()) : System.Convert.ChangeType(value.GetInt64(), type, CultureInfo.InvariantCulture);

    private static AuditKey Key(JsonElement example) => new()
    {
        KeyId = example.GetProperty("key_id").GetString()!,
        PublicKey = Bytes(example, "public_key")!,
        ValidFromMicroseconds = example.GetProperty("valid_from").GetInt64(),
        EndorsedBy = example.GetProperty("endorsed_by").GetString(),
        Endorsement = Bytes(example, "endorsement")!,
    };

    private static AuditSeal Seal(JsonElement example) => new()
    {
        Stream = (AuditStream)example.GetProperty("stream").GetInt16(),
        SealId = example.GetProperty("seal_id").GetInt64(),
        FirstSeq = example.GetProperty("first_seq").GetInt64(),
        RowCount = example.GetProperty("row_count").GetInt32(),
        MinUtcMicroseconds = Number(example, "min_utc_microseconds"),
        MaxUtcMicroseconds = Number(example, "max_utc_microseconds"),
        Root = Bytes(example, "root")!,
        PreviousHash = Bytes(example, "prev_hash")!,
        SealedUtcMicroseconds = example.GetProperty("sealed_utc_microseconds").GetInt64(),
        KeyId = example.GetProperty("key_id").GetString()!,
        Hash = Bytes(example, "hash")!,
        Signature = Bytes(example, "signature")!,
    };

    private static long? Number(JsonElement of, string name) => of.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;

    private static string SnakeCase(string name) => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
