using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>The script of the proof, run by Python as an officer would, or many times in one process.</summary>
internal sealed class Script : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("useradmin-test-proof-").FullName;
    private Process? many;

    public Script()
    {
        Assert.SkipUnless(IsHere(), "There is no Python (python3); ./test gets it.");
        File.WriteAllText(Path, Read("proof.verify.py"));
    }

    public static string Source => Read("proof.verify.py");

    public string Path => System.IO.Path.Combine(folder, "verify.py");

    public string In(string name) => System.IO.Path.Combine(folder, name);

    public async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("python3", ["-B", Path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Checks a log in a process that goes on, as it is or without one of the checks.</summary>
    public async Task<(int Code, string Output)> Check(SignedLog log, string? checkpoint = null, string? fingerprint = null, string? without = null)
    {
        if (many is null)
        {
            var all = In("verify_all.py");
            await File.WriteAllTextAsync(all, Read("verify_all.py"), TestContext.Current.CancellationToken);
            many = Process.Start(new ProcessStartInfo("python3", ["-B", all, Path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        }
        var place = Directory.CreateDirectory(In(Guid.NewGuid().ToString("N"))).FullName;
        foreach (var (name, text) in log.Files())
            await File.WriteAllTextAsync(System.IO.Path.Combine(place, name), text, TestContext.Current.CancellationToken);
        await many.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { folder = place, checkpoint, fingerprints = fingerprint?.Split(' '), without }));
        await many.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var answer = JsonDocument.Parse(await many.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("The script broke off.")).RootElement;
        return (answer.GetProperty("code").GetInt32(), answer.GetProperty("text").GetString()!);
    }

    public void Dispose()
    {
        if (many is not null)
        {
            many.StandardInput.Close();
            many.WaitForExit();
            many.Dispose();
        }
        TestFolder.Delete(folder);
    }

    private static bool IsHere()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("python3", ["--version"]) { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    public static string Read(string resource)
    {
        var assembly = resource.StartsWith("proof.", StringComparison.Ordinal) ? typeof(Core.CoreServices).Assembly : typeof(Script).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
