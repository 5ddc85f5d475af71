using UserAdmin.Core.Common;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Notifications;

/// <summary>
/// Tells people what happened to the security of their account, with a link to say "this was not me" (A14). Everything is added to what the
/// next save writes.
/// </summary>
public sealed class Notices(Outbox outbox, OneTimeTokens tokens, PublicAddress address, TimeProvider clock)
{
    public static readonly TimeSpan LinkLife = TimeSpan.FromDays(7);

    /// <param name="user">Who is told.</param>
    /// <param name="what">An English sentence without its full stop, such as "Your password was changed" or "New sign-in from {0}": a key of <see cref="Words"/>.</param>
    /// <param name="actor">Who did it, from where.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <param name="values">What stands in place of {0}, {1} and so on.</param>
    public Task SendAsync(User user, string what, Actor actor, CancellationToken cancel, params object?[] values) =>
        user.IsServiceAccount ? Task.CompletedTask : SendToAsync(user.Email!, user, what, actor, cancel, values);

    /// <summary>The same to an address the user had before: after a change of address the old one is told, too.</summary>
    public async Task SendToAsync(string email, User user, string what, Actor actor, CancellationToken cancel, params object?[] values)
    {
        var reader = await outbox.ReaderAsync(user.Id, cancel);
        var secret = await tokens.IssueAsync(user.Id, OneTimePurpose.NotMe, LinkLife, cancel, subject: email);
        await outbox.AddAsync(
            MailKind.SecurityNotice, MailRecipient.Of(user, reader.Language) with { Address = email }, actor.CorrelationId, cancel,
            ("what", Words.In(reader.Language, what, values)),
            ("when", reader.Moment(clock.GetUtcNow())),
            ("where", WhereIn(reader.Language, user, actor)),
            ("link", address.Link($"/account/not-me/{secret}")));
    }

    // Where an administrator sits is none of the user's business.
    private static string WhereIn(string language, User user, Actor actor) =>
        actor.Kind == ActorKind.System ? Words.In(language, "the portal itself")
        : actor.UserId is not null && actor.UserId != user.Id ? Words.In(language, "an administrator ({0})", actor.Name)
        : actor.Address ?? Words.In(language, "an unknown address");
}
