using System.Globalization;

namespace UserAdmin.Core.Seeding;

/// <summary>Says every five seconds how far the work is.</summary>
internal sealed class SeedProgress(Action<string> report, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private long saidAt = clock.GetTimestamp();

    public IEnumerable<TRow> Follow<TRow>(IEnumerable<TRow> rows, int total, string what, CancellationToken cancel)
    {
        var done = 0;
        foreach (var row in rows)
        {
            yield return row;
            if (++done % 1000 > 0)
                continue;
            cancel.ThrowIfCancellationRequested();
            Say($"{done:N0} of {total:N0} {what} are written.");
        }
    }

    public void Say(FormattableString sentence)
    {
        if (clock.GetElapsedTime(saidAt) < Pause)
            return;
        saidAt = clock.GetTimestamp();
        report(sentence.ToString(CultureInfo.InvariantCulture));
    }
}
