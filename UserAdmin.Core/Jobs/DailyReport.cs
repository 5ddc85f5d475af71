using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Jobs;

public sealed class DailyReportPolicy : IValidatableObject
{
    private const int Most = 20;

    [Display(Name = "Send administrators the figures of each day", Description = "Everybody who may manage jobs gets it, 20 at most.")]
    public bool ToAdministrators { get; set; }

    [Display(Name = "And to these addresses", Description = "Separated by commas. The mail has figures, no names.")]
    public string Addresses { get; set; } = "";

    internal IReadOnlyList<string> List => Addresses.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (List.Count > Most || List.Any(address => address.Length > 254 || Text.HasHiddenCharacters(address) || !new EmailAddressAttribute().IsValid(address)))
            yield return new($"Give up to {Most} email addresses, separated by commas.", [nameof(Addresses)]);
    }
}

/// <summary>The figures of the last day by mail, for those who want them. A day is sent once: who has its mail is found in the outbox.</summary>
public sealed class DailyReport(UserAdminDbContext db, Policies policies, Outbox outbox, Administrators administrators, PublicAddress address, TimeProvider clock)
{
    public async Task SendAsync(JobLog log, CancellationToken cancel)
    {
        var (policy, now) = (await policies.GetAsync<DailyReportPolicy>(cancel), clock.GetUtcNow());
        List<MailRecipient> recipients = [.. policy.List.Select(to => new MailRecipient(null, to, to, "en"))];
        if (policy.ToAdministrators)
            foreach (var administrator in await administrators.ListAsync(cancel))
                recipients.Add(await outbox.RecipientAsync(administrator, cancel));
        if (recipients.Count == 0)
        {
            log.Conclude("Nobody wants it.");
            return;
        }

        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var figures = await FiguresAsync(today.AddDays(-1), today, now, cancel);
        var correlation = $"daily-{today:yyyyMMdd}";
        var sent = 0;
        await db.WriteAsync(async () =>
        {
            foreach (var to in recipients.DistinctBy(to => to.Address, StringComparer.OrdinalIgnoreCase))
                if (!await db.OutboxMessages.AnyAsync(m => m.Template == MailKind.DailyReport.Key && m.Recipient == to.Address && m.CreatedAt >= today && m.CorrelationId == correlation, cancel))
                {
                    await outbox.AddAsync(MailKind.DailyReport, to, correlation, cancel, figures);
                    sent++;
                }
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        log.Conclude($"Sent the figures of {today.AddDays(-1):yyyy-MM-dd} to {sent} recipients.");
    }

    private async Task<(string, string)[]> FiguresAsync(DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken cancel)
    {
        var (first, end) = (AuditRecording.ToMicroseconds(from), AuditRecording.ToMicroseconds(to));
        var counts = await db.AuditEvents.Where(e => e.UtcMicroseconds >= first && e.UtcMicroseconds < end && (e.Action == AuditAction.SignedIn.Code || e.Action == AuditAction.SignInFailed.Code))
            .GroupBy(e => e.Action).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel);
        var sealedAt = await db.AuditHeads.MaxAsync(h => (long?)h.SealedUtcMicroseconds, cancel);
        return
        [
            ("day", from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            ("signins", Number(counts.GetValueOrDefault(AuditAction.SignedIn.Code))),
            ("failures", Number(counts.GetValueOrDefault(AuditAction.SignInFailed.Code))),
            ("people", Number(await db.Users.CountAsync(u => u.CreatedAt >= from && u.CreatedAt < to, cancel))),
            ("locked", Number(await db.Users.WithStatus(UserStatus.Locked, now).CountAsync(cancel))),
            ("jobs", Number(await db.JobRuns.CountAsync(r => r.Outcome == JobOutcome.Failed && r.StartedAt >= from && r.StartedAt < to, cancel))),
            ("seal", sealedAt is > 0 and { } at ? $"{AuditRecording.FromMicroseconds(at):yyyy-MM-dd HH:mm} UTC" : "-"),
            ("link", address.Link("/")),
        ];
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
