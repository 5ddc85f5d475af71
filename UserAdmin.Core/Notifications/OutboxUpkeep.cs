using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Notifications;

public sealed class MessagePolicy
{
    [Display(Name = "Days messages are kept after they were sent or given up", Description = "Afterwards they are removed from the list of messages. What happened stands in the audit log."), Range(1, 3650, ErrorMessage = "Choose 1 to 3650 days.")]
    public int KeepDays { get; set; } = 90;
}

/// <summary>Looks after the outbox beside the dispatcher: sends what it left, and removes what is long done.</summary>
public sealed class OutboxUpkeep(UserAdminDbContext db, OutboxDelivery delivery, CurrentTenant tenant, IOptions<MailSettings> mail, Policies policies, TimeProvider clock)
{
    private const int AtOnce = 2_000;

    // The dispatcher is quicker as a rule; who finds something older has found a dispatcher that hangs.
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(2);

    public async Task DeliverAsync(JobLog log, CancellationToken cancel)
    {
        if (!mail.Value.Dispatch || await delivery.NextDueAsync(tenant.Tenant, cancel) is not { } next || next > clock.GetUtcNow() - Overdue)
            return;
        await delivery.SendDueAsync(tenant.Tenant, cancel);
        log.Conclude($"Sent messages that had waited since {next:yyyy-MM-dd HH:mm} UTC.");
    }

    public async Task PurgeAsync(JobLog log, CancellationToken cancel)
    {
        var before = clock.GetUtcNow().AddDays(-(await policies.GetAsync<MessagePolicy>(cancel)).KeepDays);
        var (all, removed) = (0, 0);
        foreach (var state in new[] { MessageState.Sent, MessageState.Dead })
            do
            {
                await db.WriteAsync(async () =>
                {
                    removed = await db.OutboxMessages.Where(m => m.State == state && m.CreatedAt < before).OrderBy(m => m.CreatedAt).ThenBy(m => m.Id).Take(AtOnce).ExecuteDeleteAsync(cancel);
                    return Result.Ok;
                }, cancel);
                all += removed;
            }
            while (removed == AtOnce);
        log.Conclude($"Removed {all} messages that were sent or given up before {before:yyyy-MM-dd}.");
    }
}
