using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>The one place where a new password is judged and written, whichever way it comes: activation, registration, change, reset.</summary>
public sealed class Passwords(
    UserAdminDbContext db, PasswordHashing hashing, Policies policies, OneTimeTokens tokens, SessionService sessions, IOptions<PasswordSettings> options, TimeProvider clock)
{
    private static readonly Problem UsedBefore = new(ProblemKind.Invalid, "password.used_before", "You had this password before. Choose one that is new here.", "Password");

    /// <summary>Code points a new password needs: fewer for somebody who has a second factor (A02).</summary>
    public int MinimumLengthFor(bool hasSecondFactor) => hasSecondFactor ? options.Value.MinimumLengthWithSecondFactor : options.Value.MinimumLength;

    /// <summary>The hash to keep, or a problem with the field <c>Password</c>. The user needn't be saved yet.</summary>
    public async Task<Result<string>> HashAsync(string password, User user, CancellationToken cancel)
    {
        if (hashing.IsOverloaded)
            return SignInService.Busy;
        var rules = await policies.GetAsync<PasswordRules>(cancel);
        if (PasswordPolicy.Refuse(password, user, MinimumLengthFor(user.TwoFactorEnabled), rules.Words) is { } problem)
            return problem;
        return await WasUsedAsync(password, user, rules.History, cancel) ? UsedBefore : await hashing.HashAsync(password, cancel);
    }

    /// <summary>Whether somebody who has just given this password must choose another one before going on.</summary>
    public async Task<bool> MustBeReplacedAsync(string password, User user, DateTimeOffset now, CancellationToken cancel)
    {
        var maximumAge = (await policies.GetAsync<PasswordRules>(cancel)).MaximumAgeDays;
        return (maximumAge > 0 && (user.PasswordChangedAt ?? user.ActivatedAt ?? user.CreatedAt).AddDays(maximumAge) <= now)
            // A short one was fine as long as there was a second factor.
            || (!user.TwoFactorEnabled && PasswordPolicy.LengthOf(password) < options.Value.MinimumLength);
    }

    /// <summary>
    /// Writes the hash in the caller's transaction and ends whatever the old password opened, but for the session that is kept. False when
    /// the password is not <paramref name="former"/> any more. Without the concurrency stamp: an administrator may be saving the profile.
    /// </summary>
    internal async Task<bool> ReplaceAsync(Guid userId, string? former, string hash, CancellationToken cancel)
    {
        var (now, stamp) = (clock.GetUtcNow(), Guid.NewGuid().ToString("N"));
        var written = await db.Users.Where(u => u.Id == userId && u.PasswordHash == former).ExecuteUpdateAsync(row => row
            .SetProperty(u => u.PasswordHash, hash).SetProperty(u => u.PasswordChangedAt, now).SetProperty(u => u.MustChangePassword, false)
            .SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.UpdatedAt, now), cancel);
        if (written == 0)
            return false;

        if (former is not null)
        {
            var forgotten = await db.FormerPasswords.Where(p => p.UserId == userId).OrderByDescending(p => p.CreatedAt).Skip(PasswordRules.LongestHistory - 1).Select(p => p.Id).ToListAsync(cancel);
            await db.FormerPasswords.Where(p => forgotten.Contains(p.Id)).ExecuteDeleteAsync(cancel);
            db.FormerPasswords.Add(new() { UserId = userId, Hash = former, CreatedAt = now });
        }
        return true;
    }

    /// <summary>Ends sessions, half-open sign-ins, remembered devices and mailed links of the user, in the caller's transaction (C03). Announce what it gives back after the commit.</summary>
    internal async Task<IReadOnlyList<Guid>> CutOffAsync(Guid userId, string reason, CancellationToken cancel, Guid? keptSession = null)
    {
        await tokens.RevokeAllAsync(userId, cancel);
        return await sessions.EndOthersAsync(userId, keptSession, reason, cancel);
    }

    private async Task<bool> WasUsedAsync(string password, User user, int history, CancellationToken cancel)
    {
        if (history == 0)
            return false;
        var former = await db.FormerPasswords.Where(p => p.UserId == user.Id).OrderByDescending(p => p.CreatedAt).Take(history).Select(p => p.Hash).ToListAsync(cancel);
        foreach (var hash in former.Prepend(user.PasswordHash))
            if (hash is not null && await hashing.VerifyAsync(hash, password, cancel) != PasswordVerificationResult.Failed)
                return true;
        return false;
    }
}
