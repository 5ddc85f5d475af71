using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using UserAdmin.Core.Audit;
using UserAdmin.Tests.Audit;
using UserAdmin.Tests.Audit.Proof;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

/// <summary>The page that checks a proof without the portal, opened from a file as an officer does.</summary>
[Trait("Kind", "Browser")]
public sealed partial class ProofPageTests(Chromium chromium) : BrowserTest(chromium)
{
    private static readonly string Page = Script.Read("proof.verify.html");

    [Fact]
    public async Task J06_A_proof_taken_out_of_the_portal_is_found_intact_by_its_page_and_an_altered_one_is_not()
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-proof-").FullName;
        try
        {
            await App.Record(AuditAction.SignedIn, 7);
            await App.Seal();
            await App.Given(Alice);
            var tab = await OpenAs(Alice, "/audit/proof");
            await Expect(tab.Page.GetByText("seals, and what tells of removals")).ToBeVisibleAsync();
            var file = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Button("Take the proof out").ClickAsync());
            var zip = Path.Combine(folder, "proof.zip");
            await file.SaveAsAsync(zip);
            await Expect(tab.Page.GetByText("Done: the file is whole.")).ToBeVisibleAsync();
            var html = Path.Combine(folder, "verify.html");
            using (var archive = ZipFile.OpenRead(zip))
                archive.GetEntry("verify.html")!.ExtractToFile(html);
            SignedLog log = SignedLog.Make();
            Attacks.All[0].Do(log);
            log.SaveTo(Path.Combine(folder, "altered.zip"));
            var anew = SignedLog.Make();
            anew.BeginAnew();
            anew.SaveTo(Path.Combine(folder, "anew.zip"));

            var page = await OpenFile(tab, html);
            var check = page.GetByRole(AriaRole.Button, new() { Name = "Check" });
            await page.GetByLabel("The proof").SetInputFilesAsync(zip);
            await check.ClickAsync();
            await Expect(page.Locator(".result")).ToContainTextAsync("INTACT. Every event");
            await page.GetByLabel("The proof").SetInputFilesAsync(Path.Combine(folder, "anew.zip"));
            await check.ClickAsync();
            await Expect(page.GetByText($"The key before was lost, and the log went on with key {SignedLog.IdOf(SignedLog.Third)}")).ToBeVisibleAsync();
            await Expect(page.Locator(".result")).ToContainTextAsync("INTACT. Every event");
            await page.GetByLabel("The proof").SetInputFilesAsync(Path.Combine(folder, "altered.zip"));
            await check.ClickAsync();
            await Expect(page.Locator(".result")).ToContainTextAsync("NOT INTACT");
            await Expect(page.GetByText("Security: event 4 was changed after it was sealed")).ToBeVisibleAsync();
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    [Fact]
    public async Task J04_The_page_names_every_attack_and_none_of_its_checks_is_idle()
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-proof-").FullName;
        try
        {
            var html = Path.Combine(folder, "verify.html");
            await File.WriteAllTextAsync(html, Page, TestContext.Current.CancellationToken);
            var page = await OpenFile(await Open(), html);
            var wrong = new List<string>();
            var good = await Check(page, SignedLog.Make(), null, null, null);
            var anew = SignedLog.Make();
            anew.BeginAnew();
            var begunAnew = await Check(page, anew, null, null, null) + await Check(page, anew, null, $"{SignedLog.Fingerprint} {SignedLog.FingerprintOf(SignedLog.Third)}", null);
            var vectors = await Check(page, ScriptTests.Vectors(), null, null, null);
            foreach (var attack in Attacks.All)
            {
                var (log, kept, fingerprint) = ScriptTests.Attacked(attack);
                if (await Check(page, log, kept, fingerprint, null) is var found && !found.Contains(attack.Expected, StringComparison.Ordinal))
                    wrong.Add($"{attack.Name} isn't named:\n{found}");
                if ((await Check(page, log, kept, fingerprint, attack.Check)).Contains(attack.Expected, StringComparison.Ordinal))
                    wrong.Add($"{attack.Name} is named without the check '{attack.Check}'");
            }

            Assert.Equal("", good);
            Assert.Equal("", begunAnew);
            Assert.Equal(3, vectors.Split('\n').Length);
            Assert.True(wrong.Count == 0, string.Join("\n", wrong));
            Assert.Equal(Attacks.All.Select(attack => attack.Check).Distinct().Order(StringComparer.Ordinal), Marked().Matches(Page).Select(mark => mark.Groups[1].Value.Trim()).Distinct().Order(StringComparer.Ordinal));
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    // Apart from the portal's tab, which takes every other address for a fault.
    private static async Task<IPage> OpenFile(Tab tab, string file)
    {
        var page = await tab.Page.Context.Browser!.NewPageAsync();
        await page.GotoAsync(new Uri(file).ToString());
        return page;
    }

    // The script of the page, as it is or without one of its checks, called from outside so that the page's own policy doesn't stand in the way.
    private static Task<string> Check(IPage page, SignedLog log, string? kept, string? fingerprint, string? without)
    {
        var script = Page[(Page.IndexOf("<script>", StringComparison.Ordinal) + 8)..Page.IndexOf("// The page.", StringComparison.Ordinal)];
        var lines = script.Split('\n');
        for (var i = 0; i < lines.Length; i++)
            if (without is not null && lines[i].EndsWith($"// check: {without}", StringComparison.Ordinal))
                lines[i] = Without(lines[i]);
        return page.EvaluateAsync<string>(
            $$"""
            async given => {
                {{string.Join('\n', lines)}}
                const { files, fingerprint, checkpoint } = JSON.parse(given);
                try {
                const found = await new Check(new Map(Object.entries(files).map(([name, text]) => [name, { size: text.length, open: () => new Blob([text]).stream() }])), { fingerprint, checkpoint }).run();
                return found.wrong.join('\n');
                } catch (problem) { return `It broke off: ${problem}`; }
            }
            """, JsonSerializer.Serialize(new { files = log.Files(), fingerprint = fingerprint ?? "", checkpoint = kept ?? "" }));
    }

    private static string Without(string line)
    {
        var at = line.IndexOf("if (", StringComparison.Ordinal);
        if (at < 0 || line.TrimStart().StartsWith("for ", StringComparison.Ordinal))
            return $"if (false) {line}";
        var (end, depth) = (at + 3, 0);
        do
            depth += line[end++] switch { '(' => 1, ')' => -1, _ => 0 };
        while (depth > 0);
        return $"{line[..at]}if (false){line[end..]}";
    }

    [GeneratedRegex("// check: (.+)")]
    private static partial Regex Marked();
}
