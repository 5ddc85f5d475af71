using System.Diagnostics;

namespace UserAdmin.Bench;

/// <summary>
/// One kind of request. <paramref name="Send"/> gets a running number, so that consecutive requests can ask for different things.
/// <paramref name="Bare"/> names the kind it is compared with.
/// </summary>
internal sealed record Target(string Name, Server Server, Func<int, Task<Reply>> Send, string? Bare = null, int Expected = 200);

internal sealed record Timing(Target Target, int Requests, double Median, double P95, double Cpu, double DatabaseCpu, int Bytes, double ConcurrentP95, double PerSecond)
{
    public double AllCpu => Cpu + DatabaseCpu;
}

/// <summary>
/// Times all kinds of requests in turns of a fraction of a second, several rounds of them, so that a change in the machine's mood
/// meets all alike.
/// </summary>
internal sealed class Load(double secondsPerTarget, Func<double> databaseCpu)
{
    private const int Rounds = 5;
    private const int Connections = 4;
    private const int Least = 2;
    private const double TooSlowForMore = 300;

    public async Task<List<Timing>> RunAsync(IReadOnlyList<Target> targets)
    {
        var runs = targets.Select(target => new Run(target)).ToList();
        foreach (var run in runs)
            await WarmUpAsync(run);
        for (var round = 0; round < Rounds; round++)
            foreach (var run in runs)
            {
                await OneByOneAsync(run, TimeSpan.FromSeconds(secondsPerTarget / Rounds));
                if (Report.Percentile(run.Alone, 0.5) < TooSlowForMore)
                    await AtOnceAsync(run, TimeSpan.FromSeconds(secondsPerTarget / Rounds / 2));
            }
        return [.. runs.Select(run => run.Result())];
    }

    // Tiered compilation needs hundreds of calls; slow requests are slow for other reasons.
    private static async Task WarmUpAsync(Run run)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 300 && (i < 5 || Stopwatch.GetElapsedTime(started).TotalSeconds < 2); i++)
            await run.SendAsync();
    }

    private async Task OneByOneAsync(Run run, TimeSpan time)
    {
        var (cpu, database, started) = (run.Target.Server.CpuMilliseconds(), databaseCpu(), Stopwatch.GetTimestamp());
        for (var i = 0; i < Least || Stopwatch.GetElapsedTime(started) < time; i++)
            run.Alone.Add(await run.SendAsync());
        run.Cpu += run.Target.Server.CpuMilliseconds() - cpu;
        run.DatabaseCpu += databaseCpu() - database;
    }

    private static async Task AtOnceAsync(Run run, TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            do
            {
                var milliseconds = await run.SendAsync();
                lock (run.Together)
                    run.Together.Add(milliseconds);
            }
            while (Stopwatch.GetElapsedTime(started) < time);
        })));
        run.SecondsTogether += Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private sealed class Run(Target target)
    {
        private int number;
        private long bytes;
        private bool complained;

        public Target Target => target;
        public List<double> Alone { get; } = [];
        public List<double> Together { get; } = [];
        public double Cpu { get; set; }
        public double DatabaseCpu { get; set; }
        public double SecondsTogether { get; set; }

        public async Task<double> SendAsync()
        {
            var started = Stopwatch.GetTimestamp();
            var count = Interlocked.Increment(ref number);
            var reply = await target.Send(count);
            var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Interlocked.Add(ref bytes, reply.Bytes);
            if ((int)reply.Status != target.Expected && !complained)
            {
                complained = true;
                Report.Warn($"{target.Name} answered {(int)reply.Status} instead of {target.Expected}: its line says nothing.");
            }
            return milliseconds;
        }

        public Timing Result() => new(
            target, Alone.Count, Report.Percentile(Alone, 0.5), Report.Percentile(Alone, 0.95), Cpu / Alone.Count, DatabaseCpu / Alone.Count,
            (int)(bytes / number), Report.Percentile(Together, 0.95), Together.Count / SecondsTogether);
    }
}
