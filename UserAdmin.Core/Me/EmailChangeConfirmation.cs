using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

/// <summary>Moves an account to the address whose mailbox confirmed it, and ends whatever else was open (C03).</summary>
public sealed class EmailChangeConfirmation(
    UserAdminDbContext db, OneTimeTokens tokens, Passwords passwords, SessionService sessions, Notices notices, ILookupNormalizer normalizer, TimeProvider clock)
{
    public static readonly Problem LinkDead = new(ProblemKind.NotFound, "email_change.link_dead",
        "This link has been used, replaced by a newer one or is too old. Ask for a new one on your profile.");

    /// <summary>The new address, or null when the link doesn't work any more.</summary>
    public async Task<string?> FindEmailAsync(string secret, CancellationToken cancel) =>
        (await tokens.FindAsync(secret, OneTimePurpose.EmailChange, cancel))?.Subject;

    /// <summary>Uses the link up. The session it is confirmed in stays when it is the user's own.</summary>
    public async Task<Result> ConfirmAsync(string secret, SignInOrigin origin, Guid? sessionId, CancellationToken cancel)
    {
        if (await tokens.FindAsync(secret, OneTimePurpose.EmailChange, cancel) is not { Subject: { } email } token)
            return LinkDead;

        IReadOnlyList<Guid> ended = [];
        var result = await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            var user = await tokens.SpendAsync(token, cancel) ? await db.Users.WithStatus(UserStatus.Active, now).SingleOrDefaultAsync(u => u.Id == token.UserId, cancel) : null;
            if (user is null || await IsTakenAsync(user, email, cancel))
                return LinkDead;

            var former = user.Email!;
            user.Identify(user.NormalizedUserName == user.NormalizedEmail ? email : user.UserName!, email, normalizer);
            (user.EmailConfirmed, user.UpdatedAt) = (true, now);
            (user.SecurityStamp, user.ConcurrencyStamp) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));

            // The link came out of a fresh sign-in of the owner: it is they who move.
            var owner = new Actor(ActorKind.User, user.Id, ((AuditTarget)user).Name, Access.None) { Address = origin.Address, CorrelationId = origin.CorrelationId };
            db.Record(AuditAction.EmailChanged, owner, user, now, FieldChange.Of(db.Entry(user)));
            ended = await passwords.CutOffAsync(user.Id, "Email address changed", cancel, sessionId);
            await notices.SendToAsync(former, user, "Your email address was changed to {0}", owner, cancel, email);
            try
            {
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }
            catch (DbUpdateException)
            {
                // Somebody took the address at the same moment.
                return LinkDead;
            }
        }, cancel);
        if (result.Succeeded)
            sessions.Announce(ended, kept: sessionId);
        return result;
    }

    private async Task<bool> IsTakenAsync(User user, string email, CancellationToken cancel)
    {
        var normalized = normalizer.NormalizeEmail(email)!;
        return await db.Users.AnyAsync(u => u.Id != user.Id && (u.NormalizedEmail == normalized || u.NormalizedUserName == normalized), cancel);
    }
}
