using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace UserAdmin.Bench;

/// <summary>Resident memory in KB: all of it, what belongs to the process alone, and mapped files (SQLite's database is one).</summary>
internal sealed record ResidentMemory(long All, long Anonymous, long Files);

/// <summary>A server process on a free port of the loopback, with its output in a log file.</summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process process;

    private Server(Process process, Uri url) => (this.process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>From the start of the process to the first 200.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    public static async Task<Server> StartAsync(string log, string ready, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var started = Stopwatch.GetTimestamp();
        var process = Launch(log, [.. command, "--urls", url.GetLeftPart(UriPartial.Authority)], environment);
        var server = new Server(process, url);

        using var http = new HttpClient { BaseAddress = url };
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(ready);
                if (response.StatusCode == HttpStatusCode.OK)
                    break;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                await server.DisposeAsync();
                throw new InvalidOperationException($"{string.Join(' ', command)} did not get ready (exit code {process.ExitCode}); its output is in {log}");
            }
            await Task.Delay(10);
        }
        server.ReadyAfter = Stopwatch.GetElapsedTime(started);
        return server;
    }

    /// <summary>Runs a command of the server's program to its end.</summary>
    public static async Task RunAsync(string log, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var process = Launch(log, command, environment);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}; its output is in {log}");
    }

    public double CpuMilliseconds() => Proc.CpuMilliseconds(process.Id);

    public ResidentMemory Memory()
    {
        var status = File.ReadAllLines($"/proc/{process.Id}/status");
        long Read(string name) => long.Parse(status.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return new(Read("VmRSS:"), Read("RssAnon:"), Read("RssFile:"));
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]).Dispose();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Report.Warn($"The server {process.Id} did not stop within 40 s of SIGTERM and was killed.");
                process.Kill();
                await process.WaitForExitAsync();
            }
        }
    }

    private static Process Launch(string log, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        // Whoever interrupts the bench wants no server left behind.
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (!process.HasExited)
                process.Kill();
        };
        var file = TextWriter.Synchronized(new StreamWriter(log) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => file.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => file.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
