using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
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

/// <summary>
/// Where a sign-in comes from; <paramref name="DeviceCookie"/> is what a former sign-in left on the device, <paramref name="Languages"/> what
/// the browser says of its languages.
/// </summary>
public sealed record SignInOrigin(string? Address, string? UserAgent, string? DeviceCookie, string? CorrelationId, string? Languages = null)
{
    /// <summary>What kind of session a sign-in from there opens.</summary>
    public SessionKind Kind { get; init; }

    /// <summary>Who acts from there, as long as it isn't known who they are.</summary>
    public Actor Somebody => Actor.Anonymous with { Address = Address, CorrelationId = CorrelationId };
}

/// <summary>Signs people in by password. Unknown, locked, inactive and pending accounts answer like a wrong password, and as late (ASVS 6.3.8).</summary>
public sealed class SignInService(
    UserAdminDbContext db, SignInGuard guard, Entrance entrance, Devices devices, PasswordHashing hashing, Passwords passwords, ILookupNormalizer normalizer, TimeProvider clock)
{
    public static readonly Problem Refused = new(ProblemKind.Invalid, "sign_in.refused",
        "These don't match an account that can sign in. After a few wrong tries an account pauses for some minutes.");

    public static readonly Problem TooMany = new(ProblemKind.Busy, "sign_in.too_many", "Too many sign-ins failed from your network. Try again in ten minutes.");

    public static readonly Problem Busy = new(ProblemKind.Busy, "sign_in.busy", "Too many people are signing in at this moment. Try again in a few seconds.");

    /// <summary>Problems: <c>sign_in.refused</c>, and <c>sign_in.too_many</c> or <c>sign_in.busy</c>, which say nothing about the account.</summary>
    public async Task<Result<Entry>> SignInAsync(SignInForm form, SignInOrigin origin, CancellationToken cancel)
    {
        if (hashing.IsOverloaded)
            return Busy;

        var name = normalizer.NormalizeName(form.Login)!;
        var named = name.Contains('@') ? db.Users.Where(u => u.NormalizedEmail == name) : db.Users.Where(u => u.NormalizedUserName == name);
        var user = await named.AsNoTracking().SingleOrDefaultAsync(cancel);
        var addressKey = SignInGuard.KeyOfAddress(origin.Address);
        var device = await devices.FindAsync(user?.Id ?? Guid.Empty, origin, cancel);
        var key = user is null ? SignInGuard.KeyOfUnknown(name)
            : device is not null ? SignInGuard.KeyOfDevice(device.Id)
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
        var mustReplace = await passwords.MustBeReplacedAsync(form.Password, user, now, cancel);
        return await entrance.EnterAsync(user.Id, "pwd", origin, form.RememberMe, async () =>
        {
            if (mustReplace)
                await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(row => row.SetProperty(u => u.MustChangePassword, true), cancel);
            if (newHash is not null)
            {
                // Without the concurrency stamp: an administrator may be saving the profile at this moment.
                await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(row => row.SetProperty(u => u.PasswordHash, newHash), cancel);
                db.Record(AuditAction.PasswordRehashed, Actor.System, user, now);
            }
            await guard.ForgetAsync(key, addressKey, cancel);
        }, cancel);
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
        db.Record(AuditAction.SignInFailed, origin.Somebody, target, now, reason: reason, outcome: AuditOutcome.Failure);
        await db.SaveChangesAsync(cancel);
    }
}
