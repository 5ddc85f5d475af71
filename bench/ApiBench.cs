using System.Diagnostics;

namespace UserAdmin.Bench;

/// <summary>
/// The HTTP API with an access token (signature, session and permission checked at every request) beside the bare server in the same run, then at half
/// of the rate at which four connections could go.
/// </summary>
internal static class ApiBench
{
    private const int Rows = 25;

    // The limits are there to refuse what a bench does.
    private static readonly (string Name, string Value)[] Patience =
    [
        ("UserAdmin__Api__RequestsPerMinute", "1000000"), ("UserAdmin__Api__RequestsPerMinuteAndAddress", "10000000"), ("UserAdmin__Api__SignInsPerMinuteAndAddress", "100000"),
    ];

    public static async Task MeasureAsync(Database database, Samples samples, Options options, PostgresCluster? cluster)
    {
        Report.Progress($"Timing the API of {database.Title}");
        await database.ExecuteAsync("CREATE TABLE IF NOT EXISTS bench_notes (id text PRIMARY KEY, user_id text NOT NULL, at text NOT NULL, note text NOT NULL)");
        using var spied = new Programs();
        var commands = await SqlCount.RunAsync(database, options.Data, async server => await TargetsAsync(server, spied, samples));
        await using var portal = await Portal.StartAsync(database, options.Data, Patience);
        await using var bare = await Portal.StartBareAsync(database, options.Data);
        using var programs = new Programs();
        List<Target> targets = [.. OfBare(bare, programs.New(bare), samples), .. await TargetsAsync(portal, programs, samples)];
        var timings = await new Load(options.Seconds, cluster is null ? () => 0 : cluster.CpuMilliseconds).RunAsync(targets);
        var halves = new Dictionary<string, Busy>();
        foreach (var timing in timings.Where(timing => timing.Target.Server == portal && timing.PerSecond > 0))
        {
            // A token lasts ten minutes.
            await programs.SignInAsync();
            var busy = halves[timing.Target.Name] = new(timing.PerSecond / 2, TimeSpan.FromSeconds(Math.Max(5, options.Seconds)));
            await busy.RunAsync(i => (timing.Target.Name, timing.Target.Send(i)));
        }

        Report.Table(
            ["API", "median ms", "p95 ms", "CPU ms", "x bare", "bytes", "SQL", "4 at once: per second", "at half of it: p50 ms", "p99 ms", "refused or failed"],
            timings.Select(timing =>
            {
                halves.TryGetValue(timing.Target.Name, out var half);
                var times = half?.Replies.Select(reply => reply.Milliseconds).ToList() ?? [];
                return (string[])[
                    timing.Target.Name, Report.Number(timing.Median), Report.Number(timing.P95), Report.Number(timing.AllCpu),
                    timings.Find(other => other.Target.Name == timing.Target.Bare) is { } compared ? Report.Number(timing.AllCpu / compared.AllCpu) : "",
                    $"{timing.Bytes:N0}", commands.TryGetValue(timing.Target.Name, out var count) ? $"{count}" : "", Report.Number(timing.PerSecond), Report.Number(Report.Percentile(times, 0.5)), Report.Number(Report.Percentile(times, 0.99)),
                    half is null ? "" : $"{half.Replies.Count(reply => reply.Status != timing.Target.Expected)}"];
            }));
        Report.Line($"One password hash on this machine: {Report.Number(BenchRun.OneHash())} ms. Load of the machine afterwards: {Proc.LoadAverage()}.");
        Report.Line();
    }

    private static async Task<IReadOnlyList<Target>> TargetsAsync(Server server, Programs programs, Samples samples)
    {
        var program = programs.New(server);
        await program.SignInAsync();
        return [.. OfPortal(server, program, samples, await LastPageAsync(program), await program.PrepareSignInAsync(Database.OtherEmail))];
    }

    private static IEnumerable<Target> OfBare(Server server, ApiProgram program, Samples samples)
    {
        Target Get(string name, Func<int, string> path) => new(name, server, i => program.GetAsync(path(i)));
        return
        [
            Get("bare: list", _ => $"/list?rows={Rows}&offset=0"),
            Get("bare: last page", _ => $"/list?rows={Rows}&offset={Math.Max(0, samples.Users - Rows)}"),
            Get("bare: search, many matches", _ => $"/search?rows={Rows}&text={samples.CommonWord}"),
            Get("bare: search, one match", i => $"/search?rows={Rows}&text={Uri.EscapeDataString(Pick(samples.Emails, i).ToUpperInvariant())}"),
            Get("bare: detail", i => $"/user/{Pick(samples.Ids, i)}"),
            new("bare: patch", server, i => program.SendAsync(HttpMethod.Post, $"/patch/{Pick(samples.Ids, i)}?phone={Phone(i)}", "{}")),
            new("bare: one row written", server, i => program.SendAsync(HttpMethod.Post, $"/note/{Pick(samples.Ids, i)}", "{}")),
        ];
    }

    private static IEnumerable<Target> OfPortal(Server server, ApiProgram program, Samples samples, string lastPage, string signIn)
    {
        Target Get(string name, string bare, Func<int, string> path) => new(name, server, i => program.GetAsync(path(i)), bare);
        const string users = "/api/v1/users";
        return
        [
            Get("list", "bare: list", _ => $"{users}?page_size={Rows}"),
            Get("list, last page by cursor", "bare: last page", _ => lastPage),
            Get("list, page 100 by number", "bare: last page", _ => $"{users}?page_size={Rows}&page=100"),
            Get("list, inactive", "bare: list", _ => $"{users}?page_size={Rows}&status=inactive"),
            Get("search, many matches", "bare: search, many matches", _ => $"{users}?page_size={Rows}&search={samples.CommonWord}"),
            Get("search, one match", "bare: search, one match", i => $"{users}?page_size={Rows}&search={Uri.EscapeDataString(Pick(samples.Emails, i))}"),
            Get("detail", "bare: detail", i => $"{users}/{Pick(samples.Ids, i)}"),
            new("patch with its event", server, i => program.SendAsync(HttpMethod.Patch, $"{users}/{Pick(samples.Ids, i)}", $$"""{"phone":"{{Phone(i)}}"}"""), "bare: patch"),
            Get("activity of a person", "bare: detail", i => $"{users}/{Pick(samples.Ids, i)}/activity?page_size={Rows}"),
            Get("audit log", "bare: list", _ => $"/api/v1/audit/events?page_size={Rows}"),
            Get("me", "bare: detail", _ => "/api/v1/me"),
            new("sign-in", server, _ => program.SendAsync(HttpMethod.Post, "/api/v1/auth/login", signIn)),
        ];
    }

    private static async Task<string> LastPageAsync(ApiProgram program)
    {
        var page = await program.ReadAsync($"/api/v1/users?page_size={Rows}&cursor=end");
        // The page before the end, by the link that a program follows.
        return new Uri(page["previous"]!.GetValue<string>()).PathAndQuery;
    }

    private static string Phone(int number) => $"+4930{Stopwatch.GetTimestamp() % 10_000_000:0000000}{number % 100:00}";

    private static string Pick(IReadOnlyList<string> from, int number) => from[number % from.Count];

    private sealed class Programs : IDisposable
    {
        private readonly List<ApiProgram> all = [];

        public ApiProgram New(Server server)
        {
            var program = new ApiProgram(server.Url);
            all.Add(program);
            return program;
        }

        public async Task SignInAsync()
        {
            foreach (var program in all.Where(program => program.IsSignedIn))
                await program.SignInAsync();
        }

        public void Dispose() => all.ForEach(program => program.Dispose());
    }
}
