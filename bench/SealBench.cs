using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Seeding;

namespace UserAdmin.Bench;

/// <summary>How fast a million events are sealed, and how fast they are checked, on a database of their own.</summary>
internal static class SealBench
{
    private const int Events = 1_000_000;

    public static async Task MeasureAsync(Provider provider, string folder, PostgresCluster? cluster)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, "seals")).FullName;
        var database = await Database.EmptyAsync(provider, own, cluster);
        Report.Line($"## {provider}, sealing {Events:N0} events");
        Report.Line();
        var settings = database.Environment.ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value);
        settings["UserAdmin:Audit:KeyFolder"] = Path.Combine(own, $"keys-{provider}-{DateTime.UtcNow.Ticks}");
        settings["UserAdmin:Audit:CheckpointFile"] = Path.Combine(own, "checkpoints.txt");
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging().AddMemoryCache().AddUserAdminCore().BuildServiceProvider();
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        Report.Progress($"Seeding {Events:N0} events");
        await Run<DemoData, Result>(services, async demo => new((await demo.AddAsync(1_000, Events, _ => { }, CancellationToken.None)).Problem));

        Report.Progress("Sealing them");
        var watch = Stopwatch.StartNew();
        var count = (await Run<AuditSealer, Result<long>>(services, sealer => sealer.SealAsync(CancellationToken.None))).Value;
        var took = watch.Elapsed.TotalSeconds;
        Report.Progress("Checking them");
        await VerifyAsync(services);
        var (seconds, report, peak) = await VerifyAsync(services);
        Report.Table(["seals", "figure"],
        [
            ["events sealed", count.ToString("N0", CultureInfo.InvariantCulture)],
            ["sealed per second", Report.Number(count / took)],
            ["checking them, s", Report.Number(seconds)],
            ["checked per second", Report.Number(report.Streams.Sum(stream => stream.Events) / seconds)],
            ["managed memory at most while checking, MB", Report.Number(peak / 1024.0 / 1024)],
            ["verdict", report.Verdict],
        ]);
        Report.Line($"Load of the machine afterwards: {Proc.LoadAverage()}.");
        Report.Line();
    }

    private static async Task<(double Seconds, AuditReport Report, long Peak)> VerifyAsync(IServiceProvider services)
    {
        GC.Collect();
        var peak = 0L;
        await using var sampling = new Timer(_ => peak = Math.Max(peak, GC.GetTotalMemory(false)), null, 0, 50);
        var watch = Stopwatch.StartNew();
        var report = (await Run<AuditVerification, Result<AuditReport>>(services, verification => verification.VerifyAsync(new(), Actor.System, null, CancellationToken.None))).Value!;
        return (watch.Elapsed.TotalSeconds, report, peak);
    }

    private static async Task<TResult> Run<TService, TResult>(IServiceProvider services, Func<TService, Task<TResult>> work) where TService : notnull
    {
        await using var scope = services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TService>());
    }
}
