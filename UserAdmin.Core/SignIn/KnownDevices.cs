using Microsoft.AspNetCore.DataProtection;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.SignIn;

/// <summary>Recognises a browser in which somebody signed in before, by a cookie of a year.</summary>
public sealed class KnownDevices(CurrentTenant tenant, IDataProtectionProvider protection)
{
    private IDataProtector Protector => protection.CreateProtector("UserAdmin.KnownDevice", tenant.Tenant.Name);

    public string Remember(Guid userId) => Protector.Protect($"{userId}|{SessionKey.Create()}");

    /// <summary>What tells this device of this user from others, or null for a strange one.</summary>
    public string? Find(string? cookie, Guid userId)
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
