using System.ComponentModel;
using System.Diagnostics;

namespace UserAdmin.Tests.Support;

/// <summary>
/// A small Node program (an .mjs file of this project) beside the npm package it needs, for protocols whose other side should not be ours.
/// It prints "listening PORT" once it serves. Packages are installed once, outside the checkout; without npm the test is skipped.
/// </summary>
public sealed class NodeServer : IAsyncDisposable
{
    private static readonly SemaphoreSlim Installing = new(1, 1);

    private readonly Process process;

    private NodeServer(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    public static async Task<NodeServer> StartAsync(string script, string package, params (string Name, string Value)[] environment)
    {
        var folder = await InstallAsync(package);
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}-{script}");
        await using (var copy = File.Create(file))
            await typeof(NodeServer).Assembly.GetManifestResourceStream(script)!.CopyToAsync(copy);

        var start = new ProcessStartInfo("node", [file]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
                if (line.StartsWith("listening ", StringComparison.Ordinal))
                {
                    _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return new(process, int.Parse(line["listening ".Length..], System.Globalization.CultureInfo.InvariantCulture));
                }
            throw new InvalidOperationException($"{script} ended before it served.");
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        finally
        {
            File.Delete(file);
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>The folder in which the package, named as npm names it with its version, is installed.</summary>
    internal static async Task<string> InstallAsync(string package)
    {
        var folder = Path.Combine(Path.GetTempPath(), "useradmin-test-packages", package);
        await Installing.WaitAsync();
        try
        {
            if (Directory.Exists(folder))
                return folder;

            // Installed beside and then renamed, so that a run that was interrupted leaves no half of it.
            var making = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}").FullName;
            var start = new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", package])
            {
                WorkingDirectory = making,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            await File.WriteAllTextAsync(Path.Combine(making, "package.json"), "{}");
            try
            {
                using var npm = Process.Start(start)!;
                var output = Task.WhenAll(npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
                await npm.WaitForExitAsync();
                Assert.SkipUnless(npm.ExitCode == 0, $"npm can't install {package}: {string.Concat(await output)}");
            }
            catch (Win32Exception)
            {
                Assert.Skip($"There is no npm, which installs {package}.");
            }
            try
            {
                Directory.Move(making, folder);
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                TestFolder.Delete(making);
            }
            return folder;
        }
        finally
        {
            Installing.Release();
        }
    }
}
