using System.Diagnostics;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Bench;

/// <summary>What every request and every act costs inside, without a web server around: asking for the session and recording an event.</summary>
internal static class Inside
{
    private const int Times = 2000;

    public static async Task MeasureAsync(Database database)
    {
        var settings = database.Environment.ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value);
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging().AddMemoryCache().AddUserAdminCore().BuildServiceProvider();
        var tenant = services.GetRequiredService<TenantDirectory>().Default;
        var key = await SignInAsync(services);
        var (directory, cache) = (services.GetRequiredService<SessionDirectory>(), (MemoryCache)services.GetRequiredService<IMemoryCache>());

        var rows = new List<string[]>
        {
            await TimeAsync("session check from the cache", () => directory.FindByKeyAsync(tenant, key, isActivity: true, CancellationToken.None)),
            await TimeAsync("session check from the database", () =>
            {
                cache.Clear();
                return directory.FindByKeyAsync(tenant, key, isActivity: true, CancellationToken.None);
            }),
            await TimeAsync("recording an event", async () =>
            {
                await using var scope = services.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
                db.Record(AuditAction.SignedOut, Actor.System, null, DateTimeOffset.UtcNow);
                await db.SaveChangesAsync();
            }),
        };
        Report.Table(["inside", "median ms", "p95 ms", "p99 ms"], rows);
    }

    private static async Task<string> SignInAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var entry = await scope.ServiceProvider.GetRequiredService<SignInService>().SignInAsync(
            new() { Login = Database.OtherEmail, Password = Database.Password }, new("127.0.0.1", Browser.UserAgent, null, null), CancellationToken.None);
        return entry.Value?.SignedIn?.SessionKey ?? throw new InvalidOperationException($"The bench can't sign in: {entry.Problem?.Message}");
    }

    private static async Task<string[]> TimeAsync(string name, Func<Task> work)
    {
        for (var i = 0; i < 300; i++)
            await work();
        var times = new List<double>();
        for (var i = 0; i < Times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await work();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return [name, Report.Number(Report.Percentile(times, 0.5)), Report.Number(Report.Percentile(times, 0.95)), Report.Number(Report.Percentile(times, 0.99))];
    }
}
