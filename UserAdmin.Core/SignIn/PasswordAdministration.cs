using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>What an administrator can do about the password and the address of somebody else at this moment.</summary>
public sealed record PasswordHelp(bool MaySendLink, bool MayRequire, bool MayConfirmEmail);

/// <summary>
/// Helps people back in. Nobody ever sees or chooses somebody else's password (A10): there are only links with which its owner chooses one.
/// Everything needs <see cref="Permission.UsersResetPassword"/>, a reason and a recent sign-in, and is told to the person. Problems of <see cref="SecurityActs"/>.
/// </summary>
public sealed class PasswordAdministration(
    UserAdminDbContext db, SecurityActs acts, LinkMail mail, Notices notices, SessionService sessions, TimeProvider clock)
{
    private static readonly Problem NotNow = new(ProblemKind.Conflict, "password.not_now", "The state of this account changed in the meantime. Load the page again.");

    public async Task<PasswordHelp> FindAsync(Guid id, Actor actor, CancellationToken cancel) =>
        actor.CanSomewhere(Permission.UsersResetPassword) && await db.Users.VisibleTo(actor, db).Within(actor, Permission.UsersResetPassword, db).AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancel) is { } user
            ? HelpFor(user)
            : new(false, false, false);

    /// <summary>Mails the person a link to choose a new password.</summary>
    public Task<Result> SendLinkAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        HelpAsync(id, reason, actor, AuditAction.PasswordResetSent, help => help.MaySendLink, user => mail.SendResetAsync(user, user.Email!, actor.CorrelationId, cancel), cancel);

    /// <summary>Makes the link for the administrator to hand over, when the person can't read their mail. It is shown once.</summary>
    public async Task<Result<string>> MakeLinkAsync(Guid id, string reason, Actor actor, CancellationToken cancel)
    {
        var link = "";
        var made = await HelpAsync(id, reason, actor, AuditAction.PasswordLinkMade, help => help.MaySendLink, async user =>
        {
            link = await mail.MakeResetAsync(user.Id, null, cancel);
            await notices.SendAsync(user, "An administrator made a link with which your password can be replaced", actor, cancel);
        }, cancel);
        return made.Succeeded ? link : made.Problem;
    }

    /// <summary>Ends all sessions; at the next sign-in nothing else opens before a new password is chosen.</summary>
    public async Task<Result> RequireAsync(Guid id, string reason, Actor actor, CancellationToken cancel)
    {
        IReadOnlyList<Guid> ended = [];
        var required = await HelpAsync(id, reason, actor, AuditAction.PasswordRequired, help => help.MayRequire, async user =>
        {
            user.MustChangePassword = true;
            ended = await sessions.EndOthersAsync(user.Id, null, "A new password is required", cancel);
            await notices.SendAsync(user, "An administrator requires that you choose a new password when you sign in next", actor, cancel);
        }, cancel);
        if (required.Succeeded)
            sessions.Announce(ended);
        return required;
    }

    /// <summary>Takes the address as confirmed. An account that only waited for that works from now on.</summary>
    public Task<Result> ConfirmEmailAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        HelpAsync(id, reason, actor, AuditAction.EmailConfirmedByHand, help => help.MayConfirmEmail, async user =>
        {
            user.EmailConfirmed = true;
            user.ActivatedAt ??= clock.GetUtcNow();
            await notices.SendAsync(user, "An administrator confirmed your email address", actor, cancel);
        }, cancel);

    private PasswordHelp HelpFor(User user)
    {
        if (user.IsServiceAccount)
            return new(false, false, false);
        var status = user.StatusAt(clock.GetUtcNow());
        return new(status == UserStatus.Active, status == UserStatus.Active && user is { PasswordHash: not null, MustChangePassword: false },
            !user.EmailConfirmed && (status == UserStatus.Active || (status == UserStatus.Pending && user.PasswordHash is not null)));
    }

    private async Task<Result> HelpAsync(
        Guid id, string reason, Actor actor, AuditAction action, Func<PasswordHelp, bool> may, Func<User, Task> help, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(id, Permission.UsersResetPassword, reason, actor, cancel) is { } refused)
            return refused;

        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            var user = await db.Users.SingleAsync(u => u.Id == id, cancel);
            if (!may(HelpFor(user)))
                return NotNow;
            await help(user);
            var changes = FieldChange.Of(db.Entry(user));
            if (changes.Count > 0)
                (user.UpdatedAt, user.ConcurrencyStamp) = (now, Guid.NewGuid().ToString("N"));
            db.Record(action, actor, user, now, changes, Text.Squeeze(reason));
            try
            {
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }
            catch (DbUpdateConcurrencyException)
            {
                return NotNow;
            }
        }, cancel);
    }
}
