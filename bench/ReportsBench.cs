using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Reports;

namespace UserAdmin.Bench;

/// <summary>How long the figures of the dashboard and of each report take: the first time, when everything is counted, and while they are kept.</summary>
internal static class ReportsBench
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    public static async Task MeasureAsync(Database database)
    {
        Report.Progress($"Reading reports of {database.Title}");
        var settings = database.Environment.ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value);
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging().AddMemoryCache().AddUserAdminCore().BuildServiceProvider();
        await SealAsync(services, database.Provider);

        var rows = new List<string[]>
        {
            await TimeAsync("dashboard", () => Run<DashboardService, KeptFigure<DashboardFigures>?>(services, dashboard => dashboard.FindAsync(Zone, Actor.System, CancellationToken.None))),
            await TimeAsync("what needs attention", () => Run<AttentionService, KeptFigure<IReadOnlyList<Attention>>?>(services, attention => attention.FindAsync(Actor.System, CancellationToken.None))),
        };
        foreach (var report in BuiltInReports.All)
            foreach (var range in report.TakesRange ? new[] { ReportRange.Last30Days, ReportRange.Last12Months } : [ReportRange.Last30Days])
                rows.Add(await TimeAsync(report.TakesRange ? $"{report.Code}, {range}" : report.Code,
                    () => Run<ReportReader, KeptFigure<ReportResult>?>(services, reports => reports.FindAsync(report.Code, new() { Range = range }, Zone, Actor.System, CancellationToken.None))));
        Report.Table(["report", "counted, ms", "kept, ms"], rows);
    }

    // What the sealer would have done while the events came in.
    private static Task<int> SealAsync(IServiceProvider services, Provider provider) => Run<UserAdminDbContext, int>(services, async db =>
    {
        if (await db.AuditCounts.AnyAsync())
            return 0;
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        await db.Database.ExecuteSqlRawAsync("INSERT INTO audit_counts (slot, action, outcome, count) SELECT utc_microseconds / 900000000, action, outcome, count(*) FROM audit_events GROUP BY 1, 2, 3");
        return await db.Database.ExecuteSqlRawAsync(provider == Provider.Sqlite
            ? "UPDATE audit_events SET seq = rowid WHERE seq IS NULL"
            : "UPDATE audit_events AS e SET seq = n.number FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM audit_events) AS n WHERE n.id = e.id");
    });

    private static async Task<string[]> TimeAsync<T>(string name, Func<Task<T?>> ask) where T : class
    {
        var started = Stopwatch.GetTimestamp();
        while (await ask() is null)
            await Task.Delay(1);
        var first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        started = Stopwatch.GetTimestamp();
        await ask();
        return [name, Report.Number(first), Stopwatch.GetElapsedTime(started).TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture)];
    }

    private static async Task<TResult> Run<TService, TResult>(IServiceProvider services, Func<TService, Task<TResult>> work) where TService : notnull
    {
        await using var scope = services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TService>());
    }
}
