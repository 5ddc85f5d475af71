using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Api;

/// <summary>
/// Counts requests by the minute, in memory. Servers that share a database tell each other every second what they counted, so that a limit holds for all of them
/// together (D10); a request never waits for that.
/// </summary>
public sealed partial class RequestLimits(TenantDirectory tenants, TenantDatabases databases, TimeProvider clock, ILogger<RequestLimits> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int TooManyKeys = 100_000;

    private readonly ConcurrentDictionary<string, Window> windows = new();

    /// <summary>Takes one of the requests that are left in this minute; null when there was one, else how long to wait.</summary>
    public TimeSpan? Take(string key, int perMinute)
    {
        var now = clock.GetUtcNow();
        var minute = MinuteOf(now);
        var window = windows.AddOrUpdate(key, _ => new(minute), (_, known) => known.Minute == minute ? known : new(minute));
        return window.Take(perMinute) ? null : DateTimeOffset.FromUnixTimeSeconds((minute + 1) * 60) - now;
    }

    /// <summary>Adds what was counted here to what all servers counted, and learns what the others did.</summary>
    internal async Task ShareAsync(CancellationToken cancel)
    {
        var minute = MinuteOf(clock.GetUtcNow());
        foreach (var (key, window) in windows)
            if (window.Minute < minute)
                windows.TryRemove(new(key, window));
        var told = windows.Where(entry => entry.Value.Minute == minute && entry.Value.Untold > 0).ToList();
        if (told.Count == 0)
            return;
        await using var db = databases.Open(tenants.Default);
        foreach (var (key, window) in told)
            window.Learn(await AddAsync(db, key, minute, window.Tell(), cancel));
        await db.RequestCounts.Where(c => c.Minute < minute - 5).ExecuteDeleteAsync(cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                // A database file has one server.
                if (tenants.Default.Provider != DatabaseProvider.Sqlite)
                    await ShareAsync(stoppingToken);
                else if (windows.Count > TooManyKeys)
                    windows.Clear();
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Each server still counts for itself.
                LogFailed(failure);
            }
    }

    private static async Task<int> AddAsync(UserAdminDbContext db, string key, long minute, int count, CancellationToken cancel)
    {
        var row = db.RequestCounts.Where(c => c.Key == key && c.Minute == minute);
        for (var attempt = 0; await row.ExecuteUpdateAsync(set => set.SetProperty(c => c.Count, c => c.Count + count), cancel) == 0; attempt++)
            try
            {
                db.RequestCounts.Add(new() { Key = key, Minute = minute, Count = count });
                await db.SaveChangesAsync(cancel);
                break;
            }
            catch (DbUpdateException) when (attempt == 0)
            {
                // Another server made the row at this moment; now it can be added to.
            }
            finally
            {
                db.ChangeTracker.Clear();
            }
        return await row.Select(c => c.Count).SingleOrDefaultAsync(cancel);
    }

    private static long MinuteOf(DateTimeOffset now) => now.ToUnixTimeSeconds() / 60;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not share the counts of requests with other servers")]
    private partial void LogFailed(Exception failure);

    private sealed class Window(long minute)
    {
        private int here, told, elsewhere;

        public long Minute { get; } = minute;

        public int Untold => Volatile.Read(ref here) - told;

        public bool Take(int most) => Interlocked.Increment(ref here) + Volatile.Read(ref elsewhere) <= most;

        public int Tell()
        {
            var untold = Untold;
            told += untold;
            return untold;
        }

        public void Learn(int all) => Volatile.Write(ref elsewhere, Math.Max(0, all - told));
    }
}
