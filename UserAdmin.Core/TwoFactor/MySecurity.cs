using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.TwoFactor;

/// <summary>What a person's own page about security shows.</summary>
public sealed record SecurityOverview(
    IReadOnlyList<AuthenticatorRow> Authenticators, IReadOnlyList<PasskeyRow> Passkeys, RecoveryCodeCount RecoveryCodes, int RememberedDevices)
{
    public bool HasSecondFactor => Authenticators.Count + Passkeys.Count > 0;
}

public sealed class MySecurity(UserAdminDbContext db, AuthenticatorService authenticators, PasskeyService passkeys, RecoveryCodes recoveryCodes, TimeProvider clock)
{
    public async Task<SecurityOverview> FindAsync(Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return new(
            await authenticators.ListAsync(actor, cancel),
            await passkeys.ListAsync(actor, cancel),
            await recoveryCodes.CountAsync(actor, cancel),
            await db.Devices.CountAsync(d => d.UserId == actor.UserId && d.RememberedUntil > now, cancel));
    }
}
