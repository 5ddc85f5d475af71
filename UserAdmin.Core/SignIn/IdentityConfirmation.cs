using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

public sealed class ProofForm
{
    [Required(ErrorMessage = "This is needed to go on."), StringLength(512, ErrorMessage = "This is too long.")]
    public string Proof { get; set; } = "";
}

/// <summary>What somebody can confirm with that it's them: the strongest factor they hold, else the password.</summary>
public sealed record ConfirmationChoices(HeldFactors Held, bool HasPassword)
{
    public bool ByPassword => HasPassword && !Held.Any;
}

/// <summary>The new key for the session's cookie.</summary>
public sealed record RenewedSession(string Key, DateTimeOffset ExpiresAt, bool IsPersistent);

/// <summary>
/// Step-up: lets the owner of an open session prove again who they are (C11, B06). The session gets a new key (C01), and sensitive acts are
/// open for ten minutes. Wrong tries count like those at sign-in.
/// </summary>
public sealed class IdentityConfirmation(
    UserAdminDbContext db, SecondFactors factors, SignInGuard guard, PasswordHashing hashing, SessionDirectory directory, CurrentTenant tenant, TimeProvider clock)
{
    public static readonly Problem WrongPassword = new(ProblemKind.Invalid, "confirmation.wrong_password", "This is not your password. After a few wrong tries it pauses for some minutes.", nameof(ProofForm.Proof));

    public static readonly Problem WrongCode = new(ProblemKind.Invalid, "confirmation.wrong_code", "This code is wrong, too old or was used before.", nameof(ProofForm.Proof));

    public static readonly Problem WrongPasskey = new(ProblemKind.Invalid, "confirmation.wrong_passkey", "The passkey could not be verified. Try again.");

    public async Task<ConfirmationChoices> ChoicesAsync(Actor actor, CancellationToken cancel) => new(
        await factors.HeldByAsync(actor.UserId!.Value, cancel),
        await db.Users.AnyAsync(u => u.Id == actor.UserId && u.PasswordHash != null, cancel));

    /// <summary>Takes a code of an authenticator app or a recovery code from people who hold a factor, and the password from others.</summary>
    public async Task<Result<RenewedSession>> ConfirmAsync(ProofForm form, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (hashing.IsOverloaded)
            return SignInService.Busy;
        var choices = await ChoicesAsync(actor, cancel);
        return choices.ByPassword ? await ConfirmPasswordAsync(form.Proof, actor, cancel) : await ConfirmCodeAsync(form.Proof, actor, cancel);
    }

    /// <summary>For a passkey whose assertion was verified; <paramref name="spend"/> uses its challenge up.</summary>
    public async Task<Result<RenewedSession>> ConfirmPasskeyAsync(Func<Task> spend, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        try
        {
            return await RenewAsync(actor, WrongPasskey, async () =>
            {
                await spend();
                return true;
            }, cancel);
        }
        catch (DbUpdateException)
        {
            return await RefuseAsync(actor, WrongPasskey, "A passkey's challenge was used before", cancel);
        }
    }

    private async Task<Result<RenewedSession>> ConfirmPasswordAsync(string password, Actor actor, CancellationToken cancel)
    {
        var userId = actor.UserId!.Value;
        var mayTry = await guard.TakeConfirmationAsync(userId, cancel);
        var hash = await db.Users.Where(u => u.Id == userId).Select(u => u.PasswordHash).SingleAsync(cancel);
        var verified = await hashing.VerifyAsync(mayTry ? hash : null, password, cancel);
        if (verified == PasswordVerificationResult.Failed)
            return await RefuseAsync(actor, WrongPassword, mayTry ? "Wrong password" : "Paused after too many wrong passwords", cancel);

        return await RenewAsync(actor, WrongPassword, async () =>
        {
            await guard.ForgetConfirmationsAsync(userId, cancel);
            // Somebody may have changed it while it was verified.
            return await db.Users.AnyAsync(u => u.Id == userId && u.PasswordHash == hash, cancel);
        }, cancel);
    }

    private async Task<Result<RenewedSession>> ConfirmCodeAsync(string code, Actor actor, CancellationToken cancel)
    {
        var userId = actor.UserId!.Value;
        if (!await guard.TakeCodeAsync(userId, cancel))
            return await RefuseAsync(actor, SecondStep.TooMany, "Paused after too many wrong codes", cancel);

        var renewed = await RenewAsync(actor, WrongCode, async () =>
        {
            var isRight = SecondFactors.Clean(code).Length == Totp.Digits
                ? await factors.SpendTotpAsync(userId, code, cancel)
                : await factors.SpendRecoveryCodeAsync(userId, code, cancel);
            if (isRight)
                await guard.ForgetCodesAsync(userId, cancel);
            return isRight;
        }, cancel);
        return renewed.Problem == WrongCode ? await RefuseAsync(actor, WrongCode, "Wrong code", cancel) : renewed;
    }

    private async Task<Result<RenewedSession>> RenewAsync(Actor actor, Problem wrong, Func<Task<bool>> prove, CancellationToken cancel)
    {
        RenewedSession? renewed = null;
        var now = clock.GetUtcNow();
        var result = await db.WriteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            if (!await prove())
                return wrong;
            var key = SessionKey.Create();
            var hash = SessionKey.Hash(key);
            var open = db.Sessions.Where(s => s.Id == actor.SessionId && s.EndedAt == null);
            if (await open.ExecuteUpdateAsync(row => row.SetProperty(s => s.KeyHash, hash).SetProperty(s => s.AuthenticatedAt, now), cancel) == 0)
                return SessionService.NotFound;
            renewed = await open.Select(s => new RenewedSession(key, s.ExpiresAt, s.IsPersistent)).SingleAsync(cancel);
            db.Record(AuditAction.IdentityConfirmed, actor, await TargetAsync(actor, cancel), now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (!result.Succeeded)
            return result.Problem;
        directory.Refresh(tenant.Tenant, actor.SessionId!.Value);
        return renewed!;
    }

    private async Task<Problem> RefuseAsync(Actor actor, Problem problem, string reason, CancellationToken cancel)
    {
        db.ChangeTracker.Clear();
        db.Record(AuditAction.IdentityNotConfirmed, actor, await TargetAsync(actor, cancel), clock.GetUtcNow(), reason: reason, outcome: AuditOutcome.Failure);
        await db.SaveChangesAsync(cancel);
        return problem;
    }

    private Task<User> TargetAsync(Actor actor, CancellationToken cancel) => db.Users.AsNoTracking().SingleAsync(u => u.Id == actor.UserId, cancel);
}
