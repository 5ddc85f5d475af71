using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using UserAdmin.Tests.InBrowser;

namespace UserAdmin.Tests.Api;

public class ApiGuideTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task H1_The_examples_of_the_guide_do_what_they_say()
    {
        await using var app = await BrowserApp.StartAsync();
        await app.Given(Alice);
        var guide = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "../../../../docs/api.md"), Cancel);
        var token = "";

        foreach (var example in guide.Where(line => line.StartsWith("curl ", StringComparison.Ordinal)))
        {
            var (status, answer) = await Run(example, ("PORTAL", app.Url.ToString().TrimEnd('/')), ("EMAIL", "alice@example.org"), ("PASSWORD", Cast.Password), ("TOKEN", token));
            Assert.True(status is "200" or "201" or "202", $"{example}: {status} {answer}");
            if (token.Length == 0)
                token = (string)JsonNode.Parse(answer)!["access_token"]!;
        }

        Assert.NotEqual("", token);
    }

    private static async Task<(string Status, string Answer)> Run(string command, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"command -v curl > /dev/null || exit 99; {command} -w '\\n%{{http_code}}'"]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            using var shell = Process.Start(start)!;
            var output = (await shell.StandardOutput.ReadToEndAsync(Cancel)).Split('\n');
            await shell.WaitForExitAsync(Cancel);
            Assert.SkipWhen(shell.ExitCode == 99, "There is no curl.");
            return (output[^1], string.Join('\n', output[..^1]));
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no shell.");
            throw;
        }
    }
}
