using System.Text.Json;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Audit.Proof;

/// <summary>Rows as docs/audit-format.md names them.</summary>
internal static class ProofJson
{
    public static void Write(Utf8JsonWriter json, AuditEvent e)
    {
        var isStub = e.StubbedByEventId is not null;
        json.WriteStartObject();
        json.WriteString("id", e.Id);
        json.WriteNumber("stream", (short)e.Stream);
        json.WriteNumber("utc_microseconds", e.UtcMicroseconds);
        Number(json, "actor_kind", isStub ? null : (int)e.ActorKind);
        Id(json, "actor_id", e.ActorId);
        json.WriteString("actor_name", isStub ? null : e.ActorName);
        Id(json, "impersonator_id", e.ImpersonatorId);
        json.WriteString("impersonator_name", e.ImpersonatorName);
        json.WriteString("action", isStub ? null : e.Action);
        Number(json, "category", isStub ? null : (int)e.Category);
        Number(json, "outcome", isStub ? null : (int)e.Outcome);
        Id(json, "target_id", e.TargetId);
        json.WriteString("target_name", e.TargetName);
        json.WriteString("reason", e.Reason);
        json.WriteString("changes", e.Changes);
        json.WriteString("address", e.Address);
        Id(json, "session_id", e.SessionId);
        json.WriteString("correlation_id", e.CorrelationId);
        Bytes(json, "actor_salt", e.ActorSalt);
        Bytes(json, "actor_commitment", e.ActorCommitment);
        Bytes(json, "target_salt", e.TargetSalt);
        Bytes(json, "target_commitment", e.TargetCommitment);
        Bytes(json, "leaf", e.Leaf);
        Number(json, "seq", e.Seq);
        Number(json, "seal_id", e.SealId);
        Id(json, "stubbed_by", e.StubbedByEventId);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AuditSeal seal)
    {
        json.WriteStartObject();
        json.WriteNumber("stream", (short)seal.Stream);
        json.WriteNumber("seal_id", seal.SealId);
        json.WriteNumber("first_seq", seal.FirstSeq);
        json.WriteNumber("row_count", seal.RowCount);
        Number(json, "min_utc_microseconds", seal.MinUtcMicroseconds);
        Number(json, "max_utc_microseconds", seal.MaxUtcMicroseconds);
        Bytes(json, "root", seal.Root);
        Bytes(json, "prev_hash", seal.PreviousHash);
        json.WriteNumber("sealed_utc_microseconds", seal.SealedUtcMicroseconds);
        json.WriteString("key_id", seal.KeyId);
        Bytes(json, "hash", seal.Hash);
        Bytes(json, "signature", seal.Signature);
        Id(json, "pruned_by", seal.PrunedByEventId);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AuditKey key)
    {
        json.WriteStartObject();
        json.WriteString("key_id", key.KeyId);
        Bytes(json, "public_key", key.PublicKey);
        json.WriteNumber("valid_from", key.ValidFromMicroseconds);
        Number(json, "valid_to", key.ValidToMicroseconds);
        json.WriteString("endorsed_by", key.EndorsedBy);
        Bytes(json, "endorsement", key.Endorsement);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static void Id(Utf8JsonWriter json, string name, Guid? value)
    {
        if (value is { } id)
            json.WriteString(name, id);
        else
            json.WriteNull(name);
    }

    private static void Bytes(Utf8JsonWriter json, string name, byte[]? value)
    {
        if (value is not null)
            json.WriteBase64String(name, value);
        else
            json.WriteNull(name);
    }
}
