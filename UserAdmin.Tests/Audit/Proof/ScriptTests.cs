using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>The script that checks a proof without the portal.</summary>
public sealed partial class ScriptTests
{
    [Fact]
    public async Task J06_The_script_finds_a_log_intact_with_all_that_was_rightly_removed()
    {
        using var script = new Script();
        var log = SignedLog.Make();

        var (code, output) = await script.Check(log, log.Note(1, 4, SignedLog.Second), SignedLog.Fingerprint);

        Assert.True(code == 0, output);
        Assert.Contains("Routine: events 1 to 3 (seal 1) were removed on", output, StringComparison.Ordinal);
        Assert.Contains("Routine: the contents of 2 events (events 4 to 6) were removed on", output, StringComparison.Ordinal);
        Assert.Contains("Personal data was erased: who did it in 2 events, what it was about in 1 event.", output, StringComparison.Ordinal);
        Assert.Contains("agrees with your checkpoint", output, StringComparison.Ordinal);
        Assert.Contains("RESULT: INTACT", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task J06_The_script_notes_that_a_key_was_lost_and_wants_its_successor_among_the_fingerprints()
    {
        using var script = new Script();
        var log = SignedLog.Make();
        log.BeginAnew();
        log.SaveTo(script.In("anew.zip"));

        var without = await script.Check(log);
        var with = await script.Run("--fingerprint", SignedLog.Fingerprint, "--fingerprint", SignedLog.FingerprintOf(SignedLog.Third), script.In("anew.zip"));
        var first = await script.Run("--fingerprint", SignedLog.Fingerprint, script.In("anew.zip"));

        Assert.True(without.Code == 0, without.Output);
        Assert.Contains($"The key before was lost, and the log went on with key {SignedLog.IdOf(SignedLog.Third)}", without.Output, StringComparison.Ordinal);
        Assert.Contains($"noted down: {SignedLog.FingerprintOf(SignedLog.Third)}", without.Output, StringComparison.Ordinal);
        Assert.True(with.Code == 0, with.Output);
        Assert.Contains("The key before was lost", with.Output, StringComparison.Ordinal);
        Assert.Equal(1, first.Code);
    }

    [Fact]
    public async Task J06_A_log_that_an_administrator_began_anew_is_intact_for_the_script_also_when_the_time_of_that_event_is_over()
    {
        using var script = new Script();
        await using var portal = await OwnFiles.StartAsync(script.In("own"));
        var alice = await portal.Given(Alice);
        await portal.Record(Core.Audit.AuditAction.SettingsChanged, 3);
        await portal.Seal();
        var files = portal.Services.GetRequiredService<AuditKeyFiles>();
        var lost = await portal.Run((UserAdminDbContext db) => db.AuditKeys.AsNoTracking().SingleAsync(TestContext.Current.CancellationToken));
        files.Destroy("default", lost.KeyId);
        Assert.True((await portal.Run((AuditKeys keys) => keys.BeginAnewAsync("The disk is gone", alice, TestContext.Current.CancellationToken))).Succeeded);
        await portal.Seal();

        await RetentionTests.ProveAsync(portal, script, "The key before was lost, and the log went on with key");
        portal.Clock.Advance(TimeSpan.FromDays(20 * 365));
        await RetentionTests.Remove(portal);
        await RetentionTests.ProveAsync(portal, script, "(The disk is gone)");
    }

    [Fact]
    public async Task J04_The_script_names_every_attack_and_none_of_its_checks_is_idle()
    {
        using var script = new Script();
        var wrong = new List<string>();
        foreach (var attack in Attacks.All)
        {
            var (log, kept, fingerprint) = Attacked(attack);
            var (code, output) = await script.Check(log, kept, fingerprint);
            if (code != 1 || !output.Contains(attack.Expected, StringComparison.Ordinal))
                wrong.Add($"{attack.Name} isn't named: {code}\n{output}");
            var (_, blind) = await script.Check(log, kept, fingerprint, without: attack.Check);
            if (blind.Contains(attack.Expected, StringComparison.Ordinal))
                wrong.Add($"{attack.Name} is named without the check '{attack.Check}'");
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal(Attacks.All.Select(attack => attack.Check).Distinct().Order(StringComparer.Ordinal), Marked().Matches(Script.Source).Select(mark => mark.Groups[1].Value.Trim()).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task J06_The_script_answers_with_its_exit_code()
    {
        using var script = new Script();
        var log = SignedLog.Make();
        log.SaveTo(script.In("good.zip"));
        await File.WriteAllTextAsync(script.In("kept.txt"), "Sent on Monday.\r\n\r\n" + log.Note(1, 4, SignedLog.Second).Replace("\n", "\r\n", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Attacks.All[0].Do(log);
        log.SaveTo(script.In("bad.zip"));
        await File.WriteAllTextAsync(script.In("no.zip"), "nothing", TestContext.Current.CancellationToken);

        var good = await script.Run("--checkpoint", script.In("kept.txt"), "--fingerprint", SignedLog.Fingerprint, script.In("good.zip"));
        var bad = await script.Run(script.In("bad.zip"));
        var none = await script.Run(script.In("no.zip"));

        Assert.True(good.Code == 0, good.Output);
        Assert.Equal((1, 2), (bad.Code, none.Code));
        Assert.Contains("Security: event 4 was changed", bad.Output, StringComparison.Ordinal);
        Assert.Contains("can't be read", none.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task J06_The_script_says_when_it_gets_a_part_that_cant_tell()
    {
        using var script = new Script();
        var log = SignedLog.Make();
        var kept = log.Note(1, 3, SignedLog.First);
        log.Policy["range"] = "Security 12 to 15";
        log.Checkpoints.RemoveAt(0);
        foreach (var seal in new long[] { 1, 2, 3 })
            log.Seals.Remove(log.SealOf(1, seal));
        log.Of(1).Where(e => (long)e["seal_id"]! < 4).ToList().ForEach(e => log.Events.Remove(e));

        var without = await script.Check(log);
        var with = await script.Check(log, kept);

        Assert.True(without.Code == 0, without.Output);
        Assert.Contains("seals 1 to 3 are not in this proof, which is a part of the log", without.Output, StringComparison.Ordinal);
        Assert.Equal(1, with.Code);
        Assert.Contains("can't be compared: seal 3 is not in this proof", with.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task J04_The_script_reads_the_golden_vectors_as_they_are()
    {
        using var script = new Script();
        var log = Vectors();

        var (_, output) = await script.Check(log, fingerprint: (string)JsonNode.Parse(Script.Read("vectors.json"))!["keys"]![0]!["fingerprint"]!);

        // The vectors have a stub and erased parts, and no events that tell of them.
        Assert.Equal(
            ["Security: the contents of 1 event (event 10) were removed", "Security: who did it was erased from 1 event (event 8)", "Security: what it was about was erased from 1 event (event 9)"],
            output[output.IndexOf("What is wrong:", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("  - ", StringComparison.Ordinal)).Select(line => line[4..line.IndexOf(", and nothing", StringComparison.Ordinal)]));
    }

    internal static (SignedLog Log, string? Kept, string? Fingerprint) Attacked(Attack attack)
    {
        var log = SignedLog.Make();
        var kept = attack.Kept?.Invoke(log);
        attack.Do(log);
        return (log, kept, attack.WithFingerprint ? SignedLog.Fingerprint : null);
    }

    internal static SignedLog Vectors()
    {
        var vectors = JsonNode.Parse(Script.Read("vectors.json"))!;
        var (log, columns) = (new SignedLog(), SignedLog.Make());
        foreach (var (from, to, like) in new[] { ("events", log.Events, columns.Events[0]), ("seals", log.Seals, columns.Seals[0]), ("keys", log.Keys, columns.Keys[0]) })
            to.AddRange(vectors[from]!.AsArray().Select(row => new JsonObject(like.Select(column => KeyValuePair.Create(column.Key, row![column.Key]?.DeepClone())))));
        log.Checkpoints.AddRange(vectors["checkpoints"]!.AsArray().Select(row => (string)row!["note"]!));
        (log.Policy["installation"], log.Policy["tenant"]) = ((string)vectors["installation"]!, (string)vectors["tenant"]!);
        return log;
    }

    [GeneratedRegex("# check: (.+)")]
    private static partial Regex Marked();
}
