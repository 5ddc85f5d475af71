using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Bench;

/// <summary>What making a tenant costs, and starting with a hundred of them, on a database of their own.</summary>
internal static class ManyTenants
{
    private const int Tenants = 100;

    public static async Task MeasureAsync(Provider provider, string folder, PostgresCluster? cluster)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, "tenants")).FullName;
        var database = await Database.EmptyAsync(provider, own, cluster);
        Report.Line($"## {provider}, {Tenants} tenants");
        Report.Line();
        Report.Progress($"Making {Tenants} tenants on {provider}");
        double alone;
        await using (var portal = await Portal.StartAsync(database, own))
            alone = portal.ReadyAfter.TotalSeconds;
        var (made, checking) = await MakeAsync(database);

        var starts = new List<double>();
        for (var i = 0; i < 5; i++)
            await using (var portal = await Portal.StartAsync(database, own))
                starts.Add(portal.ReadyAfter.TotalSeconds);
        Report.Table(["tenants", "figure"],
        [
            ["making one, median ms", Report.Number(Report.Percentile(made, 0.5))],
            ["making one, p95 ms", Report.Number(Report.Percentile(made, 0.95))],
            [$"looking whether {Tenants} need a migration, ms", Report.Number(checking)],
            ["the first start without tenants, which migrates, s", Report.Number(alone)],
            [$"process to /health/ready with {Tenants}, median of 5, s", Report.Number(Report.Percentile(starts, 0.5))],
            ["the slowest, s", Report.Number(starts.Max())],
        ]);
    }

    private static async Task<(List<double> Made, double Checking)> MakeAsync(Database database)
    {
        var settings = database.Environment.ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value);
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging().AddMemoryCache().AddUserAdminCore().BuildServiceProvider();
        var made = new List<double>();
        for (var i = 0; i < Tenants; i++)
        {
            await using var scope = services.CreateAsyncScope();
            var form = new TenantForm { Name = $"bench-{i}", Title = $"Bench {i}", Domain = $"bench-{i}.localhost", OwnerFirstName = "Olga", OwnerLastName = "Owner", OwnerEmail = "olga@example.org" };
            var started = Stopwatch.GetTimestamp();
            var created = await scope.ServiceProvider.GetRequiredService<TenantService>().CreateAsync(form, Actor.System, CancellationToken.None);
            made.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (!created.Succeeded)
                throw new InvalidOperationException($"The bench can't make a tenant: {created.Problem.Message}");
        }
        var looking = Stopwatch.GetTimestamp();
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        return (made, Stopwatch.GetElapsedTime(looking).TotalMilliseconds);
    }
}
