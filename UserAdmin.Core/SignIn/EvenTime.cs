using System.Diagnostics;

namespace UserAdmin.Core.SignIn;

/// <summary>
/// Lets an answer take a fixed time, so that it doesn't tell whether there was anything to do: writing a mail takes longer than writing
/// none (ASVS 6.3.8). Measured by the machine's clock, not by the one that tests turn.
/// </summary>
internal static class EvenTime
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250);

    public static async Task<T> SpendAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await work();
        var left = Least - Stopwatch.GetElapsedTime(started);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, cancel);
        return result;
    }
}
