using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.TwoFactor;

/// <summary>Which second factors somebody holds.</summary>
public sealed record HeldFactors(bool Authenticator, bool Passkey, bool RecoveryCode)
{
    public bool Any => Authenticator || Passkey;
}

/// <summary>Judges codes, for sign-in and step-up alike. Whoever calls has counted the attempt, and runs this in the transaction of what the code opens.</summary>
public sealed class SecondFactors(UserAdminDbContext db, CurrentTenant tenant, IDataProtectionProvider protection, FeatureSwitches features, TimeProvider clock)
{
    private IDataProtector Protector => protection.CreateProtector("UserAdmin.Authenticator", tenant.Tenant.Name);

    public async Task<HeldFactors> HeldByAsync(Guid userId, CancellationToken cancel) => new(
        await db.Authenticators.AnyAsync(a => a.UserId == userId && a.ConfirmedAt != null, cancel),
        await features.IsOnAsync(Feature.Passkeys, cancel) && await db.UserPasskeys.AnyAsync(p => p.UserId == userId, cancel),
        await db.RecoveryCodes.AnyAsync(c => c.UserId == userId && c.UsedAt == null, cancel));

    /// <summary>
    /// Uses up a code of any of the user's authenticator apps. The condition on the last used step is what makes a code work once, also in
    /// parallel and across enrolment, sign-in and step-up (B01).
    /// </summary>
    public async Task<bool> SpendTotpAsync(Guid userId, string code, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var typed = Clean(code);
        var spent = false;
        foreach (var authenticator in await db.Authenticators.AsNoTracking().Where(a => a.UserId == userId && a.ConfirmedAt != null).ToListAsync(cancel))
            if (Seed(authenticator.ProtectedSeed) is { } seed && Totp.FindStep(seed, typed, now) is { } step)
                spent |= await db.Authenticators.Where(a => a.Id == authenticator.Id && a.LastUsedStep < step)
                    .ExecuteUpdateAsync(row => row.SetProperty(a => a.LastUsedStep, step).SetProperty(a => a.LastUsedAt, now), cancel) == 1;
        return spent;
    }

    /// <summary>Uses up a recovery code (B05).</summary>
    public async Task<bool> SpendRecoveryCodeAsync(Guid userId, string code, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var hash = HashOf(code);
        return await db.RecoveryCodes.Where(c => c.UserId == userId && c.Hash == hash && c.UsedAt == null)
            .ExecuteUpdateAsync(row => row.SetProperty(c => c.UsedAt, now), cancel) == 1;
    }

    internal string Protect(byte[] seed) => Protector.Protect(Convert.ToBase64String(seed));

    /// <summary>Null when the key it was encrypted with is lost: the app is then worth nothing, other factors still work.</summary>
    internal byte[]? Seed(string protectedSeed)
    {
        try
        {
            return Convert.FromBase64String(Protector.Unprotect(protectedSeed));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    internal static byte[] HashOf(string recoveryCode) => SessionKey.Hash(Clean(recoveryCode).ToUpperInvariant());

    /// <summary>People type codes with the spaces and dashes they are shown with.</summary>
    internal static string Clean(string code) => string.Concat(code.Normalize(NormalizationForm.FormKC).Where(char.IsLetterOrDigit));
}
