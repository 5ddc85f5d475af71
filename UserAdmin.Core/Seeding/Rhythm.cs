namespace UserAdmin.Core.Seeding;

/// <summary>When things happen: more by day than by night, more on working days than on others, and more from month to month.</summary>
internal sealed class Rhythm
{
    // By the hour of a UTC day, as people between Los Angeles and Tokyo make it who are mostly in Europe.
    private static readonly double[] ByHour = [2, 2, 2, 2, 3, 4, 6, 10, 14, 15, 14, 12, 11, 13, 14, 13, 11, 9, 7, 6, 5, 4, 3, 2];

    private const double Growth = 3;

    private readonly DateTimeOffset firstHour;
    private readonly double[] sums;

    /// <param name="fades">Whether it gets less and less towards the end.</param>
    public Rhythm(DateTimeOffset start, DateTimeOffset end, bool fades = false)
    {
        (Start, End) = (start, end);
        firstHour = new(start.UtcDateTime.Date, TimeSpan.Zero);
        sums = new double[(int)(end - firstHour).TotalHours + 2];
        var (random, day) = (new Random(1), 1.0);
        for (var hour = 1; hour < sums.Length; hour++)
        {
            if (hour % 24 == 1)
                day = 0.8 + 0.4 * random.NextDouble();
            var growth = 1 + Growth * hour / sums.Length;
            var fading = fades ? 1 - 0.7 / Math.Pow(1 + (sums.Length - hour) / 24.0, 0.4) : 1;
            sums[hour] = sums[hour - 1] + day * growth * fading * Weight(firstHour.AddHours(hour - 1));
        }
    }

    public DateTimeOffset Start { get; }
    public DateTimeOffset End { get; }

    /// <summary>The instant by which the given share (0 to 1) of what happens from one instant to another has happened.</summary>
    public DateTimeOffset Between(DateTimeOffset from, DateTimeOffset to, double share)
    {
        var (before, after) = (SumAt(from), SumAt(to));
        return InstantOf(before + share * (after - before));
    }

    private static double Weight(DateTimeOffset at) =>
        ByHour[at.Hour] * at.DayOfWeek switch { DayOfWeek.Saturday => 0.3, DayOfWeek.Sunday => 0.2, _ => 1 };

    private double SumAt(DateTimeOffset at)
    {
        var hours = (at - firstHour).TotalHours;
        var hour = (int)hours;
        return sums[hour] + (hours - hour) * (sums[hour + 1] - sums[hour]);
    }

    private DateTimeOffset InstantOf(double sum)
    {
        var found = Array.BinarySearch(sums, sum);
        var hour = Math.Clamp(found < 0 ? ~found - 1 : found, 0, sums.Length - 2);
        return firstHour.AddHours(hour + (sum - sums[hour]) / (sums[hour + 1] - sums[hour]));
    }
}
