namespace UserAdmin.Core.Audit;

public enum VolumeGrain { Hour = 1, Day, Week, Month, Quarter }

/// <summary>Cuts time into the hours, days, weeks (from Monday), months and quarters of a time zone.</summary>
public static class VolumePeriods
{
    public const int Most = 120;

    /// <summary>The beginnings of the periods that cover the range, and the end of the last. When there would be more than 120, of the next coarser kind; of quarters the newest.</summary>
    public static (VolumeGrain Grain, IReadOnlyList<DateTimeOffset> Bounds) Cover(DateTimeOffset from, DateTimeOffset to, VolumeGrain? wanted, TimeZoneInfo zone)
    {
        var span = to - from;
        var grain = wanted ?? (span.TotalDays <= 3 ? VolumeGrain.Hour : span.TotalDays <= 93 ? VolumeGrain.Day : span.TotalDays <= 400 ? VolumeGrain.Week : span.TotalDays <= 365 * 6 ? VolumeGrain.Month : VolumeGrain.Quarter);
        while (grain < VolumeGrain.Quarter && span.TotalDays / DaysOf(grain) > Most - 2)
            grain++;
        var bounds = new List<DateTimeOffset>();
        var start = StartOf(from, grain, zone);
        for (; start < to; start = Next(start, grain, zone))
            bounds.Add(start);
        bounds.Add(start);
        return (grain, bounds.Count > Most + 1 ? bounds[^(Most + 1)..] : bounds);
    }

    /// <summary>How long before now the periods of a kind begin when nobody says since when.</summary>
    public static TimeSpan UsualSpan(VolumeGrain? grain) => TimeSpan.FromDays(grain switch { VolumeGrain.Hour => 2, VolumeGrain.Week => 7 * 26, VolumeGrain.Month => 365, VolumeGrain.Quarter => 365 * 3, _ => 30 });

    private static double DaysOf(VolumeGrain grain) => grain switch { VolumeGrain.Hour => 1 / 24.0, VolumeGrain.Day => 1, VolumeGrain.Week => 7, _ => 30.4 };

    private static DateTimeOffset StartOf(DateTimeOffset instant, VolumeGrain grain, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(instant, zone);
        if (grain == VolumeGrain.Hour)
            return instant.ToUniversalTime().AddTicks(-(local.TimeOfDay.Ticks % TimeSpan.TicksPerHour));
        var day = DateOnly.FromDateTime(local.DateTime);
        return At(grain switch
        {
            VolumeGrain.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            VolumeGrain.Month => new(day.Year, day.Month, 1),
            VolumeGrain.Quarter => new(day.Year, ((day.Month - 1) / 3 * 3) + 1, 1),
            _ => day,
        }, zone);
    }

    private static DateTimeOffset Next(DateTimeOffset start, VolumeGrain grain, TimeZoneInfo zone)
    {
        if (grain == VolumeGrain.Hour)
            return start.AddHours(1);
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(start, zone).DateTime);
        // Where a change of the clock skips midnight, the day begins an hour later by the clock, on the same date.
        return At(grain switch { VolumeGrain.Week => day.AddDays(7), VolumeGrain.Month => day.AddMonths(1), VolumeGrain.Quarter => day.AddMonths(3), _ => day.AddDays(1) }, zone);
    }

    private static DateTimeOffset At(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }
}
