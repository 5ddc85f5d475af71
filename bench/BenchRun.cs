using System.Diagnostics;
using System.Security.Cryptography;

namespace UserAdmin.Bench;

/// <summary>Measures one database after the other and prints what came out.</summary>
internal sealed class BenchRun(Options options)
{
    private readonly List<(Database Database, List<Timing> Timings, Dictionary<string, int> Commands)> done = [];

    public async Task MeasureAsync(Database database, PostgresCluster? cluster)
    {
        Report.Line($"## {database.Title}");
        Report.Line();
        // The first start makes the administrator and may migrate.
        await (await Portal.StartAsync(database, options.Data)).DisposeAsync();
        await database.AddOtherAsync(options.Data);
        Report.Progress($"Sampling {database.Title}");
        var samples = await database.SampleAsync();
        Report.Line($"{samples.Users:N0} users, {samples.Events:N0} events; \"many matches\" are {samples.CommonMatches:N0}. Load of the machine: {Proc.LoadAverage()}.");
        Report.Line();

        if (options.Only.Contains("lists"))
            await MeasureListsAsync(database, samples, cluster);
        if (options.Only.Contains("api"))
            await ApiBench.MeasureAsync(database, samples, options, cluster);
        if (options.Only.Contains("audit"))
            await AuditBench.MeasureAsync(database, samples, options.Seconds, options.Data, cluster);
        if (options.Only.Contains("circuits"))
            await MeasureCircuitsAsync(database, samples);
        if (options.Only.Contains("start"))
            await MeasureStartAsync(database);
        if (options.Only.Contains("inside"))
            await Inside.MeasureAsync(database);
        if (options.Only.Contains("access"))
            await AccessBench.MeasureAsync(database);
        if (options.Only.Contains("reports"))
            await ReportsBench.MeasureAsync(database);
        if (options.Only.Contains("busy"))
            await MeasureBusyAsync(database);
        if (options.Only.Contains("even"))
            await Even.MeasureAsync(database, options.Data);
    }

    public void ShowGrowth(Provider provider)
    {
        var sizes = done.Where(size => size.Database.Provider == provider).ToList();
        if (sizes.Count < 2)
            return;
        Report.Line($"## {provider}: growth with the number of users");
        Report.Line();
        var (first, last) = (sizes[0].Database.Users, sizes[^1].Database.Users);
        var before = sizes[^2];
        Report.Table(
            ["median ms", .. sizes.Select(size => $"{size.Database.Users:N0}"), $"x from {before.Database.Users:N0}", $"SQL at {first:N0}", $"SQL at {last:N0}"],
            sizes[^1].Timings.Select(timing =>
            {
                var medians = sizes.Select(size => size.Timings.First(other => other.Target.Name == timing.Target.Name).Median).ToList();
                return (string[])[timing.Target.Name, .. medians.Select(Report.Number), Report.Number(medians[^1] / medians[^2]),
                    Count(sizes[0].Commands, timing), Count(sizes[^1].Commands, timing)];
            }));
    }

    private async Task MeasureListsAsync(Database database, Samples samples, PostgresCluster? cluster)
    {
        Report.Progress($"Counting the SQL commands of {database.Title}");
        using var spied = new Browsers();
        var commands = await SqlCount.RunAsync(database, options.Data, async server => await PortalTargetsAsync(server, samples, spied));

        Report.Progress($"Timing the pages of {database.Title}");
        using var browsers = new Browsers();
        await using var portal = await Portal.StartAsync(database, options.Data);
        await using var bare = await Portal.StartBareAsync(database, options.Data);
        var targets = Pages.OfBare(bare, browsers.New(bare), samples).Concat(await PortalTargetsAsync(portal, samples, browsers)).ToList();
        var timings = await new Load(options.Seconds, cluster is null ? () => 0 : cluster.CpuMilliseconds).RunAsync(targets);
        done.Add((database, timings, commands));

        Report.Table(
            ["request", "median ms", "p95 ms", "CPU ms", "of it database", "x bare", "bytes", "SQL", "4 at once: p95 ms", "per second"],
            timings.Select(timing => (string[])[
                timing.Target.Name, Report.Number(timing.Median), Report.Number(timing.P95), Report.Number(timing.AllCpu),
                cluster is null ? "" : Report.Number(timing.DatabaseCpu),
                timings.Find(other => other.Target.Name == timing.Target.Bare) is { } compared ? Report.Number(timing.AllCpu / compared.AllCpu) : "",
                $"{timing.Bytes:N0}", Count(commands, timing), Report.Number(timing.ConcurrentP95), Report.Number(timing.PerSecond)]));
        var memory = portal.Memory();
        Report.Line($"The portal's memory after this load: {memory.All / 1024} MB resident, {memory.Anonymous / 1024} MB of it anonymous. " +
            $"One password hash on this machine: {Report.Number(OneHash())} ms. Load of the machine afterwards: {Proc.LoadAverage()}.");
        Report.Line();
    }

    private async Task MeasureCircuitsAsync(Database database, Samples samples)
    {
        Report.Progress($"Opening circuits on {database.Title}");
        using var browsers = new Browsers();
        var (spyFile, bareSpyFile) = (Path.Combine(options.Data, "circuits.spy"), Path.Combine(options.Data, "circuits.bare.spy"));
        var circuits = new Circuits(options);
        CircuitFigures ours, least;
        await using (var portal = await Portal.StartSpiedAsync(database, options.Data, spyFile))
        {
            var browser = browsers.New(portal);
            await browser.SignInAsync();
            ours = await circuits.RunAsync(portal, browser, spyFile, "/users", i => Pages.Click(i, samples));
        }
        await using (var bare = await Portal.StartBareAsync(database, options.Data, bareSpyFile))
            least = await circuits.RunAsync(bare, browsers.New(bare), bareSpyFile, "/circuit", i => Pages.ClickInBare(i, samples));

        Report.Table(
            [$"circuits, compressed: {(options.Compression ? "yes" : "no")}", "open", "to open, median ms", "p95 ms", "KB resident each", "of it anonymous", "KB heap each",
             "server MB", "clicks", "first batch ms", "last batch ms", "p95 ms", "CPU ms a click", "bytes a click"],
            new[] { ("portal /users", ours), ("bare table of 25 rows", least) }.Select(row => (string[])[
                row.Item1, $"{row.Item2.Circuits}", Report.Number(row.Item2.OpenMedian), Report.Number(row.Item2.OpenP95),
                Report.Number(row.Item2.ResidentKb), Report.Number(row.Item2.AnonymousKb), Report.Number(row.Item2.HeapKb), Report.Number(row.Item2.ResidentMb),
                $"{row.Item2.Clicks}", Report.Number(row.Item2.FirstMedian), Report.Number(row.Item2.LastMedian), Report.Number(row.Item2.LastP95),
                Report.Number(row.Item2.Cpu), Report.Number(row.Item2.Bytes)]));
    }

    private async Task MeasureStartAsync(Database database)
    {
        Report.Progress($"Starting on {database.Title}");
        var starts = new List<double>();
        for (var i = 0; i < 5; i++)
            await using (var portal = await Portal.StartAsync(database, options.Data))
                starts.Add(portal.ReadyAfter.TotalSeconds);

        await using var idle = await Portal.StartAsync(database, options.Data);
        await Task.Delay(TimeSpan.FromMinutes(1));
        var memory = idle.Memory();
        Report.Table(["start", "figure"],
        [
            ["process to /health/ready, median of 5, s", Report.Number(Report.Percentile(starts, 0.5))],
            ["the slowest, s", Report.Number(starts.Max())],
            ["resident after an idle minute, MB", Report.Number(memory.All / 1024.0)],
            ["of it anonymous, MB", Report.Number(memory.Anonymous / 1024.0)],
        ]);
    }

    private async Task MeasureBusyAsync(Database database)
    {
        Report.Progress($"Keeping {database.Title} busy");
        using var browsers = new Browsers();
        await using var portal = await Portal.StartAsync(database, options.Data);
        var (owner, others) = (browsers.New(portal), browsers.New(portal));
        await owner.SignInAsync();
        var signIn = await others.PrepareSignInAsync(Database.OtherEmail);
        string[] pages = ["/me", "/me/preferences", "/me/sessions"];
        // Tiered compilation needs hundreds of calls.
        for (var i = 0; i < 600; i++)
            await owner.GetAsync(pages[i % pages.Length]);

        (string, Task<Reply>) SignIn(int number) => ("sign-in", others.PostAsync(signIn));
        var (own, beside) = (new Busy(100, TimeSpan.FromSeconds(30)), new Busy(10, TimeSpan.FromSeconds(30)));
        await Task.WhenAll(own.RunAsync(i => (pages[i % pages.Length], owner.GetAsync(pages[i % pages.Length]))), beside.RunAsync(SignIn));
        ShowBusy("own pages at 100 a second, sign-ins at 10", [own, beside]);

        var (list, storm) = (new Busy(5, TimeSpan.FromSeconds(60)), new Busy(100, TimeSpan.FromSeconds(60)));
        await Task.WhenAll(list.RunAsync(i => ("/users", owner.GetAsync("/users"))), storm.RunAsync(SignIn));
        ShowBusy("list of users at 5 a second, sign-ins at 100", [list, storm]);
    }

    private static void ShowBusy(string title, IEnumerable<Busy> loads) =>
        Report.Table([title, "answer", "requests", "median ms", "p95 ms", "p99 ms"], loads.SelectMany(load => load.Rows()));

    private static async Task<IReadOnlyList<Target>> PortalTargetsAsync(Server server, Samples samples, Browsers browsers)
    {
        var (administrator, stranger) = (browsers.New(server), browsers.New(server));
        await administrator.SignInAsync();
        return Pages.OfPortal(server, administrator, stranger, samples, await stranger.PrepareSignInAsync(Database.OtherEmail));
    }

    // What UserAdmin.Core/SignIn/PasswordHashing.cs does for a password.
    public static double OneHash() => Report.Percentile(Enumerable.Range(0, 15).Select(_ =>
    {
        var started = Stopwatch.GetTimestamp();
        Rfc2898DeriveBytes.Pbkdf2(Database.Password, new byte[16], 210_000, HashAlgorithmName.SHA512, 32);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }), 0.5);

    private static string Count(Dictionary<string, int> commands, Timing timing) =>
        commands.TryGetValue(timing.Target.Name, out var count) ? $"{count}" : "";

    private sealed class Browsers : IDisposable
    {
        private readonly List<Browser> open = [];

        public Browser New(Server server)
        {
            var browser = new Browser(server.Url);
            open.Add(browser);
            return browser;
        }

        public void Dispose() => open.ForEach(browser => browser.Dispose());
    }
}
