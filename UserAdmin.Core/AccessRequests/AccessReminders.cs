using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.AccessRequests;

/// <summary>Looks every hour, in each tenant, whether somebody has to be reminded of a request or a review. Every server may do it.</summary>
public sealed partial class AccessReminders(TenantDirectory tenants, IServiceScopeFactory scopes, ILogger<AccessReminders> logger) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

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
                    await using var scope = scopes.CreateFor(tenant);
                    var (requests, reviews) = (await scope.ServiceProvider.GetRequiredService<AccessRequestReminders>().RemindAsync(stoppingToken), await scope.ServiceProvider.GetRequiredService<AccessReviewReminders>().RemindAsync(stoppingToken));
                    if (requests + reviews > 0)
                        LogReminded(requests, reviews);
                }
                catch (Exception failure) when (failure is DbException or TimeoutException or InvalidOperationException)
                {
                    // The next hour is soon enough, and the other tenants are looked after now.
                    LogFailed(failure);
                }
            }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Reminded of {Requests} requests for roles and {Reviews} access reviews")]
    private partial void LogReminded(int requests, int reviews);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not send reminders of requests and reviews")]
    private partial void LogFailed(Exception failure);
}
