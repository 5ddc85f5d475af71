using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.Backups;

public sealed record BackupNote(DateTimeOffset At, string By);

/// <summary>On PostgreSQL and SQL Server backups are made by whoever looks after the database. They note it here, by hand or by a script, and are reminded when it is long ago.</summary>
public sealed class BackupNotes(UserAdminDbContext db, Policies policies, Outbox outbox, Administrators administrators, PublicAddress address, TimeProvider clock)
{
    private const string Row = "BackupNote";
    private static readonly TimeSpan BetweenReminders = TimeSpan.FromDays(7);

    /// <summary>Null when none was ever noted, or the actor may not see jobs.</summary>
    public async Task<BackupNote?> FindAsync(Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.JobsView) && await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Name == Row, cancel) is { } stored ? JsonSerializer.Deserialize<BackupNote>(stored.Json) : null;

    public async Task<Result> NoteAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.JobsManage))
            return await db.DenyAsync(actor, Permission.JobsManage, null, clock, cancel);
        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            var stored = await db.Policies.SingleOrDefaultAsync(p => p.Name == Row, cancel);
            if (stored is null)
                db.Policies.Add(stored = new() { Name = Row, Json = "" });
            (stored.Json, stored.UpdatedAt, stored.Stamp) = (JsonSerializer.Serialize(new BackupNote(now, actor.Name)), now, Guid.NewGuid().ToString("N"));
            db.Record(AuditAction.BackupNoted, actor, null, now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    public async Task RemindAsync(JobLog log, CancellationToken cancel)
    {
        var days = (await policies.GetAsync<BackupPolicy>(cancel)).ReminderDays;
        var (note, now) = (await FindAsync(Actor.System, cancel), clock.GetUtcNow());
        log.Say(note is null ? "No backup was ever noted." : $"The newest backup was noted {note.At:yyyy-MM-dd HH:mm} UTC by {note.By}.");
        if (days == 0 || note?.At > now.AddDays(-days))
        {
            log.Conclude("Nobody has to be reminded.");
            return;
        }
        var reminded = 0;
        await db.WriteAsync(async () =>
        {
            var since = now - BetweenReminders;
            if (await db.OutboxMessages.AnyAsync(m => m.Template == MailKind.BackupOverdue.Key && m.CreatedAt > since, cancel))
                return Result.Ok;
            foreach (var administrator in await administrators.ListAsync(cancel))
            {
                var reader = await outbox.ReaderAsync(administrator.Id, cancel);
                await outbox.AddAsync(MailKind.BackupOverdue, MailRecipient.Of(administrator, reader.Language), null, cancel,
                    ("last", note is null ? Words.In(reader.Language, "never") : reader.Moment(note.At)), ("link", address.Link("/jobs/backup.remind")));
                reminded++;
            }
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        log.Conclude(reminded > 0 ? $"Reminded {reminded} administrators." : "Administrators were reminded less than a week ago.");
    }
}
