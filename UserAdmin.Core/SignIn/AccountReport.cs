using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Impersonation;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>Secures an account whose owner says of a notice "this was not me": whoever is in is thrown out, and only the mailbox the notice went to opens it again.</summary>
public sealed class AccountReport(
    UserAdminDbContext db, OneTimeTokens tokens, Passwords passwords, LinkMail mail, SessionService sessions, ActingService acting, ILookupNormalizer normalizer, TimeProvider clock)
{
    public static readonly Problem LinkDead = new(ProblemKind.NotFound, "report.link_dead",
        "This link has been used or is too old. If you are worried about your account, choose a new password with \"Forgot your password?\" on the sign-in page.");

    /// <summary>The user name of the account, or null when the link doesn't work any more.</summary>
    public async Task<string?> FindUserNameAsync(string secret, CancellationToken cancel) =>
        await tokens.FindAsync(secret, OneTimePurpose.NotMe, cancel) is { } token
            ? await db.Users.Existing().Where(u => u.Id == token.UserId).Select(u => u.UserName).SingleOrDefaultAsync(cancel)
            : null;

    public async Task<Result> SecureAsync(string secret, SignInOrigin origin, CancellationToken cancel)
    {
        if (await tokens.FindAsync(secret, OneTimePurpose.NotMe, cancel) is not { } token)
            return LinkDead;

        var now = clock.GetUtcNow();
        IReadOnlyList<Guid> ended = [];
        var result = await db.WriteAsync(async () =>
        {
            if (!await tokens.SpendAsync(token, cancel) || await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == token.UserId, cancel) is not { } user)
                return LinkDead;

            var mailbox = await TakeBackAddressAsync(user, token.Subject ?? user.Email!, cancel);
            user.PasswordHash = null;
            user.SecurityStamp = Guid.NewGuid().ToString("N");
            user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
            user.UpdatedAt = now;
            db.Record(AuditAction.AccountReported, origin.Somebody, user, now, FieldChange.Of(db.Entry(user)));
            await tokens.RevokeReportsAsync(user.Id, cancel);
            await db.Devices.Where(d => d.UserId == user.Id).ExecuteUpdateAsync(row => row.SetProperty(d => d.TrustedAt, (DateTimeOffset?)null), cancel);
            ended = await passwords.CutOffAsync(user.Id, "\"This was not me\"", cancel);
            if (user.StatusAt(now) == UserStatus.Active)
                await mail.SendResetAsync(user, mailbox, origin.CorrelationId, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
        {
            sessions.Announce(ended);
            await acting.StopAllAsync(token.UserId, "The owner said \"this was not me\"", cancel);
        }
        return result;
    }

    // A thief who changed the address could ask for a reset there: it becomes what it was. When somebody else has it by now, an administrator
    // must help. An address that an administrator corrected stays: the former one may have been a stranger's all along.
    private async Task<string> TakeBackAddressAsync(User user, string mailbox, CancellationToken cancel)
    {
        var normalized = normalizer.NormalizeEmail(mailbox)!;
        if (normalized == user.NormalizedEmail || !await OwnerMovedAsync(user.Id, cancel))
            return user.Email!;
        if (await db.Users.AnyAsync(u => u.Id != user.Id && (u.NormalizedEmail == normalized || u.NormalizedUserName == normalized), cancel))
        {
            user.Lock(SignInGuard.UntilSomebodyActs, "The owner said \"this was not me\" after a change of address, and the former address belongs to another account by now");
            return mailbox;
        }
        user.Identify(user.NormalizedUserName == user.NormalizedEmail ? mailbox : user.UserName!, mailbox, normalizer);
        user.EmailConfirmed = true;
        return mailbox;
    }

    private async Task<bool> OwnerMovedAsync(Guid userId, CancellationToken cancel) =>
        await db.AuditEvents.Where(e => e.TargetId == userId && e.Changes != null && e.Changes.Contains("\"field\":\"Email\",\"before\":\""))
            .OrderByDescending(e => e.UtcMicroseconds).ThenByDescending(e => e.Id).Select(e => e.ActorId).FirstOrDefaultAsync(cancel) == userId;
}
