using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Notifications;

/// <summary>Looks into the outbox of every tenant whenever a message was saved here, when the next one is due, and every half minute for what others saved.</summary>
public sealed partial class OutboxDispatcher(
    OutboxDelivery delivery, OutboxSignal signal, TenantDirectory tenants, IOptions<MailSettings> mail, TimeProvider clock, ILogger<OutboxDispatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!mail.Value.Dispatch)
            return;
        if (mail.Value.IsInTheClear)
            LogInTheClear(mail.Value.Host);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Rest;
            foreach (var tenant in await tenants.ActiveAsync(stoppingToken))
                if (await LookAsync(tenant, stoppingToken) is { } next && next - clock.GetUtcNow() is var wait && wait < pause)
                    pause = wait;
            await signal.WaitAsync(pause > TimeSpan.FromSeconds(1) ? pause : TimeSpan.FromSeconds(1), stoppingToken);
        }
    }

    private async Task<DateTimeOffset?> LookAsync(Tenant tenant, CancellationToken stop)
    {
        using var log = logger.BeginTenant(tenant);
        try
        {
            // Of many tenants few have something to send: the first look keeps no connection.
            var next = await delivery.NextDueAsync(tenant, stop);
            if (next is null || next > clock.GetUtcNow())
                return next;
            await delivery.SendDueAsync(tenant, stop);
            return await delivery.NextDueAsync(tenant, stop);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Carrying on is safe: what was due stays due, and the database may be back at the next look.
            LogFailure(failure, tenant.Name);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail to {Host} is not encrypted (UserAdmin:Mail:Security is None): whoever sits between can read it, links to accounts included")]
    private partial void LogInTheClear(string host);

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox of tenant {Tenant} could not be looked into")]
    private partial void LogFailure(Exception failure, string tenant);
}
