using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>An address that events may not be sent to.</summary>
internal sealed class ForbiddenAddressException(string message) : IOException(message);

/// <summary>
/// Opens every connection of forwarders. An administrator of a tenant types the address, so it must not reach what only this server reaches: its own ports, the operator's
/// network, the metadata of its cloud. The address that was judged is the one that is connected to, so a name can't change its meaning in between (SSRF, DNS rebinding).
/// </summary>
public sealed class ForwardingGate(IOptions<ForwardingSettings> options)
{
    // Whatever is not plainly public (IANA's registries of special addresses).
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>Connects to an address of the host that events may go to. Throws when there is none, and when nobody listens.</summary>
    internal async Task<NetworkStream> ConnectAsync(string host, int port, bool isEncrypted, CancellationToken cancel)
    {
        IPAddress[] found = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);
        var allowed = Array.FindAll(found, address => MayReach(address, isEncrypted));
        if (allowed.Length == 0)
            throw new ForbiddenAddressException(found.Any(address => MayReach(address, isEncrypted: true))
                ? $"{host} is outside of the networks where events may travel unencrypted. Use https or tls."
                : $"{host} is in a network where events may not be sent to. Whoever runs this portal can allow it: UserAdmin:Forwarding:AllowedNetworks.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancel);
            return new(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal bool MayReach(IPAddress address, bool isEncrypted)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return options.Value.Networks.Any(network => network.Contains(plain)) || (isEncrypted && IsPublic(plain));
    }

    internal static bool IsPublic(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address)) && !Special.Any(network => network.Contains(address));
}
