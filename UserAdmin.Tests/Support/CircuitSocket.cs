using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;
using UserAdmin.Bench;

namespace UserAdmin.Tests.Support;

/// <summary>The connection behind an open page, as the browser's script makes it.</summary>
public sealed partial class CircuitSocket : IDisposable
{
    private const string Session = "__Host-useradmin";

    private readonly WebSocket socket;
    private byte[] unread = [];

    private CircuitSocket(WebSocket socket)
    {
        this.socket = socket;
        patience.CancelAfter(TimeSpan.FromSeconds(30));
    }

    // What does not come within half a minute does not come.
    private readonly CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private CancellationToken Cancel => patience.Token;

    /// <summary>Connects with the session of the browser; throws with the status code when the server refuses.</summary>
    public static async Task<CircuitSocket> ConnectAsync(TestApp app, Browser browser, string address = "192.0.2.1")
    {
        var client = app.Server.CreateWebSocketClient();
        client.ConfigureRequest = request =>
        {
            request.Headers.Cookie = $"{Session}={browser.Cookie(Session)}";
            request.Headers.Origin = $"https://{browser.Url.Host}";
            request.Headers[TestApp.AddressHeader] = address;
        };
        var connected = new CircuitSocket(await client.ConnectAsync(new($"wss://{browser.Url.Host}/_blazor"), TestContext.Current.CancellationToken));
        await connected.socket.SendAsync(Encoding.UTF8.GetBytes("""{"protocol":"blazorpack","version":1}""" + "\x1e"), WebSocketMessageType.Text, true, connected.Cancel);
        Assert.Equal("{}\x1e", Encoding.UTF8.GetString(await connected.ReceiveAsync()));
        return connected;
    }

    /// <summary>Starts a circuit for a page and gives back its secret.</summary>
    public async Task<string> StartAsync(Browser browser, string path)
    {
        var page = await (await browser.Get(path)).Text();
        var state = State().Match(page) is { Success: true } found ? found.Groups[1].Value : "";
        return Assert.IsType<string>(await CallAsync("StartCircuit", browser.Url.ToString(), $"https://{browser.Url.Host}{path}", "[]", state));
    }

    /// <summary>Calls a method of the hub and waits for what it returns.</summary>
    public async Task<object?> CallAsync(string method, params object?[] arguments)
    {
        await SendAsync(BlazorPack.Frame(1, new Dictionary<string, string>(), "0", method, arguments, Array.Empty<object>()));
        while (true)
            if (await ReadAsync() is [3L, _, "0", var kind, .. var result])
                return kind is 1L ? throw new InvalidOperationException($"{result[0]}") : result.FirstOrDefault();
    }

    public Task SendAsync(byte[] message) => socket.SendAsync(message, WebSocketMessageType.Binary, true, Cancel);

    /// <summary>Whether the server closes the connection instead of answering the call that was sent.</summary>
    public async Task<bool> IsClosedByServerAsync()
    {
        try
        {
            while (true)
                switch ((await ReadAsync())[0])
                {
                    case 3L: return false;
                    case 7L: return true;
                }
        }
        catch (Exception closed) when (closed is WebSocketException or IOException or EndOfStreamException)
        {
            return true;
        }
    }

    public async Task CloseAsync() => await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);

    public void Dispose()
    {
        socket.Dispose();
        patience.Dispose();
    }

    private async Task<object?[]> ReadAsync()
    {
        while (true)
        {
            if (TryRead(out var message))
                return message;
            unread = [.. unread, .. await ReceiveAsync()];
        }
    }

    private bool TryRead(out object?[] message)
    {
        ReadOnlySpan<byte> rest = unread;
        var isWhole = BlazorPack.TryRead(ref rest, out message);
        unread = rest.ToArray();
        return isWhole;
    }

    private async Task<byte[]> ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), Cancel);
        return received.MessageType == WebSocketMessageType.Close ? throw new EndOfStreamException("The server closed the connection.") : buffer[..received.Count];
    }

    [GeneratedRegex("<!--Blazor-Server-Component-State:([^>]*?)-->")]
    private static partial Regex State();
}
