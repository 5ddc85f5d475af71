using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

public sealed class PasswordForm : NewPasswordForm
{
    [StringLength(512, ErrorMessage = "This is too long for a password.")]
    public string Current { get; set; } = "";
}

/// <summary>What somebody may know of their own password. <paramref name="IsMissing"/>: they sign in in other ways only.</summary>
public sealed record PasswordFacts(bool IsMissing, DateTimeOffset? ChangedAt, int MinimumLength, bool MustChange);

/// <summary>Lets people replace their own password. Every way ends all other sessions, half-open sign-ins, remembered devices and mailed links (C03), and tells the owner (A14).</summary>
public sealed class PasswordService(
    UserAdminDbContext db, Passwords passwords, PasswordHashing hashing, SignInGuard guard, SessionService sessions, Notices notices, TimeProvider clock)
{
    public static readonly Problem WrongCurrent = new(ProblemKind.Invalid, "password.wrong_current", "This is not your current password.", nameof(PasswordForm.Current));

    private static readonly Problem Paused = new(ProblemKind.Busy, "password.paused",
        "The current password was wrong too often. Try again later, or use \"Forgot your password?\" on the sign-in page.", nameof(PasswordForm.Current));

    private static readonly Problem NothingToDo = new(ProblemKind.Conflict, "password.nothing_to_do", "Your password needn't be changed.");

    public async Task<PasswordFacts?> FindAsync(Actor actor, CancellationToken cancel)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == actor.UserId, cancel);
        return user is null ? null : new(user.PasswordHash is null, user.PasswordHash is null ? null : user.PasswordChangedAt ?? user.ActivatedAt,
            passwords.MinimumLengthFor(user.TwoFactorEnabled), user.MustChangePassword);
    }

    /// <summary>
    /// Changes the actor's own password and keeps the session they do it in. The current password is asked for, and wrong ones are counted
    /// (B06). Somebody who has none needs a fresh sign-in instead.
    /// </summary>
    public async Task<Result> ChangeAsync(PasswordForm form, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var now = clock.GetUtcNow();
        if (await db.Users.Existing().AsNoTracking().SingleOrDefaultAsync(u => u.Id == actor.UserId, cancel) is not { } user)
            return UserProblems.NotAllowed;
        if (hashing.IsOverloaded)
            return SignInService.Busy;
        if (user.PasswordHash is null && actor.NeedsStepUpAt(now))
            return StepUp.Needed;
        if (user.PasswordHash is not null && await RefuseCurrentAsync(user, form.Current, actor, now, cancel) is { } wrong)
            return wrong;
        return await ReplaceAsync(user, form.Password, actor, now, cancel);
    }

    /// <summary>Replaces a password that must not be kept, right after signing in with it.</summary>
    public async Task<Result> ReplaceRequiredAsync(NewPasswordForm form, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var now = clock.GetUtcNow();
        if (await db.Users.Existing().AsNoTracking().SingleOrDefaultAsync(u => u.Id == actor.UserId && u.MustChangePassword, cancel) is not { } user)
            return NothingToDo;
        return actor.NeedsStepUpAt(now) ? StepUp.Needed : await ReplaceAsync(user, form.Password, actor, now, cancel);
    }

    private async Task<Problem?> RefuseCurrentAsync(User user, string current, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        var key = SignInGuard.KeyOfPasswordChange(user.Id);
        if (!await guard.TakeAloneAsync(key, user.Id, cancel))
            return Paused;
        if (await hashing.VerifyAsync(user.PasswordHash, current, cancel) == PasswordVerificationResult.Failed)
        {
            db.Record(AuditAction.PasswordChangeFailed, actor, user, now, reason: "Wrong current password", outcome: AuditOutcome.Failure);
            await db.SaveChangesAsync(cancel);
            return WrongCurrent;
        }
        await db.WriteAsync(async () =>
        {
            await guard.ForgetAsync(key, cancel);
            return Result.Ok;
        }, cancel);
        return null;
    }

    private async Task<Result> ReplaceAsync(User user, string password, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        var hash = await passwords.HashAsync(password, user, cancel);
        if (!hash.Succeeded)
            return hash.Problem;

        IReadOnlyList<Guid> ended = [];
        var result = await db.WriteAsync(async () =>
        {
            // Somebody who changed it a moment before in another window wins.
            if (!await passwords.ReplaceAsync(user.Id, user.PasswordHash, hash.Value, cancel))
                return WrongCurrent;
            ended = await passwords.CutOffAsync(user.Id, "Password changed", cancel, actor.SessionId);
            db.Record(AuditAction.PasswordChanged, actor, user, now);
            await notices.SendAsync(user, "Your password was changed", actor, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            sessions.Announce(ended, kept: actor.SessionId);
        return result;
    }
}
