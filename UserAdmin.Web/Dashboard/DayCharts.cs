using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Reports;

namespace UserAdmin.Web.Dashboard;

/// <summary>The charts over the last thirty days.</summary>
internal static class DayCharts
{
    public static Chart SignIns(IReadOnlyList<DayFigures> days) => Of("Sign-ins", ChartKind.Stacked, days, ("Successful", day => day.SignIns), ("Failed", day => day.Failures));

    public static Chart NewUsers(IReadOnlyList<DayFigures> days) => Of("New users", ChartKind.Bars, days, ("New users", day => day.Registrations));

    private static Chart Of(string title, ChartKind kind, IReadOnlyList<DayFigures> days, params (string Name, Func<DayFigures, int> Value)[] series) =>
        new(kind, title, "Day", [.. days.Select(day => ReportPeriod.NameOf(day.Day, ReportInterval.Day))], [.. series.Select(each => new ChartSeries(each.Name, [.. days.Select(day => (double)each.Value(day))]))]);
}
