using System.Net;
using System.Net.Sockets;

namespace UserAdmin.Tests.InBrowser;

/// <summary>Stands between browser and server until it is told to drop every connection.</summary>
internal sealed class CuttableProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> open = [];
    private volatile bool isDown;

    public CuttableProxy(int port)
    {
        listener.Start();
        _ = AcceptAsync(port);
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public void Cut()
    {
        isDown = true;
        lock (open)
        {
            open.ForEach(client => client.Dispose());
            open.Clear();
        }
    }

    public void Mend() => isDown = false;

    public void Dispose()
    {
        listener.Stop();
        Cut();
    }

    private async Task AcceptAsync(int port)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                if (isDown)
                {
                    client.Dispose();
                    continue;
                }
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, port);
                lock (open)
                    open.AddRange([client, server]);
                _ = PumpAsync(client, server);
                _ = PumpAsync(server, client);
            }
        }
        catch (Exception stopped) when (stopped is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception cut) when (cut is IOException or ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // That is what it is for.
        }
    }
}
