using System.Diagnostics;

namespace UserAdmin.Tests.Support;

/// <summary>The real program as a process, for whatever it does before it serves.</summary>
public static class RealProgram
{
    /// <summary>Runs it to its end in a folder of its own.</summary>
    public static async Task<(int Code, string Output)> Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-run-").FullName;
        try
        {
            return await RunIn(folder, arguments, environment);
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    public static async Task<(int Code, string Output)> RunIn(string folder, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "UserAdmin.Web.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var program = Process.Start(start)!;
        program.StandardInput.Close();
        var output = program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await program.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            program.Kill(entireProcessTree: true);
            Assert.Fail("The program went on although it should have stopped.");
        }
        return (program.ExitCode, await errors + await output);
    }
}
