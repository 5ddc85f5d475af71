using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Tenants;

/// <summary>Tries broken tenants again every minute. No job of the timetable: each server knows for itself which it can't use.</summary>
public sealed partial class TenantUpkeep(TenantDirectory tenants, DatabaseMigrator migrator, ILogger<TenantUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

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
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await MendAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Carrying on is safe: what was left is done at the next turn.
                LogFailed(failure);
            }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look after the tenants")]
    private partial void LogFailed(Exception failure);
}
