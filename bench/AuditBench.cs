namespace UserAdmin.Bench;

/// <summary>The audit page and each of its filters through HTTP, and the dashboard beside them. Events that wait are sealed first, as they would be in a portal that runs.</summary>
internal static class AuditBench
{
    private static readonly string[] Words =
    [
        "tag privileged", "tag personaldata", "tag signinrisk", "tag configuration", "tag dataout", "category signin", "category users", "category access", "category exports",
        "outcome success", "outcome failure", "outcome denied",
    ];

    public static async Task MeasureAsync(Database database, Samples samples, double seconds, string folder, PostgresCluster? cluster)
    {
        Report.Progress($"Sealing what waits in {database.Title}");
        await Server.RunAsync(Path.Combine(folder, $"{database.FileName}.seal.log"), [.. Portal.Program, "seal-audit"], database.Environment);
        Report.Progress($"Timing the audit page of {database.Title}");
        await using var portal = await Portal.StartAsync(database, folder);
        using var browser = new Browser(portal.Url);
        await browser.SignInAsync();
        var timings = await new Load(seconds, cluster is null ? () => 0 : cluster.CpuMilliseconds).RunAsync([.. Addresses(samples).Select(page => new Target(page.Name, portal, i => browser.GetAsync(page.Address(i))))]);

        Report.Table(
            ["audit page with its volume", "median ms", "p95 ms", "slowest of 4 at once: p95 ms", "CPU ms", "requests"],
            timings.Select(timing => (string[])[timing.Target.Name, Report.Number(timing.Median), Report.Number(timing.P95), Report.Number(timing.ConcurrentP95), Report.Number(timing.AllCpu), $"{timing.Requests:N0}"]));
        Report.Line($"Load of the machine afterwards: {Proc.LoadAverage()}.");
        Report.Line();
    }

    private static IEnumerable<(string Name, Func<int, string> Address)> Addresses(Samples samples)
    {
        string Day(int ago) => DateTime.UtcNow.AddDays(-ago).ToString("yyyy-MM-dd");
        (string, Func<int, string>) Same(string name, string query) => (name, _ => $"/audit?{query}");
        string Of(IReadOnlyList<string> values, int i) => Uri.EscapeDataString(values[i % values.Count]);
        return
        [
            Same("none", ""),
            Same("last page", "at=end"),
            .. Words.Select(word => Same(word, word.Replace(' ', '='))),
            Same("frequent action", "action=sign_in.succeeded"),
            Same("rare action", "action=user.purged"),
            Same("action and outcome that never meet", "action=sign_in.succeeded&outcome=denied"),
            Same("tag privileged, denied", "tag=privileged&outcome=denied"),
            ("a person", i => $"/audit?actor={Of(samples.Actors, i)}"),
            ("a target", i => $"/audit?target={Of(samples.Targets, i)}"),
            ("an address", i => $"/audit?address={Of(samples.Addresses, i)}"),
            Same("busiest person", $"actor={samples.BusiestActor}"),
            Same("busiest person, rare action", $"actor={samples.BusiestActor}&action=user.restored"),
            Same("busiest person, denied", $"actor={samples.BusiestActor}&outcome=denied"),
            Same("busiest address", $"address={samples.BusiestAddress}"),
            Same("busiest address, rare action", $"address={samples.BusiestAddress}&action=user.restored"),
            Same("a day", $"from={Day(20)}&to={Day(20)}"),
            Same("a week", $"from={Day(27)}&to={Day(20)}"),
            Same("a quarter", $"from={Day(200)}&to={Day(110)}"),
            ("dashboard", _ => "/"),
        ];
    }
}
