using System.Diagnostics;

namespace UserAdmin.Tests.Support;

/// <summary>The real program serving in a process of its own, which a test may kill.</summary>
public sealed class Server : IAsyncDisposable
{
    private readonly Process process;

    private Server(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>Waits until it serves.</summary>
    public static async Task<Server> StartAsync(string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "UserAdmin.Web.dll"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var server = new Server(process);
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
                if (line.Contains("Application started", StringComparison.Ordinal))
                {
                    _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return server;
                }
            throw new InvalidOperationException("The program ended before it served.");
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As if the power went: nothing of its own code runs any more.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }
}
