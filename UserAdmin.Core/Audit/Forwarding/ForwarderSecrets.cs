using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>Encrypts what forwarders sign and sign in with. It is never shown again.</summary>
public sealed class ForwarderSecrets(IDataProtectionProvider protection, CurrentTenant tenant)
{
    private IDataProtector Protector => protection.CreateProtector("UserAdmin.Forwarding", tenant.Tenant.Name);

    public string? Protect(string secret) => secret.Length == 0 ? null : Protector.Protect(secret);

    public string? Read(string? kept) => kept is null ? null : Protector.Unprotect(kept);

    public static string Make() => $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
}
