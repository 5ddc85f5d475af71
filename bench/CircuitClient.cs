using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace UserAdmin.Bench;

/// <summary>Does what the browser's script does to hold a circuit of a page open, except for showing it.</summary>
internal sealed partial class CircuitClient : IAsyncDisposable
{
    private const string Handshake = """{"protocol":"blazorpack","version":1}""" + "\x1e";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A page counts as rendered when nothing has come for so long.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    private readonly ClientWebSocket socket = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly Channel<Batch> batches = Channel.CreateUnbounded<Batch>();
    private readonly TaskCompletionSource<bool> attached = new();
    private readonly TaskCompletionSource<bool> started = new();
    private Task receiving = Task.CompletedTask;

    private readonly record struct Batch(long At, int Bytes);

    /// <summary>What the server said when it ended the circuit, or what went wrong with the connection.</summary>
    public string? Failure { get; private set; }

    /// <summary>Gets the page, starts a circuit and waits until its components are rendered and nothing more comes.</summary>
    public static async Task<CircuitClient> OpenAsync(Browser browser, string path, bool compress)
    {
        var page = await browser.GetTextAsync(path);
        var markers = Marker().Matches(page).Select(match => match.Groups[1].Value).ToList();
        if (markers.Count == 0)
            throw new InvalidOperationException($"{path} has no interactive component");
        var state = State().Match(page) is { Success: true } found ? found.Groups[1].Value : "";

        var client = new CircuitClient();
        await client.ConnectAsync(browser, compress);
        var root = new Uri(browser.Url, "/").ToString();
        await client.SendAsync(1, new Dictionary<string, string>(), "0", "StartCircuit", new object?[] { root, new Uri(browser.Url, path).ToString(), "[]", state }, Array.Empty<object>());
        await client.started.Task.WaitAsync(Patience);
        await client.attached.Task.WaitAsync(Patience);

        var operations = markers.Select((marker, index) => $$"""{"type":"add","ssrComponentId":{{index + 1}},"marker":{{marker}}}""");
        await client.CallAsync("UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state);
        await client.SettleAsync(Quiet);
        return client;
    }

    /// <summary>What a click on a link of the page does. Answers with the milliseconds until the first and the last batch, and the bytes of all.</summary>
    public async Task<(double First, double Last, int Bytes)> NavigateAsync(Browser browser, string path)
    {
        while (batches.Reader.TryRead(out _))
            ;
        var clicked = System.Diagnostics.Stopwatch.GetTimestamp();
        await CallAsync("OnLocationChanged", new Uri(browser.Url, path).ToString(), null, true);
        var all = await SettleAsync(TimeSpan.FromMilliseconds(150));
        double After(long at) => System.Diagnostics.Stopwatch.GetElapsedTime(clicked, at).TotalMilliseconds;
        return (After(all[0].At), After(all[^1].At), all.Sum(batch => batch.Bytes));
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (socket.State == WebSocketState.Open)
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Patience);
            await receiving.WaitAsync(Patience);
        }
        catch (Exception gone) when (gone is WebSocketException or TimeoutException)
        {
            // The server has closed first.
        }
        socket.Dispose();
    }

    private async Task ConnectAsync(Browser browser, bool compress)
    {
        var negotiated = await browser.PostTextAsync("/_blazor/negotiate?negotiateVersion=1", "");
        var token = JsonDocument.Parse(negotiated).RootElement.GetProperty("connectionToken").GetString();
        var address = new UriBuilder(browser.Url) { Scheme = "ws", Path = "/_blazor", Query = $"id={token}" };
        socket.Options.SetRequestHeader("Cookie", browser.Cookies);
        socket.Options.SetRequestHeader("User-Agent", Browser.UserAgent);
        socket.Options.SetRequestHeader("Origin", browser.Url.GetLeftPart(UriPartial.Authority));
        if (compress)
            socket.Options.DangerousDeflateOptions = new();   // what every browser offers
        await socket.ConnectAsync(address.Uri, CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes(Handshake), WebSocketMessageType.Text, true, CancellationToken.None);
        receiving = ReceiveAsync();
    }

    private Task CallAsync(string method, params object?[] arguments) =>
        SendAsync(1, new Dictionary<string, string>(), null, method, arguments, Array.Empty<object>());

    private async Task SendAsync(params object?[] message)
    {
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(BlazorPack.Frame(message), WebSocketMessageType.Binary, true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task<List<Batch>> SettleAsync(TimeSpan quiet)
    {
        var seen = new List<Batch>();
        while (true)
        {
            using var patience = new CancellationTokenSource(seen.Count == 0 ? Patience : quiet);
            try
            {
                seen.Add(await batches.Reader.ReadAsync(patience.Token));
            }
            catch (OperationCanceledException) when (seen.Count > 0)
            {
                return seen;
            }
            catch (Exception failed) when (failed is OperationCanceledException or ChannelClosedException)
            {
                throw new InvalidOperationException($"No render batch came: {Failure ?? "time-out"}");
            }
        }
    }

    private async Task ReceiveAsync()
    {
        var (buffer, filled, shaken) = (new byte[16 * 1024], 0, false);
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                    Array.Resize(ref buffer, 2 * buffer.Length);
                var received = await socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                    throw new WebSocketException("The server closed the connection.");
                filled += received.Count;
                if (!shaken && Array.IndexOf(buffer, (byte)0x1e, 0, filled) is >= 0 and var end)
                {
                    shaken = true;
                    Keep(buffer, end + 1, ref filled);
                }
                if (shaken)
                    foreach (var message in Messages(buffer, ref filled))
                        await AnswerAsync(message);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or InvalidOperationException)
        {
            Failure ??= failure.Message;
            attached.TrySetException(new InvalidOperationException(Failure));
            started.TrySetException(new InvalidOperationException(Failure));
            batches.Writer.TryComplete();
        }
    }

    private static List<object?[]> Messages(byte[] buffer, ref int filled)
    {
        var messages = new List<object?[]>();
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, filled);
        while (BlazorPack.TryRead(ref rest, out var message))
            messages.Add(message);
        Keep(buffer, filled - rest.Length, ref filled);
        return messages;
    }

    private static void Keep(byte[] buffer, int from, ref int filled)
    {
        buffer.AsSpan(from, filled - from).CopyTo(buffer);
        filled -= from;
    }

    // Message types of SignalR: 1 invocation, 3 completion, 6 ping, 7 close.
    private async Task AnswerAsync(object?[] message)
    {
        switch (message[0])
        {
            case 1L: await InvokedAsync((string)message[3]!, (object?[])message[4]!); break;
            case 3L when message[3] is 3L && message[4] is string: started.TrySetResult(true); break;
            case 3L: throw new InvalidOperationException($"The circuit was refused: {message.ElementAtOrDefault(4)}");
            case 6L: await SendAsync(6); break;
            case 7L: throw new InvalidOperationException($"The server ended the connection: {message[1]}");
        }
    }

    private async Task InvokedAsync(string method, object?[] arguments)
    {
        switch (method)
        {
            case "JS.RenderBatch":
                batches.Writer.TryWrite(new(System.Diagnostics.Stopwatch.GetTimestamp(), ((byte[])arguments[1]!).Length));
                await CallAsync("OnRenderCompleted", arguments[0], null);
                break;
            case "JS.BeginInvokeJS":
                if (((string)arguments[1]!).EndsWith("attachWebRendererInterop", StringComparison.Ordinal))
                    attached.TrySetResult(true);
                if (arguments[0] is not 0L)
                    await CallAsync("EndInvokeJSFromDotNet", arguments[0], true, $"[{arguments[0]},true,null]");
                break;
            case "JS.Error":
                throw new InvalidOperationException($"The circuit ended: {arguments[0]}");
        }
    }

    [GeneratedRegex("<!--Blazor:({\"type\":\"server\".*?})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:([^>]*?)-->")]
    private static partial Regex State();
}
