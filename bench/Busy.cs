using System.Collections.Concurrent;
using System.Diagnostics;

namespace UserAdmin.Bench;

/// <summary>
/// Sends at a fixed rate, whether the last answer has come or not: only that shows what people wait for when more come than are served.
/// A latency counts from when the request was due.
/// </summary>
internal sealed class Busy(double perSecond, TimeSpan time)
{
    public ConcurrentBag<(string Name, double Milliseconds, int Status)> Replies { get; } = [];

    public async Task RunAsync(Func<int, (string Name, Task<Reply> Sending)> send)
    {
        var (started, pending) = (Stopwatch.GetTimestamp(), new List<Task>());
        for (var i = 0; i < perSecond * time.TotalSeconds; i++)
        {
            var due = TimeSpan.FromSeconds(i / perSecond);
            if (due - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
                await Task.Delay(early);
            pending.Add(OneAsync(i));

            async Task OneAsync(int number)
            {
                var (name, sending) = send(number);
                var reply = await sending;
                Replies.Add((name, (Stopwatch.GetElapsedTime(started) - due).TotalMilliseconds, (int)reply.Status));
            }
        }
        await Task.WhenAll(pending);
    }

    public IEnumerable<string[]> Rows() => Replies.GroupBy(reply => (reply.Name, reply.Status)).OrderBy(group => group.Key.Name).Select(group =>
    {
        var times = group.Select(reply => reply.Milliseconds).ToList();
        return (string[])[group.Key.Name, $"{group.Key.Status}", $"{times.Count:N0}",
            Report.Number(Report.Percentile(times, 0.5)), Report.Number(Report.Percentile(times, 0.95)), Report.Number(Report.Percentile(times, 0.99))];
    });
}
