using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Forwarding;
using UserAdmin.Core.Common;

namespace UserAdmin.Tests.Audit;

public class SyslogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task L8_Frames_are_counted_in_order_and_read_as_RFC_5424_has_them()
    {
        using var server = new SyslogServer();

        var handed = await Receivers().SendAsync(ForwarderKind.Syslog, new($"tcp://127.0.0.1:{server.Port}", null, "default"), Events(40), Cancel);

        var lines = await server.Lines;
        Assert.Equal(Handed.Over, handed);
        Assert.Equal(40, lines.Count);
        Assert.All(lines.Index(), line =>
        {
            Assert.Matches(@"^<110>1 2026-03-01T12:00:\d\d\.000000Z default useradmin - sign_in\.succeeded \[origin software=""UserAdmin""\] \{""id"":""", line.Item);
            Assert.Contains($"\"name\":\"Zo\\u00EB {line.Index}\"", line.Item, StringComparison.Ordinal);
            Assert.True(Ascii.IsValid(line.Item));
        });
    }

    [Fact]
    public async Task L8_Over_TLS_the_server_is_known_by_its_fingerprint_and_another_one_gets_nothing()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=log.example.org", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        using var known = new SyslogServer(certificate);
        using var other = new SyslogServer(certificate);
        using var unnamed = new SyslogServer(certificate);
        var fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);

        var first = await Receivers().SendAsync(ForwarderKind.Syslog, new($"tls://127.0.0.1:{known.Port}#{fingerprint}", null, "default"), Events(3), Cancel);
        var second = await Receivers().SendAsync(ForwarderKind.Syslog, new($"tls://127.0.0.1:{other.Port}#{new string('0', 64)}", null, "default"), Events(3), Cancel);
        var third = await Receivers().SendAsync(ForwarderKind.Syslog, new($"tls://127.0.0.1:{unnamed.Port}", null, "default"), Events(3), Cancel);

        Assert.Equal(Handed.Over, first);
        Assert.Equal(3, (await known.Lines).Count);
        Assert.NotNull(second.Problem);
        Assert.NotNull(third.Problem);
        Assert.Empty(await other.Lines);
        Assert.Empty(await unnamed.Lines);
    }

    [Fact]
    public async Task L8_Events_count_as_taken_only_when_the_server_closes_in_order()
    {
        using var silent = new SyslogServer { NeverCloses = true };
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var closed = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();

        var unanswered = await Receivers(timeout: 1).SendAsync(ForwarderKind.Syslog, new($"tcp://127.0.0.1:{silent.Port}", null, "default"), Events(1), Cancel);
        var refused = await Receivers().SendAsync(ForwarderKind.Syslog, new($"tcp://127.0.0.1:{closed}", null, "default"), Events(1), Cancel);

        Assert.Equal("No answer within 1 seconds.", unanswered.Problem);
        Assert.NotNull(refused.Problem);
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("10.1.2.3"), InlineData("172.31.0.1"), InlineData("192.168.1.1"), InlineData("169.254.169.254"), InlineData("100.100.100.200"), InlineData("0.0.0.0"), InlineData("224.0.0.1")]
    [InlineData("255.255.255.255"), InlineData("::1"), InlineData("::"), InlineData("fe80::1"), InlineData("fd00:ec2::254"), InlineData("::ffff:127.0.0.1"), InlineData("::ffff:10.0.0.1"), InlineData("2002:7f00:1::"), InlineData("64:ff9b::7f00:1")]
    public async Task Events_go_to_no_address_that_only_this_server_reaches(string address)
    {
        var gate = Gate("");

        Assert.False(gate.MayReach(IPAddress.Parse(address), isEncrypted: true));
        var refused = await Assert.ThrowsAsync<ForbiddenAddressException>(() => gate.ConnectAsync(address, 9, isEncrypted: true, Cancel));
        Assert.Contains("AllowedNetworks", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Public_addresses_are_reached_encrypted_and_named_networks_also_plain()
    {
        var gate = Gate("10.1.0.0/16, fd00::/8");

        Assert.Equal((true, false), (gate.MayReach(IPAddress.Parse("93.184.215.14"), isEncrypted: true), gate.MayReach(IPAddress.Parse("93.184.215.14"), isEncrypted: false)));
        Assert.Equal((true, true), (gate.MayReach(IPAddress.Parse("2a00:1450:4001::1"), isEncrypted: true), gate.MayReach(IPAddress.Parse("::ffff:10.1.2.3"), isEncrypted: false)));
        Assert.Equal((true, false), (gate.MayReach(IPAddress.Parse("fd12::1"), isEncrypted: false), gate.MayReach(IPAddress.Parse("10.2.0.1"), isEncrypted: true)));
    }

    private static ForwardingGate Gate(string networks) => new(Options.Create(new ForwardingSettings { AllowedNetworks = networks }));

    private static EventReceivers Receivers(int timeout = 20) => new([new SyslogReceiver(Gate("127.0.0.0/8"))], Options.Create(new ForwardingSettings { TimeoutSeconds = timeout }));

    private static List<AuditEvent> Events(int count) => [.. Enumerable.Range(0, count).Select(i => new AuditEvent
    {
        UtcMicroseconds = AuditRecording.ToMicroseconds(new(2026, 3, 1, 12, 0, i, TimeSpan.Zero)), ActorKind = ActorKind.User, ActorName = $"Zoë {i}",
        Action = AuditAction.SignedIn.Code, Category = AuditCategory.SignIn, Outcome = AuditOutcome.Success,
    }.Stamp(new byte[32]))];

    /// <summary>Takes one connection, reads it to its end and closes it, as syslog servers do.</summary>
    private sealed class SyslogServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource gone = new();

        public SyslogServer(X509Certificate2? certificate = null)
        {
            listener.Start();
            Lines = ReadAsync(certificate);
        }

        public bool NeverCloses { get; init; }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public Task<List<string>> Lines { get; }

        public void Dispose()
        {
            gone.Cancel();
            listener.Dispose();
            gone.Dispose();
        }

        private async Task<List<string>> ReadAsync(X509Certificate2? certificate)
        {
            using var client = await listener.AcceptTcpClientAsync(gone.Token);
            Stream stream = client.GetStream();
            using var all = new MemoryStream();
            try
            {
                if (certificate is not null)
                {
                    var encrypted = new SslStream(stream);
                    stream = encrypted;
                    await encrypted.AuthenticateAsServerAsync(certificate);
                }
                await stream.CopyToAsync(all, gone.Token);
            }
            catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The other side didn't like the certificate.
            }
            if (NeverCloses)
                await Task.Delay(Timeout.Infinite, gone.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            await stream.DisposeAsync();

            var (bytes, lines) = (all.ToArray(), new List<string>());
            for (var at = 0; at < bytes.Length;)
            {
                var space = Array.IndexOf(bytes, (byte)' ', at);
                var length = int.Parse(Encoding.ASCII.GetString(bytes, at, space - at), CultureInfo.InvariantCulture);
                lines.Add(Encoding.UTF8.GetString(bytes, space + 1, length));
                at = space + 1 + length;
            }
            return lines;
        }
    }
}
