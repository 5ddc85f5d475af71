using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Dashboard;

/// <summary>A figure and when it was computed.</summary>
public sealed record KeptFigure<T>(T Value, DateTimeOffset At);

/// <summary>Figures that cost too much to compute for every click: kept for a minute, then renewed behind the back of whoever asks.</summary>
public sealed partial class KeptFigures(TenantDatabases databases, TimeProvider clock, ILogger<KeptFigures> logger, int capacity = 10_000)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<(Tenant, string), Entry> entries = new();

    /// <summary>The kept figure, or null when there is none yet and computing it takes longer than 100 ms; the computation goes on then.</summary>
    public async Task<KeptFigure<T>?> FindAsync<T>(Tenant tenant, string name, Func<UserAdminDbContext, Task<T>> compute, CancellationToken cancel)
    {
        if (entries.Count > capacity)
            entries.Clear();

        var entry = entries.GetOrAdd((tenant, name), _ => new());
        var renewal = entry.RenewIfOlderThan(clock.GetUtcNow() - Freshness, () => RenewAsync(entry, tenant, name, compute));
        if (entry.Figure is null)
            try
            {
                await renewal.WaitAsync(Patience, cancel);
            }
            catch (TimeoutException)
            {
                return null;
            }
        return (KeptFigure<T>?)entry.Figure;
    }

    private async Task RenewAsync<T>(Entry entry, Tenant tenant, string name, Func<UserAdminDbContext, Task<T>> compute)
    {
        try
        {
            await using var db = databases.Open(tenant);
            entry.Keep(new KeptFigure<T>(await compute(db), clock.GetUtcNow()));
        }
        catch (DbException failure)
        {
            LogFailed(failure, name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The figure {Name} could not be computed; an older one is shown if there is one")]
    private partial void LogFailed(Exception failure, string name);

    private sealed class Entry
    {
        private readonly Lock gate = new();
        private Task running = Task.CompletedTask;
        private DateTimeOffset keptAt = DateTimeOffset.MinValue;

        public object? Figure { get; private set; }

        public void Keep<T>(KeptFigure<T> figure)
        {
            lock (gate)
                (Figure, keptAt) = (figure, figure.At);
        }

        public Task RenewIfOlderThan(DateTimeOffset limit, Func<Task> renew)
        {
            lock (gate)
                // SQLite computes without yielding, so the work must leave the caller's thread.
                return keptAt < limit && running.IsCompleted ? running = Task.Run(renew) : running;
        }
    }
}
