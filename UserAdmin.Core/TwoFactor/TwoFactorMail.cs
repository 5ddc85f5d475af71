using System.Globalization;
using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

/// <summary>What people are told about their second factor. Added to what the caller's save writes.</summary>
public sealed class TwoFactorMail(Outbox outbox, PublicAddress address, TimeProvider clock)
{
    private const string EnrolPath = "/me/security";

    public Task RequireAsync(User user, DateTimeOffset dueAt, Actor actor, CancellationToken cancel) =>
        outbox.AddAsync(MailKind.FactorRequired, MailRecipient.Of(user), actor.CorrelationId, cancel, ("until", Until(dueAt)), ("link", address.Link(EnrolPath)));

    public Task RemindAsync(User user, DateTimeOffset? dueAt, Actor actor, CancellationToken cancel) =>
        outbox.AddAsync(MailKind.FactorReminder, MailRecipient.Of(user), actor.CorrelationId, cancel, ("until", Until(dueAt)), ("link", address.Link(EnrolPath)));

    private string Until(DateTimeOffset? dueAt) => dueAt is not { } at ? "when you have a moment"
        : at <= clock.GetUtcNow() ? "now: the time for it is over"
        : $"until {at.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture)}";
}
