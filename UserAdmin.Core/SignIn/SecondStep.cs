using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Core.SignIn;

public sealed class CodeForm
{
    [Required(ErrorMessage = "Enter the code."), StringLength(100, ErrorMessage = "This is too long for a code.")]
    public string Code { get; set; } = "";

    public bool RememberDevice { get; set; }
}

/// <summary>What somebody may prove themself with in the second step.</summary>
public sealed record SecondStepChoices(Guid UserId, string Name, HeldFactors Held, int RememberDays, CodeTargets Targets, DateTimeOffset? CodeSentAt);

/// <summary>
/// The second step of a sign-in. The cookie of the first opens nothing but this (B09); five wrong codes end it, and ten an hour or a
/// hundred in a row close the second step of the account (B03).
/// </summary>
public sealed class SecondStep(
    UserAdminDbContext db, Entrance entrance, SecondFactors factors, SignInGuard guard, RememberedDevices remembered, PasskeyService passkeys,
    AccessPassService passes, SentCodes sentCodes, Notices notices, TimeProvider clock)
{
    private const int MaximumAttempts = 5;

    public static readonly Problem Over = new(ProblemKind.NotFound, "second_step.over", "This sign-in took too long or had too many wrong codes. Start again with your password.");

    public static readonly Problem WrongCode = new(ProblemKind.Invalid, "second_step.wrong_code", "This code is wrong, too old or was used before. Wait for the next one.", nameof(CodeForm.Code));

    public static readonly Problem WrongSentCode = new(ProblemKind.Invalid, "second_step.wrong_sent_code", "This is not the last code that was sent, or it was used before.", nameof(CodeForm.Code));

    public static readonly Problem WrongRecoveryCode = new(ProblemKind.Invalid, "second_step.wrong_recovery_code", "This is none of your recovery codes, or it was used before.", nameof(CodeForm.Code));

    public static readonly Problem WrongAccessPass = new(ProblemKind.Invalid, "second_step.wrong_access_pass", "This access pass is wrong, too old, or was used or revoked. Ask for a new one.", nameof(CodeForm.Code));

    public static readonly Problem TooMany = new(ProblemKind.Busy, "second_step.too_many", "Too many wrong codes. Try again in an hour, or ask an administrator to reset your second factor.");

    /// <summary>What the person of this half-open sign-in can go on with, or null when it is over.</summary>
    public async Task<SecondStepChoices?> FindAsync(string key, CancellationToken cancel)
    {
        if (await Open(key).AsNoTracking().SingleOrDefaultAsync(cancel) is not { } pending)
            return null;
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == pending.UserId, cancel);
        return new(user.Id, user.FirstName.Length > 0 ? user.FirstName : user.UserName!, await factors.HeldByAsync(user.Id, cancel),
            await remembered.DaysAsync(user.Id, cancel), await sentCodes.TargetsOfAsync(user, cancel), pending.CodeSentAt);
    }

    /// <summary>Goes on with a code of an authenticator app. Problems: <c>second_step.over</c>, <c>.wrong_code</c>, <c>.too_many</c>, <c>sign_in.refused</c>.</summary>
    public Task<Result<Entry>> EnterAppCodeAsync(string key, CodeForm form, SignInOrigin origin, CancellationToken cancel) =>
        EnterAsync(key, "otp", form.RememberDevice, origin, WrongCode, "Wrong code of an authenticator app",
            pending => factors.SpendTotpAsync(pending.UserId, form.Code, cancel), cancel);

    /// <summary>Sends a code by mail or SMS. Problems: <c>second_step.over</c>, <c>sent_code.not_possible</c>, <c>.too_soon</c>, <c>.enough</c>.</summary>
    public async Task<Result> SendCodeAsync(string key, Channel channel, string? correlationId, CancellationToken cancel) =>
        await Open(key).AsNoTracking().SingleOrDefaultAsync(cancel) is { } pending ? await sentCodes.SendAsync(pending, channel, correlationId, cancel) : Over;

    /// <summary>Goes on with a code that was sent that way.</summary>
    public Task<Result<Entry>> EnterSentCodeAsync(string key, Channel channel, CodeForm form, SignInOrigin origin, CancellationToken cancel) =>
        EnterAsync(key, channel == Channel.Sms ? "sms" : "email", form.RememberDevice, origin, WrongSentCode, "Wrong code that was sent",
            pending => sentCodes.SpendAsync(pending, channel, form.Code, cancel), cancel);

    /// <summary>Goes on with a recovery code, which is used up.</summary>
    public Task<Result<Entry>> EnterRecoveryCodeAsync(string key, CodeForm form, SignInOrigin origin, CancellationToken cancel) =>
        EnterAsync(key, "recovery", remember: false, origin, WrongRecoveryCode, "Wrong recovery code", async pending =>
        {
            var somebody = Actor.Anonymous with { Address = origin.Address, CorrelationId = origin.CorrelationId };
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == pending.UserId, cancel);
            if (!await factors.SpendRecoveryCodeAsync(pending.UserId, form.Code, cancel))
                return false;
            db.Record(AuditAction.RecoveryCodeUsed, somebody, user, clock.GetUtcNow());
            await notices.SendAsync(user, "A recovery code was used to sign in", somebody, cancel);
            return true;
        }, cancel);

    /// <summary>Goes on with an access pass that an administrator gave, which is used up.</summary>
    public Task<Result<Entry>> EnterAccessPassAsync(string key, CodeForm form, SignInOrigin origin, CancellationToken cancel) =>
        EnterAsync(key, "pass", remember: false, origin, WrongAccessPass, "Wrong access pass", async pending =>
        {
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == pending.UserId, cancel);
            return await passes.TakeAsync(user, form.Code, Actor.Anonymous with { Address = origin.Address, CorrelationId = origin.CorrelationId }, cancel);
        }, cancel, isGuessable: false);

    /// <summary>Goes on with a passkey whose assertion was verified. It can't be guessed, so no attempt is counted.</summary>
    public async Task<Result<Entry>> EnterPasskeyAsync(string key, VerifiedPasskey verified, bool remember, SignInOrigin origin, CancellationToken cancel)
    {
        if (await Open(key).AsNoTracking().SingleOrDefaultAsync(cancel) is not { } pending)
            return Over;
        if (pending.UserId != verified.UserId)
            return PasskeyService.Refused;
        try
        {
            return await entrance.FinishAsync(pending, Entrance.PasskeyMethod, remember, origin, async () =>
            {
                await passkeys.UseAsync(verified, cancel);
                return null;
            }, cancel);
        }
        catch (DbUpdateException)
        {
            return PasskeyService.Refused;
        }
    }

    private async Task<Result<Entry>> EnterAsync(
        string key, string method, bool remember, SignInOrigin origin, Problem wrong, string reason, Func<PendingSignIn, Task<bool>> prove, CancellationToken cancel,
        bool isGuessable = true)
    {
        if (await TakeAttemptAsync(key, cancel) is not { } pending)
            return Over;
        // Eighty bits need no counter, so an access pass helps somebody whose codes were guessed at, too.
        if (isGuessable && !await guard.TakeCodeAsync(pending.UserId, cancel))
        {
            await RecordFailureAsync(pending, origin, "Paused after too many wrong codes", cancel);
            return TooMany;
        }
        var entry = await entrance.FinishAsync(pending, method, remember, origin, async () =>
        {
            if (!await prove(pending))
                return wrong;
            await guard.ForgetCodesAsync(pending.UserId, cancel);
            return null;
        }, cancel);
        if (entry.Problem != wrong)
            return entry;

        await RecordFailureAsync(pending, origin, reason, cancel);
        if (pending.Attempts < MaximumAttempts)
            return wrong;
        await db.WriteAsync(async () =>
        {
            await db.PendingSignIns.Where(p => p.Id == pending.Id).ExecuteDeleteAsync(cancel);
            return Result.Ok;
        }, cancel);
        return Over;
    }

    // Counted before the code is looked at, so that parallel guesses can't outrun the counter.
    private async Task<PendingSignIn?> TakeAttemptAsync(string key, CancellationToken cancel)
    {
        PendingSignIn? pending = null;
        await db.WriteAsync(async () =>
        {
            var open = Open(key).Where(p => p.Attempts < MaximumAttempts);
            if (await open.ExecuteUpdateAsync(row => row.SetProperty(p => p.Attempts, p => p.Attempts + 1), cancel) == 1)
                pending = await Open(key).AsNoTracking().SingleAsync(cancel);
            return Result.Ok;
        }, cancel);
        return pending;
    }

    private IQueryable<PendingSignIn> Open(string key)
    {
        var (hash, now) = (SessionKey.Hash(key), clock.GetUtcNow());
        return db.PendingSignIns.Where(p => p.KeyHash == hash && p.ExpiresAt > now);
    }

    private async Task RecordFailureAsync(PendingSignIn pending, SignInOrigin origin, string reason, CancellationToken cancel)
    {
        db.ChangeTracker.Clear();
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == pending.UserId, cancel);
        db.Record(AuditAction.SignInFailed, Actor.Anonymous with { Address = origin.Address, CorrelationId = origin.CorrelationId }, user, clock.GetUtcNow(),
            reason: reason, outcome: AuditOutcome.Failure);
        await db.SaveChangesAsync(cancel);
    }
}
