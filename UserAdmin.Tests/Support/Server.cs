using System.Diagnostics;
using System.Text;

namespace UserAdmin.Tests.Support;

/// <summary>The real program in a process of its own, which a test may kill.</summary>
public sealed class Server : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Server(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Hear(line.Data, isOver: line.Data is null);
        process.ErrorDataReceived += (_, line) => Hear(line.Data, isOver: false);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    /// <summary>Null while it runs.</summary>
    public int? ExitCode => process.HasExited ? process.ExitCode : null;

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Waits until it serves.</summary>
    public static async Task<Server> StartAsync(string folder, params (string Name, string Value)[] environment)
    {
        var server = Launch(folder, [], environment);
        try
        {
            await server.started.Task.WaitAsync(TimeSpan.FromSeconds(120));
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for nothing. Without arguments it is going to serve on a free port.</summary>
    public static Server Launch(string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "UserAdmin.Web.dll"), .. arguments is [] ? ["--urls", "http://127.0.0.1:0"] : arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(Process.Start(start)!);
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

    private void Hear(string? line, bool isOver)
    {
        lock (output)
            output.AppendLine(line);
        if (isOver)
            started.TrySetException(new InvalidOperationException($"The program ended before it served. {Output}"));
        else if (line?.Contains("Application started", StringComparison.Ordinal) == true)
            started.TrySetResult();
    }
}
