using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;

namespace UserAdmin.Core.SignIn;

/// <summary>Makes and uses up the secrets of links (A12): random, one user, one purpose, one use also in parallel, dead with a newer one.</summary>
public sealed class OneTimeTokens(UserAdminDbContext db, TimeProvider clock)
{
    /// <summary>
    /// Adds a token to what the next save writes, in the caller's transaction, and gives back its secret. Older ones of the purpose stop
    /// working, except for <see cref="OneTimePurpose.NotMe"/>: whoever took an account over must not silence the warnings to its owner.
    /// </summary>
    public async Task<string> IssueAsync(Guid userId, OneTimePurpose purpose, TimeSpan life, CancellationToken cancel, string? subject = null)
    {
        var now = clock.GetUtcNow();
        var secret = SessionKey.Create();
        if (purpose != OneTimePurpose.NotMe)
            await db.OneTimeTokens.Where(t => t.UserId == userId && t.Purpose == purpose).ExecuteDeleteAsync(cancel);
        db.OneTimeTokens.Add(new()
        {
            UserId = userId,
            Purpose = purpose,
            Hash = SessionKey.Hash(secret),
            Subject = subject,
            CreatedAt = now,
            ExpiresAt = now + life,
        });
        return secret;
    }

    public async Task<OneTimeToken?> FindAsync(string secret, OneTimePurpose purpose, CancellationToken cancel)
    {
        var (hash, now) = (SessionKey.Hash(secret), clock.GetUtcNow());
        return await db.OneTimeTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash && t.Purpose == purpose && t.ExpiresAt > now, cancel);
    }

    /// <summary>Uses the token up, in the caller's transaction. Deleting is what makes it work once: of parallel attempts one finds it.</summary>
    public async Task<bool> SpendAsync(OneTimeToken token, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await db.OneTimeTokens.Where(t => t.Id == token.Id && t.ExpiresAt > now).ExecuteDeleteAsync(cancel) == 1;
    }

    /// <summary>Makes every link of the user worthless, except "this was not me", which gives nobody access. The marks of spent challenges stay, too.</summary>
    public Task RevokeAllAsync(Guid userId, CancellationToken cancel) =>
        db.OneTimeTokens.Where(t => t.UserId == userId && t.Purpose != OneTimePurpose.NotMe && t.Purpose != OneTimePurpose.PasskeyChallenge).ExecuteDeleteAsync(cancel);

    /// <summary>And those, once one of them was used.</summary>
    public Task RevokeReportsAsync(Guid userId, CancellationToken cancel) =>
        db.OneTimeTokens.Where(t => t.UserId == userId && t.Purpose == OneTimePurpose.NotMe).ExecuteDeleteAsync(cancel);
}
