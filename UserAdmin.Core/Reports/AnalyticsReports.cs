using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Reports;

/// <summary>How people use the portal (P6).</summary>
internal static class AnalyticsReports
{
    public static async Task<ReportResult> ActivePeopleAsync(ReportQuestion ask)
    {
        var today = DateOnly.FromDateTime(ask.Now.UtcDateTime);
        var people = await ask.Db.Users.Existing().LongCountAsync(ask.Cancel);
        // Whoever signed in since then did so last since then: the index over the last sign-in knows this period's number.
        Task<long> SinceAsync(DateOnly start) => SignedInSinceAsync(ask, new(start, TimeOnly.MinValue, TimeSpan.Zero));
        var figures = await ask.Db.DailyFigures.AsNoTracking().Where(f => f.Day >= today.AddDays(-400)
            && (f.Name == DailyFigures.ByDay || f.Name == DailyFigures.ByWeek || f.Name == DailyFigures.ByMonth || f.Name.StartsWith(DailyFigures.Often))).ToListAsync(ask.Cancel);
        async Task<(IReadOnlyList<DateOnly> Starts, double[] Values)> TrendAsync(string name, ReportInterval interval, int number)
        {
            var now = ReportPeriod.StartOf(today, interval);
            var kept = figures.Where(f => f.Name == name && f.Day < now).ToDictionary(f => f.Day, f => f.Value);
            List<DateOnly> starts = [now];
            while (starts.Count < number)
                starts.Insert(0, ReportPeriod.StartOf(starts[0].AddDays(-1), interval));
            var begun = kept.Count == 0 ? now : kept.Keys.Min();
            starts.RemoveAll(start => start < begun);
            return (starts, [.. starts.SkipLast(1).Select(start => (double)kept.GetValueOrDefault(start)), await SinceAsync(now)]);
        }
        var (days, byDay) = await TrendAsync(DailyFigures.ByDay, ReportInterval.Day, 60);
        var (weeks, byWeek) = await TrendAsync(DailyFigures.ByWeek, ReportInterval.Week, 26);
        var (months, byMonth) = await TrendAsync(DailyFigures.ByMonth, ReportInterval.Month, 13);
        var often = await OftenAsync(ask, figures, today);
        Chart Trend(string title, ReportInterval interval, IReadOnlyList<DateOnly> starts, double[] values) =>
            new(ChartKind.Lines, title, interval.ToString(), [.. starts.Select(start => ReportPeriod.NameOf(start, interval))], [new("People", values)]);

        return new(
            [
                ReportFigure.Of("Today", (long)byDay[^1]), ReportFigure.Of("In the last 7 days", await SinceAsync(today.AddDays(-6))), ReportFigure.Of("In the last 30 days", await SinceAsync(today.AddDays(-29))),
                ReportFigure.Share("Of all people, in 30 days", await SinceAsync(today.AddDays(-29)), people), ReportFigure.Of("Never signed in", await ask.Db.Users.Existing().LongCountAsync(u => u.LastSignInAt == User.Never, ask.Cancel), "/users?signed-in=no"),
            ],
            [
                Trend("Active people by day", ReportInterval.Day, days, byDay), Trend("Active people by week", ReportInterval.Week, weeks, byWeek), Trend("Active people by month", ReportInterval.Month, months, byMonth),
                new(ChartKind.Shares, "How often people come in thirty days", "Sign-ins", [.. DailyFigures.Steps.Select(NameOf)], [new("People", [.. often.Select(count => (double)count)])]),
            ],
            [new("Day", "day", CellKind.Date, 14), TrendReports.Number("Active people", "active_people")],
            [.. days.Zip(byDay, (day, value) => (object?[])[day, (long)value]).Reverse()])
        { Note = "A person is active on a day on which they signed in. Days are UTC; the last point of each line is not over yet." };
    }

    public static async Task<ReportResult> PeakHoursAsync(ReportQuestion ask)
    {
        var hours = await ask.Db.CountByHourAsync([AuditAction.SignedIn], ask.Period, ask.Cancel);
        var map = hours.ByWeekdayAndHour();
        var byHour = Enumerable.Range(0, 24).Select(hour => map.Sum(day => day.Values[hour])).ToList();
        var (all, quiet) = (byHour.Sum(), map.SelectMany((day, i) => day.Values.Select((value, hour) => (Day: i, Hour: hour, Value: value))).ToList());
        var peak = quiet.MaxBy(cell => cell.Value);
        string When((int Day, int Hour, double Value) cell) => all == 0 ? "–" : $"{ActivitySums.Weekdays[cell.Day]}, {cell.Hour:00}:00";
        return new(
            [ReportFigure.Of("Sign-ins", (long)all), new("Peak", When(peak)), ReportFigure.Of("Sign-ins in that hour", (long)peak.Value), ReportFigure.Share("Between 8:00 and 18:00", (long)byHour.Skip(8).Take(10).Sum(), (long)all),
                ReportFigure.Share("On Saturdays and Sundays", (long)map.Skip(5).Sum(day => day.Values.Sum()), (long)all)],
            [new(ChartKind.HeatMap, "Sign-ins by day of the week and hour", "Hour", ActivitySums.Hours, map)],
            [new("Hour", "hour", Width: 8), .. map.Select(day => TrendReports.Number(day.Name, day.Name.ToLowerInvariant()))],
            [.. Enumerable.Range(0, 24).Select(hour => (object?[])[ActivitySums.Hours[hour], .. map.Select(day => (object)(long)day.Values[hour])])])
        { Note = $"By the clock of {ask.Period.Zone.Id}." };
    }

    internal static Task<long> SignedInSinceAsync(ReportQuestion ask, DateTimeOffset since) => ask.Db.Users.LongCountAsync(u => u.LastSignInAt >= since, ask.Cancel);

    private static string NameOf(int step, int i) => i == DailyFigures.Steps.Length - 1 ? $"{step} or more" : DailyFigures.Steps[i + 1] == step + 1 ? $"{step}" : $"{step} to {DailyFigures.Steps[i + 1] - 1}";

    private static async Task<IReadOnlyList<long>> OftenAsync(ReportQuestion ask, List<DailyFigure> figures, DateOnly today)
    {
        var kept = DailyFigures.Steps.Select(step => figures.Where(f => f.Name == $"{DailyFigures.Often}.{step}" && f.Day >= today.AddDays(-1)).MaxBy(f => f.Day)?.Value).ToList();
        return kept.All(value => value is not null) ? [.. kept.Select(value => value!.Value)] : await DailyFigures.OftenAsync(ask.Db, today.AddDays(1), ask.Cancel);
    }
}
