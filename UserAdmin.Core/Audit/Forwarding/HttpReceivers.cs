using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>Posts the events as a JSON array, signed as Standard Webhooks has it. The id says the same for the same batch, so that a receiver can tell a repetition.</summary>
internal sealed class WebhookReceiver(IHttpClientFactory clients, TimeProvider clock) : IEventReceiver
{
    public ForwarderKind Kind => ForwarderKind.Webhook;

    public int BatchSize => 200;

    public async Task<Handed> SendAsync(Destination to, IReadOnlyList<AuditEvent> events, CancellationToken cancel)
    {
        var body = EventJson.Array(events, to.Tenant);
        var (id, time) = (IdOf(events), clock.GetUtcNow().ToUnixTimeSeconds());
        var signature = HMACSHA256.HashData(KeyOf(to.Secret ?? ""), (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body]);
        using var request = new HttpRequestMessage(HttpMethod.Post, to.Address) { Content = HttpForwarding.Json(body) };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", $"{time}");
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(signature)}");
        return (await HttpForwarding.SendAsync(clients, request, clock, cancel)).Handed;
    }

    private static string IdOf(IReadOnlyList<AuditEvent> events) =>
        events[0].Seq is null ? $"{events[0].Id}" : $"{(int)events[0].Stream}-{events[0].Seq}-{events[^1].Seq}-{events[0].Id:N}";

    private static byte[] KeyOf(string secret)
    {
        var key = new byte[secret.Length];
        return secret.StartsWith("whsec_", StringComparison.Ordinal) && Convert.TryFromBase64String(secret[6..], key, out var length) ? key[..length] : Encoding.UTF8.GetBytes(secret);
    }
}

/// <summary>Posts the events as log records to a collector of OpenTelemetry (OTLP over HTTP, JSON). By hand: the library sends behind one's back and tells nobody what was taken.</summary>
internal sealed class OtlpReceiver(IHttpClientFactory clients, TimeProvider clock) : IEventReceiver
{
    private const int Info = 9, Warning = 13;

    public ForwarderKind Kind => ForwarderKind.Otlp;

    public int BatchSize => 500;

    public async Task<Handed> SendAsync(Destination to, IReadOnlyList<AuditEvent> events, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, to.Address) { Content = HttpForwarding.Json(EventJson.Written(json => Write(json, events, to.Tenant))) };
        if (to.Secret is { Length: > 0 } secret)
        {
            var (name, value) = secret.Split(':', 2, StringSplitOptions.TrimEntries) is [var header, var content] ? (header, content) : ("Authorization", $"Bearer {secret}");
            request.Headers.TryAddWithoutValidation(name, value);
        }
        var (handed, answer) = await HttpForwarding.SendAsync(clients, request, clock, cancel);
        return handed.Problem is null && Refused(answer) is { } note ? handed with { Note = note } : handed;
    }

    // The protocol forbids to send again what was refused for good; that it was is shown.
    private static string? Refused(string answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("partialSuccess", out var partial) && partial.ValueKind == JsonValueKind.Object
                && partial.TryGetProperty("rejectedLogRecords", out var rejected) && rejected.ToString() is { Length: > 0 } count && count != "0"
                ? $"The collector refused {count} events: {(partial.TryGetProperty("errorMessage", out var why) ? why.ToString() : "it did not say why")}" : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Write(Utf8JsonWriter json, IReadOnlyList<AuditEvent> events, string tenant)
    {
        var observed = Nanoseconds(AuditRecording.ToMicroseconds(clock.GetUtcNow()));
        json.WriteStartObject();
        json.WriteStartArray("resourceLogs");
        json.WriteStartObject();
        json.WriteStartObject("resource");
        json.WriteStartArray("attributes");
        Attribute(json, "service.name", "useradmin");
        Attribute(json, "useradmin.tenant", tenant);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("scopeLogs");
        json.WriteStartObject();
        json.WriteStartObject("scope");
        json.WriteString("name", "useradmin.audit");
        json.WriteEndObject();
        json.WriteStartArray("logRecords");
        foreach (var one in events)
            Record(json, one, tenant, observed);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Record(Utf8JsonWriter json, AuditEvent one, string tenant, string observed)
    {
        var isGood = one.Outcome is not (AuditOutcome.Failure or AuditOutcome.Denied);
        json.WriteStartObject();
        json.WriteString("timeUnixNano", Nanoseconds(one.UtcMicroseconds));
        json.WriteString("observedTimeUnixNano", observed);
        json.WriteNumber("severityNumber", isGood ? Info : Warning);
        json.WriteString("severityText", isGood ? "INFO" : "WARN");
        json.WriteStartObject("body");
        json.WriteString("stringValue", one.StubbedByEventId is null ? EventJson.Sentence(one) : "Removed after its time");
        json.WriteEndObject();
        json.WriteStartArray("attributes");
        Attribute(json, "event.name", one.Action);
        Attribute(json, "useradmin.event.id", one.Id.ToString());
        Attribute(json, "useradmin.event", Encoding.UTF8.GetString(EventJson.Line(one, tenant)));
        Attribute(json, "useradmin.outcome", one.Outcome.ToString());
        if (one.ActorId is { } actor) Attribute(json, "enduser.id", actor.ToString());
        if (one.Address is { } address) Attribute(json, "client.address", address);
        json.WriteEndArray();
        if (one.CorrelationId is { Length: 32 } trace && trace.All(char.IsAsciiHexDigit))
            json.WriteString("traceId", trace);
        json.WriteEndObject();
    }

    private static void Attribute(Utf8JsonWriter json, string key, string value)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteStartObject("value");
        json.WriteString("stringValue", value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Nanoseconds(long microseconds) => $"{microseconds}000";
}

internal static class HttpForwarding
{
    public const string ClientName = "forwarding";

    public static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    /// <summary>The answer of a failure is not repeated: it may be of something that isn't meant to be read from here.</summary>
    public static async Task<(Handed Handed, string Answer)> SendAsync(IHttpClientFactory clients, HttpRequestMessage request, TimeProvider clock, CancellationToken cancel)
    {
        using var client = clients.CreateClient(ClientName);
        using var response = await client.SendAsync(request, cancel);
        var status = response.StatusCode;
        if (response.IsSuccessStatusCode)
            return (Handed.Over, await response.Content.ReadAsStringAsync(cancel));
        var after = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - clock.GetUtcNow() : null;
        return (new((int)status is >= 300 and < 400 ? $"It answered with a redirect ({(int)status}), which is not followed. Enter the address it leads to." : $"It answered {(int)status} {(status == HttpStatusCode.Unauthorized ? "Unauthorized: the secret is not the one it expects" : status)}.", after), "");
    }
}
