using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

/// <summary>Asks people to set up a second factor. Added to what the caller's save writes.</summary>
public sealed class TwoFactorMail(Outbox outbox, PublicAddress address, TimeProvider clock)
{
    public Task RequireAsync(User user, DateTimeOffset dueAt, Actor actor, CancellationToken cancel) => SendAsync(MailKind.FactorRequired, user, dueAt, actor, cancel);

    /// <summary><paramref name="dueAt"/> is null when none is required.</summary>
    public Task RemindAsync(User user, DateTimeOffset? dueAt, Actor actor, CancellationToken cancel) => SendAsync(MailKind.FactorReminder, user, dueAt, actor, cancel);

    private async Task SendAsync(MailKind kind, User user, DateTimeOffset? dueAt, Actor actor, CancellationToken cancel)
    {
        var reader = await outbox.ReaderAsync(user.Id, cancel);
        var until = dueAt is not { } at ? Words.In(reader.Language, "when you have a moment")
            : at <= clock.GetUtcNow() ? Words.In(reader.Language, "now: the time for it is over")
            : Words.In(reader.Language, "until {0}", reader.Moment(at));
        await outbox.AddAsync(kind, MailRecipient.Of(user, reader.Language), actor.CorrelationId, cancel, ("until", until), ("link", address.Link("/me/security")));
    }
}
