using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Exports;

/// <summary>Makes the files that wait in any tenant, two at a time: when somebody asks for one here, and every half minute what others left.</summary>
public sealed partial class ExportWorker(ExportRunner runner, ExportSignal signal, TenantDirectory tenants, IOptions<ExportSettings> settings, ILogger<ExportWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        settings.Value.Work ? Task.WhenAll(WorkAsync(stoppingToken), WorkAsync(stoppingToken)) : Task.CompletedTask;

    private async Task WorkAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var found = false;
            // One of each tenant in turn, so that none waits for all of another's.
            foreach (var tenant in await tenants.ActiveAsync(stop))
                found |= await RunAsync(tenant, stop);
            if (found)
                signal.Ring();
            await signal.WaitAsync(Rest, stop);
        }
    }

    private async Task<bool> RunAsync(Tenant tenant, CancellationToken stop)
    {
        using var log = logger.BeginTenant(tenant);
        try
        {
            return await runner.RunNextAsync(tenant, stop);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Carrying on is safe: what waits goes on waiting, and the database may be back at the next look.
            LogFailure(failure, tenant.Name);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The exports of tenant {Tenant} could not be looked into")]
    private partial void LogFailure(Exception failure, string tenant);
}
