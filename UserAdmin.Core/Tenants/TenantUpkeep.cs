using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Tenants;

/// <summary>Tries broken tenants again every minute, and daily removes those whose days of grace are over. Every server may do it.</summary>
public sealed partial class TenantUpkeep(TenantDirectory tenants, DatabaseMigrator migrator, IServiceScopeFactory scopes, TimeProvider clock, ILogger<TenantUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1), BetweenRemovals = TimeSpan.FromDays(1), AfterStart = TimeSpan.FromMinutes(5);

    /// <summary>Gives back how many databases were removed.</summary>
    public async Task<int> RemoveAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateFor(tenants.Default);
        return await scope.ServiceProvider.GetRequiredService<TenantService>().RemoveUnfinishedAsync(cancel)
            + await scope.ServiceProvider.GetRequiredService<TenantLifecycle>().PurgeAsync(cancel);
    }

    /// <summary>Gives back how many can be used again.</summary>
    public async Task<int> MendAsync(CancellationToken cancel)
    {
        var mended = 0;
        foreach (var tenant in (await tenants.AllAsync(cancel)).Where(tenant => tenants.IsBroken(tenant.Name)))
            if (await migrator.TryMigrateAsync(tenant, cancel))
                mended++;
        return mended;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var removeAt = clock.GetUtcNow() + AfterStart;
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await MendAsync(stoppingToken);
                if (clock.GetUtcNow() < removeAt)
                    continue;
                removeAt = clock.GetUtcNow() + BetweenRemovals;
                LogRemoved(await RemoveAsync(stoppingToken));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Carrying on is safe: what was left is done at the next turn.
                LogFailed(failure);
            }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Databases} databases of tenants that are gone or were never finished")]
    private partial void LogRemoved(int databases);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look after the tenants")]
    private partial void LogFailed(Exception failure);
}
