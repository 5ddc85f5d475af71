using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>
/// Sends the events to a syslog server: RFC 5424 over TCP with counted octets (RFC 6587), or over TLS (RFC 5425). Syslog knows no answer, so a batch has a connection of its own: the
/// events count as taken when the server, told that nothing more comes, closes it in order.
/// </summary>
internal sealed class SyslogReceiver(ForwardingGate gate) : IEventReceiver
{
    private const int LogAudit = 13 * 8, Warning = 4, Informational = 6, LongestMessageId = 32;

    public ForwarderKind Kind => ForwarderKind.Syslog;

    public int BatchSize => 500;

    public async Task<Handed> SendAsync(Destination to, IReadOnlyList<AuditEvent> events, CancellationToken cancel)
    {
        var address = new Uri(to.Address);
        var isEncrypted = address.Scheme == "tls";
        await using var plain = await gate.ConnectAsync(address.IdnHost, address.Port, isEncrypted, cancel);
        await using Stream stream = isEncrypted ? await EncryptAsync(plain, address, cancel) : plain;

        using var frames = new MemoryStream();
        foreach (var one in events)
            WriteFrame(frames, one, to.Tenant);
        await stream.WriteAsync(frames.GetBuffer().AsMemory(0, (int)frames.Length), cancel);
        await stream.FlushAsync(cancel);
        if (stream is SslStream encrypted)
            await encrypted.ShutdownAsync().WaitAsync(cancel);
        plain.Socket.Shutdown(SocketShutdown.Send);
        var rest = new byte[256];
        while (await stream.ReadAsync(rest, cancel) > 0)
        {
            // Syslog servers say nothing; should one, it changes nothing.
        }
        return Handed.Over;
    }

    internal static byte[] Message(AuditEvent one, string tenant)
    {
        var severity = one.Outcome is AuditOutcome.Failure or AuditOutcome.Denied ? Warning : Informational;
        var name = one.Action.Length == 0 ? "-" : one.Action[..Math.Min(one.Action.Length, LongestMessageId)];
        // Structured data with an id that IANA has registered; everything else is in the message, in plain ASCII.
        return [.. Encoding.ASCII.GetBytes($"<{LogAudit + severity}>1 {EventJson.Instant(one.UtcMicroseconds)} {tenant} useradmin - {name} [origin software=\"UserAdmin\"] "), .. EventJson.Line(one, tenant)];
    }

    private static void WriteFrame(MemoryStream frames, AuditEvent one, string tenant)
    {
        var message = Message(one, tenant);
        frames.Write(Encoding.ASCII.GetBytes($"{message.Length} "));
        frames.Write(message);
    }

    // A fingerprint behind the # stands in for an authority (RFC 5425, 4.2.1); without one the machine's authorities decide.
    private static async Task<SslStream> EncryptAsync(NetworkStream plain, Uri address, CancellationToken cancel)
    {
        var expected = address.Fragment.TrimStart('#').Replace(":", "", StringComparison.Ordinal);
        var stream = new SslStream(plain, leaveInnerStreamOpen: true, (_, certificate, _, errors) => expected.Length > 0
            ? certificate is not null && certificate.GetCertHashString(HashAlgorithmName.SHA256).Equals(expected, StringComparison.OrdinalIgnoreCase)
            : errors == SslPolicyErrors.None);
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.IdnHost }, cancel);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
