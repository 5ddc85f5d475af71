using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>Lets whoever holds a link choose a new password. Does not sign in, so the second factor is asked for afterwards as ever (A11).</summary>
public sealed class PasswordReset(
    UserAdminDbContext db, OneTimeTokens tokens, Passwords passwords, SignInGuard guard, SessionService sessions, Notices notices, TimeProvider clock)
{
    public static readonly Problem LinkDead = new(ProblemKind.NotFound, "password.link_dead",
        "This link has been used, replaced by a newer one or is too old. Ask for a new one.");

    /// <summary>For whom the link is, and how long the password must be at least; null when it doesn't work any more.</summary>
    public async Task<(string UserName, int MinimumLength)?> FindAsync(string secret, CancellationToken cancel) =>
        await FindOwnerAsync(secret, cancel) is { } found ? (found.User.UserName!, passwords.MinimumLengthFor(found.User.TwoFactorEnabled)) : null;

    public async Task<Result> ResetAsync(string secret, NewPasswordForm form, SignInOrigin origin, CancellationToken cancel)
    {
        if (await FindOwnerAsync(secret, cancel) is not { } found)
            return LinkDead;
        var (token, user) = found;
        var hash = await passwords.HashAsync(form.Password, user, cancel);
        if (!hash.Succeeded)
            return hash.Problem;

        IReadOnlyList<Guid> ended = [];
        var result = await db.WriteAsync(async () =>
        {
            if (!await tokens.SpendAsync(token, cancel) || !await passwords.ReplaceAsync(user.Id, user.PasswordHash, hash.Value, cancel))
                return LinkDead;
            ended = await passwords.CutOffAsync(user.Id, "Password reset", cancel);
            await guard.ForgetAllAsync(user.Id, cancel);
            // A link that was mailed proves the mailbox; one that was handed over says nothing of it.
            if (token.Subject is not null && token.Subject == user.Email)
                await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(row => row.SetProperty(u => u.EmailConfirmed, true), cancel);
            db.Record(AuditAction.PasswordReset, origin.Somebody, user, clock.GetUtcNow());
            await notices.SendAsync(user, "Your password was reset", origin.Somebody, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            sessions.Announce(ended);
        return result;
    }

    private async Task<(OneTimeToken Token, User User)?> FindOwnerAsync(string secret, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await tokens.FindAsync(secret, OneTimePurpose.PasswordReset, cancel) is { } token
            && await db.Users.AsNoTracking().WithStatus(UserStatus.Active, now).SingleOrDefaultAsync(u => u.Id == token.UserId, cancel) is { } user
                ? (token, user)
                : null;
    }
}
