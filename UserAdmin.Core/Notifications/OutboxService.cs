using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Notifications;

/// <summary>Which messages a list shows; <see cref="Recipient"/> is part of an address or number.</summary>
public sealed record MessageFilter(MessageState? State = null, string? Recipient = null, int PageSize = 50);

public sealed record MessageRow(
    Guid Id, Channel Channel, string Recipient, string Subject, MessageState State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset NextAttemptAt,
    DateTimeOffset? HeldUntil, DateTimeOffset? SentAt, string? LastAnswer, bool HasContent);

/// <summary>How the outbox is doing: what is configured and how much waits or was given up.</summary>
public sealed record OutboxStatus(bool SendsMail, bool SendsSms, int Waiting, int Dead);

/// <summary>What administrators see and do about messages.</summary>
public sealed class OutboxService(UserAdminDbContext db, IOptions<MailSettings> mail, IOptions<SmsSettings> sms, TimeProvider clock)
{
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "message.not_found", "This message is not there any more.");
    public static readonly Problem ContentGone = new(ProblemKind.Conflict, "message.content_gone",
        "The content of this message was removed when it was sent, because it carried a secret. Start again what it was for, for example make a new link.");
    public static readonly Problem NotWaiting = new(ProblemKind.Conflict, "message.not_waiting", "This message doesn't wait any more, or is being sent at this moment.");

    /// <summary>Newest first, by key; nothing without <see cref="Permission.NotificationsView"/>.</summary>
    public async Task<Page<MessageRow>> ListAsync(MessageFilter filter, PageStart start, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.NotificationsView))
            return new([], null, null);

        var backwards = start.AtEnd || start.Before is not null;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var cursorId)
            ? await db.OutboxMessages.Where(m => m.Id == cursorId).Select(m => new { m.Id, m.CreatedAt }).SingleOrDefaultAsync(cancel)
            : null;
        backwards &= cursor is not null || start.AtEnd;

        var skip = cursor is null ? start.Skip : 0;

        // State by state, because that is what the index begins with.
        var rows = new List<MessageRow>();
        foreach (var state in filter.State is { } only ? [only] : Enum.GetValues<MessageState>())
        {
            var messages = db.OutboxMessages.AsNoTracking().Where(m => m.State == state);
            if (filter.Recipient is { Length: > 0 } part)
            {
                var lower = part.ToLowerInvariant();
                messages = messages.Where(m => m.Recipient.ToLower().Contains(lower));
            }
            if (cursor is not null)
            {
                var (at, last) = (cursor.CreatedAt, cursor.Id);
                messages = backwards
                    ? messages.Where(m => m.CreatedAt >= at && (m.CreatedAt > at || m.Id > last))
                    : messages.Where(m => m.CreatedAt <= at && (m.CreatedAt < at || m.Id < last));
            }
            messages = backwards ? messages.OrderBy(m => m.CreatedAt).ThenBy(m => m.Id) : messages.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id);
            rows.AddRange(await messages.Take(skip + filter.PageSize + 1).Select(m => new MessageRow(
                m.Id, m.Channel, m.Recipient, m.Subject, m.State, m.Attempts, m.CreatedAt, m.NextAttemptAt, m.HeldUntil, m.SentAt, m.LastAnswer, m.Content != null)).ToListAsync(cancel));
        }
        rows = [.. (backwards ? rows.OrderBy(m => m.CreatedAt).ThenBy(m => m.Id) : rows.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id)).Skip(skip).Take(filter.PageSize + 1)];
        return Page.Of(rows, filter.PageSize, backwards, cursor is not null || skip > 0, row => row.Id.ToString());
    }

    public async Task<OutboxStatus> FindStatusAsync(Actor actor, CancellationToken cancel)
    {
        var sends = (mail.Value.IsConfigured, sms.Value.IsConfigured || mail.Value.Folder.Length > 0);
        return !actor.Can(Permission.NotificationsView)
            ? new(sends.Item1, sends.Item2, 0, 0)
            : new(sends.Item1, sends.Item2,
                await db.OutboxMessages.CountAsync(m => m.State == MessageState.Waiting, cancel),
                await db.OutboxMessages.CountAsync(m => m.State == MessageState.Dead, cancel));
    }

    /// <summary>Sends a waiting or given up message at once, and one that arrived a second time. Problems: not found, content gone, being sent right now.</summary>
    public async Task<Result> ResendAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.NotificationsManage))
            return await db.DenyAsync(actor, Permission.NotificationsManage, id, clock, cancel);

        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            var message = await db.OutboxMessages.SingleOrDefaultAsync(m => m.Id == id, cancel);
            if (message is null)
                return NotFound;
            if (message.Content is null)
                return ContentGone;
            if (message.HeldUntil > now)
                return NotWaiting;
            // A mail that comes again needs an id of its own: programs hide what they have already.
            if (message.State == MessageState.Sent)
                db.OutboxMessages.Add(message.Again(now));
            else
                (message.State, message.Attempts, message.NextAttemptAt) = (MessageState.Waiting, 0, now);
            db.Record(AuditAction.NotificationResent, actor, new(message.UserId, message.Recipient), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Stops trying to send a waiting message.</summary>
    public async Task<Result> GiveUpAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.NotificationsManage))
            return await db.DenyAsync(actor, Permission.NotificationsManage, id, clock, cancel);

        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            var message = await db.OutboxMessages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, cancel);
            if (message is null)
                return NotFound;
            var words = $"Given up by {actor.Name}";
            var given = await db.OutboxMessages.Where(m => m.Id == id && m.State == MessageState.Waiting && (m.HeldUntil == null || m.HeldUntil <= now))
                .ExecuteUpdateAsync(row => row.SetProperty(m => m.State, MessageState.Dead).SetProperty(m => m.LastAnswer, words), cancel);
            if (given == 0)
                return NotWaiting;
            db.Record(AuditAction.NotificationGivenUp, actor, new(message.UserId, message.Recipient), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }
}
