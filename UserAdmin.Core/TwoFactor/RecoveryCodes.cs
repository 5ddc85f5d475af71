using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.TwoFactor;

public sealed record RecoveryCodeCount(int Left, DateTimeOffset? MadeAt);

/// <summary>Ten codes of 80 bits, each good once (B05). Their text is given out when they are made and is nowhere kept.</summary>
public sealed class RecoveryCodes(UserAdminDbContext db, FactorChanges changes, TimeProvider clock)
{
    private const int Count = 10, Bytes = 10;

    private static readonly Problem NothingToRecover = new(ProblemKind.Conflict, "recovery_codes.no_factor", "Set up an authenticator app or a passkey first. Recovery codes stand in for them.");

    public async Task<RecoveryCodeCount> CountAsync(Actor actor, CancellationToken cancel)
    {
        var codes = await db.RecoveryCodes.Where(c => c.UserId == actor.UserId).Select(c => new { c.CreatedAt, IsLeft = c.UsedAt == null }).ToListAsync(cancel);
        return new(codes.Count(c => c.IsLeft), codes.Count == 0 ? null : codes.Max(c => c.CreatedAt));
    }

    /// <summary>Makes new codes; the old ones stop working.</summary>
    public async Task<Result<Enrolled>> RegenerateAsync(Actor actor, CancellationToken cancel)
    {
        string[] codes = [];
        var result = await changes.ChangeAsync(actor, AuditAction.RecoveryCodesMade, "New recovery codes were made for your account", async userId =>
        {
            if (!await db.Users.AnyAsync(u => u.Id == userId && u.TwoFactorEnabled, cancel))
                return NothingToRecover;
            codes = await ReplaceAsync(userId, cancel);
            return Array.Empty<FieldChange>();
        }, cancel);
        return result.Succeeded ? new Enrolled(codes) : result.Problem;
    }

    /// <summary>In the caller's transaction; the caller saves.</summary>
    internal async Task<string[]> ReplaceAsync(Guid userId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancel);
        var codes = Enumerable.Range(0, Count).Select(_ => Base32.Group(Base32.Encode(RandomNumberGenerator.GetBytes(Bytes)), '-')).ToArray();
        db.RecoveryCodes.AddRange(codes.Select(code => new RecoveryCode { UserId = userId, Hash = SecondFactors.HashOf(code), CreatedAt = now }));
        return codes;
    }
}
