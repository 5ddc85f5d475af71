using System.Diagnostics;

namespace UserAdmin.Bench;

internal sealed record CircuitFigures(
    int Circuits, double OpenMedian, double OpenP95, double ResidentKb, double AnonymousKb, double HeapKb, double ResidentMb,
    int Clicks, double FirstMedian, double LastMedian, double LastP95, double Cpu, double Bytes);

/// <summary>Opens many circuits on a page, measures the memory they take, and clicks in them while all are open.</summary>
internal sealed class Circuits(Options options)
{
    private const int OpenedAtOnce = 16;
    private const int Seconds = 20;
    private const int LeastBytes = 1000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <param name="clicks">Where the n-th click leads.</param>
    public async Task<CircuitFigures> RunAsync(Server server, Browser browser, string spyFile, string page, Func<int, string> clicks)
    {
        // What the first circuits cost once: code, caches, the pages of the database that SQLite maps.
        var warm = await OpenAsync(browser, page, 30);
        for (var round = 0; round < 10; round++)
            await Task.WhenAll(warm.Clients.Select((client, i) => client.NavigateAsync(browser, clicks(30 * round + i))));
        await Task.Delay(Rest);
        var (before, heapBefore) = (server.Memory(), await HeapAsync(spyFile));

        var opened = await OpenAsync(browser, page, options.Circuits);
        await Task.Delay(Rest);
        var (after, heapAfter) = (server.Memory(), await HeapAsync(spyFile));

        var clicked = await ClickAsync(server, browser, opened.Clients, clicks);
        await Task.WhenAll(warm.Clients.Concat(opened.Clients).Select(client => client.DisposeAsync().AsTask()));

        double Each(long from, long to) => (to - from) / (double)opened.Clients.Count;
        return new(
            opened.Clients.Count, Report.Percentile(opened.Times, 0.5), Report.Percentile(opened.Times, 0.95),
            Each(before.All, after.All), Each(before.Anonymous, after.Anonymous), Each(heapBefore, heapAfter) / 1024, after.All / 1024.0,
            clicked.Count, Report.Percentile(clicked.Select(click => click.First), 0.5), Report.Percentile(clicked.Select(click => click.Last), 0.5),
            Report.Percentile(clicked.Select(click => click.Last), 0.95), clicked[0].Cpu, clicked.Average(click => click.Bytes));
    }

    private async Task<(List<CircuitClient> Clients, List<double> Times)> OpenAsync(Browser browser, string page, int count)
    {
        var (clients, times) = (new List<CircuitClient>(), new List<double>());
        string? problem = null;
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce }, async (_, _) =>
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var client = await CircuitClient.OpenAsync(browser, page, options.Compression);
                lock (clients)
                {
                    clients.Add(client);
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds - CircuitClient.Quiet.TotalMilliseconds);
                }
            }
            catch (Exception failure) when (failure is InvalidOperationException or TimeoutException or HttpRequestException or System.Net.WebSockets.WebSocketException)
            {
                lock (clients)
                    problem ??= failure.Message;
            }
        });
        if (clients.Count < count)
            throw new InvalidOperationException($"Only {clients.Count} of {count} circuits of {page} could be opened: {problem}");
        return (clients, times);
    }

    // So many clicks a second, each in another circuit, whether or not the earlier ones are answered.
    private async Task<List<(double First, double Last, int Bytes, double Cpu)>> ClickAsync(
        Server server, Browser browser, List<CircuitClient> clients, Func<int, string> clicks)
    {
        var (total, started, cpu) = (options.ClicksPerSecond * Seconds, Stopwatch.GetTimestamp(), server.CpuMilliseconds());
        var running = new List<Task<(double First, double Last, int Bytes)>>();
        for (var i = 0; i < total; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / options.ClicksPerSecond) - Stopwatch.GetElapsedTime(started);
            if (due > TimeSpan.Zero)
                await Task.Delay(due);
            running.Add(clients[i * 7 % clients.Count].NavigateAsync(browser, clicks(i)));
        }
        var each = await Task.WhenAll(running);
        var cpuEach = (server.CpuMilliseconds() - cpu) / total;
        if (each.Count(click => click.Bytes < LeastBytes) is > 0 and var empty)
            Report.Warn($"{empty} of {total} clicks changed hardly anything (under {LeastBytes} bytes): does the page follow its address?");
        foreach (var failed in clients.Where(client => client.Failure is not null).Take(3))
            Report.Warn($"A circuit ended while clicking: {failed.Failure}");
        return [.. each.Select(click => (click.First, click.Last, click.Bytes, cpuEach))];
    }

    private static async Task<long> HeapAsync(string spyFile)
    {
        var file = spyFile + ".heap";
        await File.WriteAllTextAsync(file + ".wanted", "");
        while (File.Exists(file + ".wanted"))
            await Task.Delay(100);
        return long.Parse(await File.ReadAllTextAsync(file));
    }
}
