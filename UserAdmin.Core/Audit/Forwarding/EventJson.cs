using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>An event as other systems get it. Names stay as they are: people write rules on them.</summary>
internal static class EventJson
{
    public static byte[] Array(IReadOnlyList<AuditEvent> events, string tenant) => Written(json =>
    {
        json.WriteStartArray();
        foreach (var one in events)
            Write(json, one, tenant);
        json.WriteEndArray();
    });

    /// <summary>One line of plain ASCII.</summary>
    public static byte[] Line(AuditEvent one, string tenant) => Written(json => Write(json, one, tenant));

    public static string Instant(long microseconds) => AuditRecording.FromMicroseconds(microseconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static string Sentence(AuditEvent one) =>
        string.Format(CultureInfo.InvariantCulture, AuditAction.Find(one.Action)?.Sentence ?? "{0}: {2}", one.ImpersonatorName is null ? one.ActorName : $"{one.ImpersonatorName} as {one.ActorName}", one.TargetName ?? "somebody", one.Action);

    public static byte[] Written(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(bytes))
            write(json);
        return bytes.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, AuditEvent one, string tenant)
    {
        json.WriteStartObject();
        json.WriteString("id", one.Id);
        json.WriteString("time", Instant(one.UtcMicroseconds));
        json.WriteString("tenant", tenant);
        json.WriteNumber("stream", (int)one.Stream);
        if (one.Seq is { } seq) json.WriteNumber("seq", seq);
        else json.WriteBoolean("test", true);
        if (one.StubbedByEventId is { } remover)
        {
            // Its time was over before it could be sent: the number is there, so that nobody takes it for lost.
            json.WriteString("removedBy", remover);
            json.WriteEndObject();
            return;
        }
        json.WriteString("action", one.Action);
        json.WriteString("category", one.Category.ToString());
        json.WriteString("outcome", one.Outcome.ToString());
        json.WriteString("text", Sentence(one));
        Who(json, "actor", one.ActorId, one.ActorName, one.ActorKind.ToString());
        if (one.ImpersonatorName is { } impersonator) Who(json, "impersonator", one.ImpersonatorId, impersonator);
        if (one.TargetId is not null || one.TargetName is not null) Who(json, "target", one.TargetId, one.TargetName);
        if (one.Reason is { } reason) json.WriteString("reason", reason);
        if (one.Changes is { } changes)
        {
            json.WritePropertyName("changes");
            json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(FieldChange.FromJson(changes), JsonSerializerOptions.Web));
        }
        if (one.Address is { } address) json.WriteString("address", address);
        if (one.SessionId is { } session) json.WriteString("session", session);
        if (one.CorrelationId is { } correlation) json.WriteString("correlation", correlation);
        json.WriteStartArray("tags");
        foreach (var tag in AuditTags.All.Where(tag => AuditAction.Find(one.Action)?.Tags.HasFlag(tag) == true)) json.WriteStringValue(tag.ToString());
        json.WriteEndArray();
        if (one.Leaf is { } leaf) json.WriteString("leaf", Convert.ToHexStringLower(leaf));
        json.WriteEndObject();
    }

    private static void Who(Utf8JsonWriter json, string name, Guid? id, string? called, string? kind = null)
    {
        json.WriteStartObject(name);
        if (kind is not null) json.WriteString("kind", kind);
        if (id is { } known) json.WriteString("id", known);
        if (called is not null) json.WriteString("name", called);
        json.WriteEndObject();
    }
}
