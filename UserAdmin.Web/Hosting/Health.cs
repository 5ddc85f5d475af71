using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Hosting;

/// <summary>The server is ready when the database answers and has the shape this version expects.</summary>
internal sealed class DatabaseHealth(TenantDatabases databases, TenantDirectory tenants) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var db = databases.Open(tenants.Default);
            var pending = await db.Database.GetPendingMigrationsAsync(cancellationToken);
            return pending.Any() ? HealthCheckResult.Unhealthy("migrations are pending") : HealthCheckResult.Healthy();
        }
        catch (DbException failure)
        {
            return HealthCheckResult.Unhealthy("the database does not answer", failure);
        }
    }
}

/// <summary>People can work while the audit log is not sealed, so that makes no server unready.</summary>
internal sealed class SealingHealth(TenantDirectory tenants, IServiceScopeFactory scopes, AuditWatch watch) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var scope = scopes.CreateFor(tenants.Default);
            return await scope.ServiceProvider.GetRequiredService<SealingStates>().FindProblemAsync(cancellationToken) is { } problem ? HealthCheckResult.Degraded(problem)
                : watch.Problems.Count > 0 ? HealthCheckResult.Degraded($"The audit log of {string.Join(", ", watch.Problems.Keys.Order(StringComparer.Ordinal))} is not being sealed.")
                : HealthCheckResult.Healthy();
        }
        catch (DbException failure)
        {
            return HealthCheckResult.Degraded("the database does not answer", failure);
        }
    }
}

internal static class Health
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
    }
}
