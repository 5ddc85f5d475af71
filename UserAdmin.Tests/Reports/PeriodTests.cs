using System.Globalization;
using UserAdmin.Core.Reports;

namespace UserAdmin.Tests.Reports;

public class PeriodTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static ReportPeriod Of(ReportRange range, ReportInterval? interval = null, string now = "2026-11-21T10:00:00Z", DateOnly? from = null, DateOnly? to = null) =>
        ReportPeriod.Of(range, from, to, interval, Berlin, DateTimeOffset.Parse(now, CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(ReportRange.Last7Days, "2026-11-15", "2026-11-21")]
    [InlineData(ReportRange.Last30Days, "2026-10-23", "2026-11-21")]
    [InlineData(ReportRange.Last12Months, "2025-12-01", "2026-11-21")]
    [InlineData(ReportRange.ThisMonth, "2026-11-01", "2026-11-21")]
    [InlineData(ReportRange.LastMonth, "2026-10-01", "2026-10-31")]
    [InlineData(ReportRange.LastQuarter, "2026-07-01", "2026-09-30")]
    public void A_range_includes_both_its_days(ReportRange range, string from, string to)
    {
        var period = Of(range);

        Assert.Equal((DateOnly.Parse(from, CultureInfo.InvariantCulture), DateOnly.Parse(to, CultureInfo.InvariantCulture)), (period.From, period.To));
    }

    [Fact]
    public void Days_begin_at_midnight_of_the_zone_through_both_changes_of_the_clock()
    {
        Assert.Equal(new(2026, 3, 28, 23, 0, 0, TimeSpan.Zero), ReportPeriod.InstantOf(new(2026, 3, 29), Berlin));
        Assert.Equal(new(2026, 3, 29, 22, 0, 0, TimeSpan.Zero), ReportPeriod.InstantOf(new(2026, 3, 30), Berlin));

        // Cuba skips midnight in spring.
        Assert.Equal(new(2026, 3, 8, 5, 0, 0, TimeSpan.Zero), ReportPeriod.InstantOf(new(2026, 3, 8), TimeZoneInfo.FindSystemTimeZoneById("America/Havana")));
    }

    [Fact]
    public void A_year_has_a_piece_for_each_time_the_clock_is_changed_and_they_cover_it()
    {
        var period = Of(ReportRange.Custom, from: new(2026, 1, 1), to: new(2026, 12, 31));

        var pieces = period.Pieces().ToList();

        Assert.Equal([4, 8, 4], pieces.Select(piece => piece.Offset));
        Assert.Equal((ReportPeriod.SlotOf(period.StartsAt), ReportPeriod.SlotOf(period.EndsAt)), (pieces[0].FirstSlot, pieces[^1].EndSlot));
        Assert.All(pieces.Zip(pieces.Skip(1)), pair => Assert.Equal(pair.First.EndSlot, pair.Second.FirstSlot));
        Assert.Equal(ReportPeriod.SlotOf(new(2026, 3, 29, 1, 0, 0, TimeSpan.Zero)), pieces[1].FirstSlot);
    }

    [Fact]
    public void Weeks_months_and_quarters_begin_where_people_say_they_do()
    {
        Assert.Equal(new DateOnly(2026, 11, 16), ReportPeriod.StartOf(new(2026, 11, 22), ReportInterval.Week));
        Assert.Equal(new DateOnly(2026, 10, 1), ReportPeriod.StartOf(new(2026, 12, 31), ReportInterval.Quarter));
        Assert.Equal("Week 53, 2026", ReportPeriod.NameOf(new(2026, 12, 28), ReportInterval.Week));
        Assert.Equal("Q4 2026", ReportPeriod.NameOf(new(2026, 10, 1), ReportInterval.Quarter));
    }

    [Fact]
    public void More_intervals_than_anybody_can_look_at_become_longer_ones()
    {
        var period = Of(ReportRange.Custom, ReportInterval.Day, from: new(1990, 1, 1), to: new(2026, 11, 21));

        Assert.NotEqual(ReportInterval.Day, period.Interval);
        Assert.InRange(period.Starts.Count, 1, ReportPeriod.MostIntervals + 1);
        Assert.Equal((0, period.Starts.Count - 1), (period.IndexOf(period.From), period.IndexOf(period.To)));
        Assert.InRange(Of(ReportRange.Custom, from: new(1900, 1, 1), to: new(9000, 1, 1)).Starts.Count, 1, ReportPeriod.MostIntervals + 1);
    }
}
