using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.SignIn;

/// <summary>Removes once a day what sign-ins leave behind and nobody needs any more, so that tables don't only grow. Every server may do it.</summary>
public sealed partial class Leftovers(TenantDirectory tenants, IServiceScopeFactory scopes, TimeProvider clock, ILogger<Leftovers> logger) : BackgroundService
{
    private const int AtOnce = 5_000;
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    // The cookie that recognises a device lives for a year.
    private static readonly TimeSpan DeviceLife = TimeSpan.FromDays(400);

    // Long enough that waiting for it gives a guesser nothing.
    private static readonly TimeSpan CounterLife = TimeSpan.FromDays(30);

    /// <summary>Removes what is over in one tenant's database; gives back how many rows.</summary>
    public async Task<int> RemoveAsync(Tenant tenant, CancellationToken cancel)
    {
        await using var scope = scopes.CreateFor(tenant);
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        var policy = await scope.ServiceProvider.GetRequiredService<Policies>().GetAsync<SessionPolicy>(cancel);

        var now = clock.GetUtcNow();
        var (sessionsBefore, devicesBefore, countersBefore) = (now.AddDays(-policy.HistoryDays), now - DeviceLife, now - CounterLife);
        return await scope.ServiceProvider.GetRequiredService<RoleAssignmentService>().RemoveEndedAsync(cancel)
            + await RemoveAsync(db, db.Sessions.Where(s => s.CreatedAt < sessionsBefore).OrderBy(s => s.CreatedAt), cancel)
            + await RemoveAsync(db, db.PendingSignIns.Where(p => p.ExpiresAt <= now).OrderBy(p => p.ExpiresAt), cancel)
            + await RemoveAsync(db, db.OneTimeTokens.Where(t => t.ExpiresAt <= now).OrderBy(t => t.ExpiresAt), cancel)
            + await RemoveAsync(db, db.Devices.Where(d => d.LastSeenAt < devicesBefore).OrderBy(d => d.LastSeenAt), cancel)
            + await RemoveAsync(db, db.SignInThrottles.Where(t => t.FirstAttemptAt < countersBefore && (t.BlockedUntil == null || t.BlockedUntil < countersBefore)).OrderBy(t => t.Key), cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(AfterStart, stoppingToken);
        using var timer = new PeriodicTimer(Interval);
        do
            foreach (var tenant in await tenants.ActiveAsync(stoppingToken))
            {
                using var log = logger.BeginTenant(tenant);
                try
                {
                    LogRemoved(await RemoveAsync(tenant, stoppingToken));
                }
                catch (Exception failure) when (failure is DbException or TimeoutException or InvalidOperationException)
                {
                    // Tomorrow is soon enough, and the others are looked after today.
                    LogFailed(failure);
                }
            }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // In small transactions: people sign in meanwhile.
    private static async Task<int> RemoveAsync<T>(UserAdminDbContext db, IQueryable<T> rows, CancellationToken cancel) where T : class
    {
        var (all, removed) = (0, AtOnce);
        while (removed == AtOnce)
        {
            await db.WriteAsync(async () =>
            {
                removed = await rows.Take(AtOnce).ExecuteDeleteAsync(cancel);
                return Result.Ok;
            }, cancel);
            all += removed;
        }
        return all;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Rows} rows of sessions, devices, links, counters and role assignments that are over")]
    private partial void LogRemoved(int rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not remove what is long over")]
    private partial void LogFailed(Exception failure);
}
