using System.Globalization;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;

namespace UserAdmin.Core.Reports;

public enum ReportInterval { Day, Week, Month, Quarter }

public enum ReportRange { Last7Days, Last30Days, Last90Days, Last12Months, ThisMonth, LastMonth, LastQuarter, Custom }

/// <summary>The days a report is about, in the reader's time zone and both included, cut into intervals.</summary>
public sealed record ReportPeriod(DateOnly From, DateOnly To, ReportInterval Interval, TimeZoneInfo Zone)
{
    /// <summary>More points than this are no chart.</summary>
    public const int MostIntervals = 400;

    private static readonly DateOnly Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch);

    /// <summary>The first days of the intervals; the first one may begin before <see cref="From"/>.</summary>
    public IReadOnlyList<DateOnly> Starts { get; } = StartsOf(From, To, Interval);

    public DateTimeOffset StartsAt => InstantOf(From, Zone);

    /// <summary>The first instant after it.</summary>
    public DateTimeOffset EndsAt => InstantOf(To.AddDays(1), Zone);

    public static ReportPeriod Of(ReportRange range, DateOnly? from, DateOnly? to, ReportInterval? interval, TimeZoneInfo zone, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        var month = new DateOnly(today.Year, today.Month, 1);
        var (first, last) = range switch
        {
            ReportRange.Last7Days => (today.AddDays(-6), today),
            ReportRange.Last90Days => (today.AddDays(-89), today),
            ReportRange.Last12Months => (month.AddMonths(-11), today),
            ReportRange.ThisMonth => (month, today),
            ReportRange.LastMonth => (month.AddMonths(-1), month.AddDays(-1)),
            ReportRange.LastQuarter => (StartOf(StartOf(today, ReportInterval.Quarter).AddDays(-1), ReportInterval.Quarter), StartOf(today, ReportInterval.Quarter).AddDays(-1)),
            ReportRange.Custom when from is { } a && to is { } b => a <= b ? (a, b) : (b, a),
            _ => (today.AddDays(-29), today),
        };
        var fitting = interval ?? (last.DayNumber - first.DayNumber) switch { <= 62 => ReportInterval.Day, <= 200 => ReportInterval.Week, _ => ReportInterval.Month };
        while (fitting < ReportInterval.Quarter && CountOf(first, last, fitting) > MostIntervals)
            fitting++;
        if (CountOf(first, last, fitting) > MostIntervals)
            first = last.AddYears(-MostIntervals / 4 + 1);
        return new(first, last, fitting, zone);
    }

    public static DateOnly StartOf(DateOnly day, ReportInterval interval) => interval switch
    {
        ReportInterval.Day => day,
        ReportInterval.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        ReportInterval.Month => new(day.Year, day.Month, 1),
        _ => new(day.Year, ((day.Month - 1) / 3 * 3) + 1, 1),
    };

    public static DateOnly Next(DateOnly start, ReportInterval interval) => interval switch
    {
        ReportInterval.Day => start.AddDays(1),
        ReportInterval.Week => start.AddDays(7),
        ReportInterval.Month => start.AddMonths(1),
        _ => start.AddMonths(3),
    };

    /// <summary>How people call the interval that begins on this day.</summary>
    public static string NameOf(DateOnly start, ReportInterval interval) => interval switch
    {
        ReportInterval.Day => start.ToString("d MMM yyyy", CultureInfo.InvariantCulture),
        ReportInterval.Week => $"Week {ISOWeek.GetWeekOfYear(start)}, {ISOWeek.GetYear(start)}",
        ReportInterval.Month => start.ToString("MMM yyyy", CultureInfo.InvariantCulture),
        _ => $"Q{((start.Month - 1) / 3) + 1} {start.Year}",
    };

    public IReadOnlyList<string> Names => [.. Starts.Select(start => NameOf(start, Interval))];

    /// <summary>Which interval the day is in.</summary>
    public int IndexOf(DateOnly day)
    {
        var start = StartOf(day, Interval);
        var (low, high) = (0, Starts.Count - 1);
        while (low < high)
            if (Starts[(low + high + 1) / 2] <= start)
                low = (low + high + 1) / 2;
            else
                high = ((low + high + 1) / 2) - 1;
        return low;
    }

    /// <summary>The instant at which the day begins in the zone; where the clock skips midnight, the instant it skips to.</summary>
    public static DateTimeOffset InstantOf(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>The day with this number since 1970.</summary>
    internal static DateOnly DayOf(long number) => Epoch.AddDays((int)number);

    /// <summary>The period in pieces in each of which the zone's clock is a fixed number of quarter hours away from UTC.</summary>
    internal IEnumerable<(int FirstSlot, int EndSlot, int Offset)> Pieces()
    {
        var (first, end) = (SlotOf(StartsAt), SlotOf(EndsAt));
        var (begin, offset) = (first, OffsetAt(first));
        for (var day = first; day < end; day += 96)
        {
            var next = Math.Min(day + 96, end);
            if (OffsetAt(next) == offset && OffsetAt(day) == offset)
                continue;
            for (var slot = day; slot < next; slot++)
                if (OffsetAt(slot) != offset)
                {
                    if (slot > begin)
                        yield return (begin, slot, offset);
                    (begin, offset) = (slot, OffsetAt(slot));
                }
        }
        if (end > begin)
            yield return (begin, end, offset);
    }

    internal static int SlotOf(DateTimeOffset instant) => (int)Math.Ceiling((double)AuditRecording.ToMicroseconds(instant) / AuditCount.SlotMicroseconds);

    internal int OffsetAt(int slot) => (int)Math.Round(Zone.GetUtcOffset(AuditRecording.FromMicroseconds(slot * AuditCount.SlotMicroseconds)).TotalMinutes / 15);

    private static List<DateOnly> StartsOf(DateOnly from, DateOnly to, ReportInterval interval)
    {
        var starts = new List<DateOnly>();
        for (var start = StartOf(from, interval); start <= to; start = Next(start, interval))
            starts.Add(start);
        return starts;
    }

    private static int CountOf(DateOnly from, DateOnly to, ReportInterval interval) => (to.DayNumber - from.DayNumber) / interval switch
    {
        ReportInterval.Day => 1,
        ReportInterval.Week => 7,
        ReportInterval.Month => 30,
        _ => 91,
    };
}
