using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Exports;

namespace UserAdmin.Core.Reports;

/// <summary>What happened over time, from what the sealer counted.</summary>
internal static class TrendReports
{
    public static async Task<ReportResult> RegistrationsAsync(ReportQuestion ask)
    {
        if (!ask.IsAboutEverybody)
            return await RegistrationsOfSomeAsync(ask);
        var counts = await ask.DaysAsync(AuditAction.UserCreated, AuditAction.UserRegistered, AuditAction.UserRegisteredExternally);
        double[] Of(AuditAction action) => counts.Where(count => count.Action == action.Code && count.Outcome == AuditOutcome.Success).Over(ask.Period);
        var (made, own, external) = (Of(AuditAction.UserCreated), Of(AuditAction.UserRegistered), Of(AuditAction.UserRegisteredExternally));
        var all = made.Zip(own, (a, b) => a + b).Zip(external, (a, b) => a + b).ToArray();
        return new(
            [Sum("New accounts", all), Sum("Made by administrators", made), Sum("Registered", own), Sum("Registered with an external sign-in", external), Mean(ask.Period, all)],
            [new(ChartKind.Stacked, "New accounts", Interval(ask), ask.Period.Names, [new("Made by administrators", made), new("Registered", own), new("External sign-in", external)])],
            [Start(ask), Number("New accounts", "new"), Number("Made by administrators", "made"), Number("Registered", "registered"), Number("External sign-in", "external")],
            ask.RowsOf(all, made, own, external));
    }

    public static async Task<ReportResult> SignInsAsync(ReportQuestion ask)
    {
        var counts = await ask.DaysAsync(AuditAction.SignedIn, AuditAction.SignInFailed);
        var (good, bad) = (counts.Where(count => count.Action == AuditAction.SignedIn.Code).Over(ask.Period), counts.Where(count => count.Action == AuditAction.SignInFailed.Code).Over(ask.Period));
        var (came, failed) = ((long)good.Sum(), (long)bad.Sum());
        var days = ask.Period.To.DayNumber - ask.Period.From.DayNumber + 1;
        var active = await ask.Db.DailyFigures.Where(f => f.Name == DailyFigures.ByDay && f.Day >= ask.Period.From && f.Day <= ask.Period.To).Select(f => (double?)f.Value).AverageAsync(ask.Cancel);
        return new(
            [ReportFigure.Of("Sign-ins", came), ReportFigure.Of("Failed attempts", failed), ReportFigure.Share("Share of failures", failed, came + failed),
                new("Sign-ins a day", Mean(came, days)), .. active > 0 ? [new ReportFigure("Sign-ins a day by each active person", Mean((double)came / days, active.Value))] : Array.Empty<ReportFigure>()],
            [new(ChartKind.Stacked, "Sign-ins", Interval(ask), ask.Period.Names, [new("Successful", good), new("Failed", bad)])],
            [Start(ask), Number("Sign-ins", "sign_ins"), Number("Failed", "failed")], ask.RowsOf(good, bad));
    }

    public static async Task<ReportResult> UsageAsync(ReportQuestion ask)
    {
        var hours = await ask.Db.CountByHourAsync(null, ask.Period, ask.Cancel);
        var days = hours.Select(count => count with { Unit = count.Unit / 24 }).ToList();
        var categories = days.GroupBy(day => AuditAction.Find(day.Action)?.Category ?? AuditCategory.System).OrderByDescending(group => group.Sum(day => day.Count))
            .Select(group => new ChartSeries(NameOf(group.Key), group.Over(ask.Period))).ToList();
        var all = days.Over(ask.Period);
        var busiest = hours.GroupBy(hour => hour.Unit % 24).Select(group => (Hour: group.Key, Count: group.Sum(hour => hour.Count))).OrderByDescending(hour => hour.Count).ThenBy(hour => hour.Hour).ToList();
        var people = hours.Where(hour => hour.Outcome == AuditOutcome.Denied).Sum(hour => hour.Count);
        return new(
            [Sum("Events", all), Mean(ask.Period, all), new("Busiest hour of the day", busiest is [var top, ..] ? $"{top.Hour:00}:00" : "–"), ReportFigure.Of("Refusals", people, "/audit?outcome=denied")],
            [
                new(ChartKind.Stacked, "What happens", Interval(ask), ask.Period.Names, Few(categories)),
                new(ChartKind.HeatMap, "Busiest hours", "Hour", ActivitySums.Hours, hours.ByWeekdayAndHour()),
            ],
            [Start(ask), Number("Events", "events"), .. categories.Select(category => Number(category.Name, Key(category.Name)))],
            ask.RowsOf([all, .. categories.Select(category => category.Values)]));
    }

    internal static ExportColumn Start(ReportQuestion ask) => new(Interval(ask), Key(Interval(ask)), Width: 18);

    internal static ExportColumn Number(string name, string key) => new(name, key, CellKind.Number, 14);

    internal static string Interval(ReportQuestion ask) => ask.Period.Interval.ToString();

    internal static string Key(string name) => name.ToLowerInvariant().Replace(' ', '_').Replace('-', '_');

    internal static string NameOf(AuditCategory category) => category == AuditCategory.SignIn ? "Sign-in" : category.ToString();

    internal static ReportFigure Sum(string name, IEnumerable<double> values) => ReportFigure.Of(name, (long)values.Sum());

    internal static string Mean(double sum, double number) => (number == 0 ? 0 : sum / number).ToString("#,0.#", CultureInfo.InvariantCulture);

    private static ReportFigure Mean(ReportPeriod period, double[] values) => new("A day, on average", Mean(values.Sum(), period.To.DayNumber - period.From.DayNumber + 1));

    // More colours than this nobody tells apart.
    private static List<ChartSeries> Few(List<ChartSeries> series) => series.Count <= 6 ? series
        : [.. series.Take(5), new("Others", [.. Enumerable.Range(0, series[0].Values.Count).Select(i => series.Skip(5).Sum(each => each.Values[i]))])];

    // Of an organization's people the log keeps no count; its members know when they were made.
    private static async Task<ReportResult> RegistrationsOfSomeAsync(ReportQuestion ask)
    {
        var (from, to) = (ask.Period.StartsAt, ask.Period.EndsAt);
        var bucket = InstantBuckets.Of<Users.User, DateTimeOffset>(u => u.CreatedAt, [.. ask.Period.Starts.Skip(1).Select(start => ReportPeriod.InstantOf(start, ask.Period.Zone))]);
        var counts = await ask.People.Where(u => u.CreatedAt >= from && u.CreatedAt < to).GroupBy(bucket).Select(group => new { group.Key, Count = group.LongCount() }).ToListAsync(ask.Cancel);
        var all = new double[ask.Period.Starts.Count];
        foreach (var count in counts)
            all[count.Key] = count.Count;
        return new([Sum("New accounts", all), Mean(ask.Period, all)], [new(ChartKind.Bars, "New accounts", Interval(ask), ask.Period.Names, [new("New accounts", all)])],
            [Start(ask), Number("New accounts", "new")], ask.RowsOf(all))
        { Note = "Counts the people who belong there now, by the day on which their account was made." };
    }
}
