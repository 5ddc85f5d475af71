using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>What became of the last mail with an activation link.</summary>
public sealed record MailedLink(string Recipient, MessageState State, DateTimeOffset At);

/// <summary>Mails the link with which the owner of a new account chooses the first password. Without a way to send mail nothing is made.</summary>
public sealed class ActivationMail(
    UserAdminDbContext db, SecurityActs acts, OneTimeTokens tokens, Outbox outbox, PublicAddress address, IOptions<SignInSettings> signIn, TimeProvider clock)
{
    private static readonly Problem MailMissing = new(ProblemKind.Conflict, "activation.mail_missing", "Mail isn't configured. Make a link and give it to the user yourself.");

    public bool IsPossible => outbox.SendsMail;

    public async Task<MailedLink?> FindLastAsync(Guid userId, Actor actor, CancellationToken cancel) =>
        !await db.ReachesAsync(actor, Permission.UsersView, userId, cancel) ? null
        : await db.OutboxMessages.Where(m => m.UserId == userId && m.Template == MailKind.Activation.Key).OrderByDescending(m => m.CreatedAt)
            .Select(m => new MailedLink(m.Recipient, m.State, m.SentAt ?? m.CreatedAt)).FirstOrDefaultAsync(cancel);

    /// <summary>Mails a new link; older ones stop working.</summary>
    public async Task<Result> SendAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(userId, Permission.UsersCreate, actor, cancel) is { } refused)
            return refused;
        if (!IsPossible)
            return MailMissing;

        return await db.WriteAsync(async () =>
        {
            var user = await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == userId, cancel);
            if (user is null)
                return UserProblems.NotFound;
            if (user.ActivatedAt is not null)
                return ActivationService.AlreadyActive;
            await AddAsync(user, actor, cancel);
            db.Record(AuditAction.UserActivationLinkMade, actor, user, clock.GetUtcNow());
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Adds a link and its mail to what the next save writes; without a way to send mail gives back the link, to be handed over.</summary>
    internal async Task<string> ExpectAsync(User user, Actor actor, CancellationToken cancel)
    {
        if (!IsPossible)
            return address.Link($"/account/activate/{await tokens.IssueAsync(user.Id, OneTimePurpose.Activation, TimeSpan.FromHours(signIn.Value.ActivationHours), cancel)}");
        await AddAsync(user, actor, cancel);
        return "";
    }

    /// <summary>Adds a link and its mail to what the next save writes.</summary>
    internal async Task AddAsync(User user, Actor actor, CancellationToken cancel)
    {
        var hours = signIn.Value.ActivationHours;
        var secret = await tokens.IssueAsync(user.Id, OneTimePurpose.Activation, TimeSpan.FromHours(hours), cancel);
        await outbox.AddAsync(
            MailKind.Activation, await outbox.RecipientAsync(user, cancel), actor.CorrelationId, cancel,
            ("link", address.Link($"/account/activate/{secret}")), ("hours", $"{hours}"));
    }
}
