using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.AccessRequests;

/// <summary>Writes to those who can decide a request, and to who asked. Everything is added to what the next save writes.</summary>
public sealed class AccessRequestMail(UserAdminDbContext db, Deciders deciders, Outbox outbox, PublicAddress address)
{
    internal async Task AskAsync(AccessRequest request, Actor actor, CancellationToken cancel) =>
        await WriteToDecidersAsync(MailKind.AccessRequested, request, actor.Name, actor.CorrelationId, cancel);

    /// <summary>Reminds those who can decide.</summary>
    internal async Task RemindAsync(AccessRequest request, CancellationToken cancel)
    {
        var asker = await db.Users.AsNoTracking().SingleAsync(u => u.Id == request.UserId, cancel);
        await WriteToDecidersAsync(MailKind.AccessRequestReminder, request, ((Audit.AuditTarget)asker).Name, null, cancel);
    }

    internal async Task TellApprovedAsync(AccessRequest request, User user, int? hours, string reason, Actor actor, CancellationToken cancel)
    {
        var to = await outbox.RecipientAsync(user, cancel);
        await outbox.AddAsync(MailKind.AccessApproved, to, actor.CorrelationId, cancel,
            ("role", await RoleAsync(request, cancel)), ("time", AccessSpan.Text(hours, to.Language)), ("decider", actor.Name), ("reason", ReasonOr(reason)), ("link", address.Link("/me/access-requests")));
    }

    internal async Task TellDeclinedAsync(AccessRequest request, User user, string reason, Actor actor, CancellationToken cancel) =>
        await outbox.AddAsync(MailKind.AccessDeclined, await outbox.RecipientAsync(user, cancel), actor.CorrelationId, cancel,
            ("role", await RoleAsync(request, cancel)), ("decider", actor.Name), ("reason", ReasonOr(reason)), ("link", address.Link("/me/access-requests")));

    private async Task WriteToDecidersAsync(MailKind kind, AccessRequest request, string asker, string? correlationId, CancellationToken cancel)
    {
        var role = await RoleAsync(request, cancel);
        foreach (var decider in await deciders.FindAsync(request, cancel))
        {
            var to = await outbox.RecipientAsync(decider, cancel);
            await outbox.AddAsync(kind, to, correlationId, cancel,
                ("asker", asker), ("role", role), ("time", AccessSpan.Text(request.Hours, to.Language)), ("reason", request.Reason), ("link", address.Link("/access-requests")));
        }
    }

    // With where it would count.
    private async Task<string> RoleAsync(AccessRequest request, CancellationToken cancel)
    {
        var role = await db.Roles.Where(r => r.Id == request.RoleId).Select(r => r.Name).SingleAsync(cancel);
        return request.OrganizationId is { } place ? $"{role} ({await db.Organizations.Where(o => o.Id == place).Select(o => o.Name).SingleAsync(cancel)})" : role;
    }

    private static string ReasonOr(string reason) => Text.SqueezeToNull(reason) ?? "–";
}
