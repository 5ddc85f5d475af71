using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

public sealed class SignInForm
{
    [Required(ErrorMessage = "Enter your email address or user name."), StringLength(254, ErrorMessage = "This is too long for an email address or user name.")]
    public string Login { get; set; } = "";

    [Required(ErrorMessage = "Enter your password."), StringLength(512, ErrorMessage = "This is too long for a password.")]
    public string Password { get; set; } = "";

    public bool RememberMe { get; set; }
}

/// <summary>Where a sign-in comes from; <paramref name="DeviceCookie"/> is what a former sign-in left on the device.</summary>
public sealed record SignInOrigin(string? Address, string? UserAgent, string? DeviceCookie, string? CorrelationId);

/// <summary>What the browser must keep: the session's key and the mark of a known device.</summary>
public sealed record SignedIn(string SessionKey, DateTimeOffset ExpiresAt, string DeviceCookie);

/// <summary>Signs people in by password. Unknown, locked, inactive and pending accounts answer like a wrong password, and as late (ASVS 6.3.8).</summary>
public sealed class SignInService(
    UserAdminDbContext db, CurrentTenant tenant, SignInGuard guard, SessionService sessions, PasswordHashing hashing,
    ILookupNormalizer normalizer, IDataProtectionProvider protection, TimeProvider clock)
{
    public static readonly Problem Refused = new(ProblemKind.Invalid, "sign_in.refused",
        "These don't match an account that can sign in. After a few wrong tries an account pauses for some minutes.");

    public static readonly Problem TooMany = new(ProblemKind.Busy, "sign_in.too_many", "Too many sign-ins failed from your network. Try again in ten minutes.");

    public static readonly Problem Busy = new(ProblemKind.Busy, "sign_in.busy", "Too many people are signing in at this moment. Try again in a few seconds.");

    private const string DevicePurpose = "UserAdmin.KnownDevice";

    /// <summary>Problems: <c>sign_in.refused</c>, and <c>sign_in.too_many</c> or <c>sign_in.busy</c>, which say nothing about the account.</summary>
    public async Task<Result<SignedIn>> SignInAsync(SignInForm form, SignInOrigin origin, CancellationToken cancel)
    {
        if (hashing.IsOverloaded)
            return Busy;

        var name = normalizer.NormalizeName(form.Login)!;
        var named = name.Contains('@') ? db.Users.Where(u => u.NormalizedEmail == name) : db.Users.Where(u => u.NormalizedUserName == name);
        var user = await named.AsNoTracking().SingleOrDefaultAsync(cancel);
        var addressKey = SignInGuard.KeyOfAddress(origin.Address);
        var key = user is null ? SignInGuard.KeyOfUnknown(name)
            : KnownDevice(origin.DeviceCookie, user.Id) is { } nonce ? SignInGuard.KeyOfDevice(user.Id, nonce)
            : SignInGuard.KeyOfUser(user.Id);

        var (mayTry, addressMayTry) = await TakeAttemptAsync(key, addressKey, user?.Id, cancel);
        if (!addressMayTry)
            return TooMany;

        // The work is the same whatever the account is; only the answer to "may it" differs.
        var verified = await hashing.VerifyAsync(mayTry ? user?.PasswordHash : null, form.Password, cancel);
        var now = clock.GetUtcNow();
        if (user is null || verified == PasswordVerificationResult.Failed || user.StatusAt(now) != UserStatus.Active)
        {
            await RecordFailureAsync(form, user, origin, mayTry, now, cancel);
            return Refused;
        }

        var newHash = verified == PasswordVerificationResult.SuccessRehashNeeded ? await hashing.HashAsync(form.Password, cancel) : null;
        return await OpenSessionAsync(user.Id, form, origin, key, addressKey, newHash, now, cancel);
    }

    private async Task<(bool Account, bool Address)> TakeAttemptAsync(string key, string addressKey, Guid? userId, CancellationToken cancel)
    {
        var (account, address) = (false, false);
        for (var attempt = 0; ; attempt++)
            try
            {
                await db.WriteAsync(async () =>
                {
                    address = await guard.TakeAsync(addressKey, null, isAddress: true, cancel);
                    account = address && await guard.TakeAsync(key, userId, isAddress: false, cancel);
                    return Result.Ok;
                }, cancel);
                return (account, address);
            }
            catch (DbUpdateException) when (attempt < 3)
            {
                // Two first attempts at once both insert the row; the loser counts again on the winner's.
                db.ChangeTracker.Clear();
            }
    }

    private async Task RecordFailureAsync(SignInForm form, User? user, SignInOrigin origin, bool wasTried, DateTimeOffset now, CancellationToken cancel)
    {
        var target = user is null ? new AuditTarget(null, Text.Shorten(Text.Squeeze(form.Login), 100)) : user;
        var reason = !wasTried ? "Paused after too many wrong passwords"
            : user is null ? "No such account"
            : user.StatusAt(now) is var status and not UserStatus.Active ? $"The account is {status.ToString().ToLowerInvariant()}"
            : "Wrong password";
        db.Record(AuditAction.SignInFailed, Anonymous(origin), target, now, reason: reason, outcome: AuditOutcome.Failure);
        await db.SaveChangesAsync(cancel);
    }

    private async Task<Result<SignedIn>> OpenSessionAsync(
        Guid userId, SignInForm form, SignInOrigin origin, string key, string addressKey, string? newHash, DateTimeOffset now, CancellationToken cancel)
    {
        SignedIn? signedIn = null;
        var result = await db.WriteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);

            // Somebody may have deactivated the account while the hash was computed.
            if (user.StatusAt(now) != UserStatus.Active)
                return Refused;

            var (session, sessionKey) = sessions.Open(user, origin.Address, origin.UserAgent, form.RememberMe, now);
            var actor = Anonymous(origin) with { Kind = ActorKind.User, UserId = user.Id, Name = ((AuditTarget)user).Name, SessionId = session.Id };
            // Without the concurrency stamp: an administrator may be saving the profile at this moment.
            var passwordHash = newHash ?? user.PasswordHash;
            await db.Users.Where(u => u.Id == userId)
                .ExecuteUpdateAsync(row => row.SetProperty(u => u.LastSignInAt, now).SetProperty(u => u.PasswordHash, passwordHash), cancel);
            if (newHash is not null)
                db.Record(AuditAction.PasswordRehashed, Actor.System, user, now);
            db.Record(AuditAction.SignedIn, actor, user, now);
            await guard.ForgetAsync(key, addressKey, cancel);
            await db.SaveChangesAsync(cancel);
            signedIn = new(sessionKey, session.ExpiresAt, Remember(userId));
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? signedIn! : result.Problem;
    }

    private static Actor Anonymous(SignInOrigin origin) => Actor.Anonymous with { Address = origin.Address, CorrelationId = origin.CorrelationId };

    private IDataProtector Protector => protection.CreateProtector(DevicePurpose, tenant.Tenant.Name);

    private string Remember(Guid userId) => Protector.Protect($"{userId}|{SessionKey.Create()}");

    private string? KnownDevice(string? cookie, Guid userId)
    {
        if (string.IsNullOrEmpty(cookie))
            return null;
        try
        {
            var parts = Protector.Unprotect(cookie).Split('|');
            return parts is [var id, var nonce] && id == userId.ToString() ? nonce : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
