using UserAdmin.Core.Jobs;

namespace UserAdmin.Core.Tenants;

/// <summary>Removes daily the databases of tenants whose days of grace are over or that were never finished.</summary>
public sealed class TenantRemoval(TenantService unfinished, TenantLifecycle lifecycle)
{
    public async Task RemoveAsync(JobLog log, CancellationToken cancel) => log.Conclude($"Removed {await RemoveAsync(cancel)} databases of tenants.");

    /// <summary>Gives back how many databases were removed.</summary>
    public async Task<int> RemoveAsync(CancellationToken cancel) => await unfinished.RemoveUnfinishedAsync(cancel) + await lifecycle.PurgeAsync(cancel);
}
