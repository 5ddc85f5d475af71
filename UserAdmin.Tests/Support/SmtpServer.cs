using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace UserAdmin.Tests.Support;

/// <summary>A mail that arrived at the server, as it came over the wire.</summary>
public sealed partial record ReceivedMail(string From, string[] To, string Raw, bool Secure, string? User)
{
    public string? Header(string name)
    {
        var head = Folded().Replace(Raw[..Raw.IndexOf("\r\n\r\n", StringComparison.Ordinal)], " ");
        return head.Split("\r\n").FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
    }

    /// <summary>The parts with their types, decoded.</summary>
    public IEnumerable<(string Type, string Text)> Parts =>
        Raw.Split($"--{Boundary().Match(Raw).Groups[1].Value}")[1..^1].Select(part =>
        {
            var (head, body) = (part[..part.IndexOf("\r\n\r\n", StringComparison.Ordinal)], part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
            return (head.Contains("text/html", StringComparison.Ordinal) ? "text/html" : "text/plain", Decode(head, body));
        });

    private static string Decode(string head, string body)
    {
        if (head.Contains("base64", StringComparison.OrdinalIgnoreCase))
            return Encoding.UTF8.GetString(Convert.FromBase64String(body.Trim()));
        var bytes = Escape().Replace(body.Replace("=\r\n", "", StringComparison.Ordinal), found => ((char)Convert.ToByte(found.Groups[1].Value, 16)).ToString());
        return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
    }

    [GeneratedRegex(@"\r\n[ \t]+")]
    private static partial Regex Folded();

    [GeneratedRegex("boundary=\"?([^\"\r\n;]+)")]
    private static partial Regex Boundary();

    [GeneratedRegex("=([0-9A-F]{2})")]
    private static partial Regex Escape();
}

/// <summary>
/// A real mail server (the npm package smtp-server) in a process of its own on 127.0.0.1, which can be stopped and started again at its
/// port. Without Node.js or npm its tests are skipped.
/// </summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private const string Package = "smtp-server@3.21.6";

    private readonly Dictionary<string, object?> options;
    private readonly ConcurrentQueue<ReceivedMail> received = [];
    private Process? process;

    private SmtpServer(Dictionary<string, object?> options) => this.options = options;

    public int Port { get; private set; }

    public IReadOnlyList<ReceivedMail> Received => [.. received];

    /// <summary>What a portal has to be told to use this server.</summary>
    public (string, string)[] Settings => SettingsWith("None");

    public (string, string)[] SettingsWith(string security) =>
        [("Mail:Host", "127.0.0.1"), ("Mail:Port", $"{Port}"), ("Mail:Security", security), ("Mail:From", "portal@example.org"), ("Mail:FromName", "Pörtal")];

    public static async Task<SmtpServer> StartAsync(params (string Name, string Value)[] options)
    {
        var server = new SmtpServer(options.ToDictionary(option => option.Name, option => (object?)option.Value));
        await server.StartAsync(0);
        return server;
    }

    public Task StartAgainAsync() => StartAsync(Port);

    public async Task StopAsync()
    {
        if (process is null)
            return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Waits until so many mails have come.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> Until(int count)
    {
        var patience = Stopwatch.StartNew();
        while (received.Count < count && patience.Elapsed < TimeSpan.FromSeconds(30))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        return Received;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StartAsync(int port)
    {
        var modules = Path.Combine(await NodeServer.InstallAsync(Package), "node_modules");
        options["port"] = port;
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "smtp-server.cjs"), JsonSerializer.Serialize(options)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["NODE_PATH"] = modules;
        process = Process.Start(start)!;
        var first = await process.StandardOutput.ReadLineAsync();
        Assert.NotNull(first);
        Port = JsonDocument.Parse(first).RootElement.GetProperty("port").GetInt32();
        _ = ReadAsync(process.StandardOutput);
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
            received.Enqueue(JsonSerializer.Deserialize<ReceivedMail>(line, JsonSerializerOptions.Web)!);
    }
}
