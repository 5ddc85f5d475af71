using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

/// <summary>The secret is shown once, to whoever gave the pass.</summary>
public sealed record GivenPass(string Secret, DateTimeOffset ExpiresAt);

/// <summary>Gives, revokes and uses up access passes (M8). A person has one open pass at most: a new one makes the older worthless.</summary>
public sealed class AccessPassService(UserAdminDbContext db, SecurityActs acts, Notices notices, TimeProvider clock)
{
    // Crockford's letters: none is taken for another when read out on the telephone. Sixteen of them are 80 bits.
    private const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 16;

    /// <summary>For 1 to 24 hours, to somebody who has a second factor, never to oneself. Problems of <see cref="SecurityActs"/> besides.</summary>
    public async Task<Result<GivenPass>> GiveAsync(Guid userId, int hours, string reason, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(userId, Permission.AccessPassesGive, reason, actor, cancel) is { } refused)
            return refused;
        if (hours is < 1 or > 24)
            return TwoFactorProblems.HoursOutOfRange;

        var now = clock.GetUtcNow();
        var secret = RandomNumberGenerator.GetString(Letters, Length);
        var pass = new AccessPass
        {
            UserId = userId,
            Hash = HashOf(secret),
            Reason = Text.Squeeze(reason),
            GivenById = actor.UserId,
            GivenByName = actor.Name,
            CreatedAt = now,
            ExpiresAt = now.AddHours(hours),
        };
        var given = await db.WriteAsync(async () =>
        {
            var user = await db.Users.Existing().AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancel);
            if (user is not { TwoFactorEnabled: true })
                return user is null ? UserProblems.NotFound : TwoFactorProblems.NothingToReplace;
            await Open(userId, now).ExecuteUpdateAsync(older => older.SetProperty(p => p.RevokedAt, now), cancel);
            db.AccessPasses.Add(pass);
            db.Record(AuditAction.AccessPassGiven, actor, user, now, [new("ExpiresAt", null, FieldChange.AsText(pass.ExpiresAt))], pass.Reason);
            await notices.SendAsync(user, "An administrator gave you a one-time access pass", actor, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return given.Succeeded ? new GivenPass(string.Join('-', secret.Chunk(4).Select(part => new string(part))), pass.ExpiresAt) : given.Problem;
    }

    public async Task<Result> RevokeAsync(Guid userId, string reason, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(userId, Permission.AccessPassesGive, reason, actor, cancel) is { } refused)
            return refused;

        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);
            if (await Open(userId, now).ExecuteUpdateAsync(pass => pass.SetProperty(p => p.RevokedAt, now), cancel) == 0)
                return TwoFactorProblems.NoPass;
            db.Record(AuditAction.AccessPassRevoked, actor, user, now, reason: Text.Squeeze(reason));
            await notices.SendAsync(user, "Your one-time access pass was revoked", actor, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>
    /// Uses the pass up in the caller's transaction, which saves. Of parallel attempts one succeeds: the update is what makes it work once.
    /// Who may try how often is the caller's business.
    /// </summary>
    public async Task<bool> TakeAsync(User user, string typed, Actor actor, CancellationToken cancel)
    {
        var (now, hash) = (clock.GetUtcNow(), HashOf(Normalize(typed)));
        if (await Open(user.Id, now).Where(p => p.Hash == hash).ExecuteUpdateAsync(pass => pass.SetProperty(p => p.UsedAt, now), cancel) != 1)
            return false;
        db.Record(AuditAction.AccessPassUsed, actor, user, now);
        await notices.SendAsync(user, "Your one-time access pass was used to sign in", actor, cancel);
        return true;
    }

    /// <summary>The same pass however it is typed: small letters, without dashes, O for 0.</summary>
    public static string Normalize(string typed) => string.Concat(typed.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit))
        .Replace('O', '0').Replace('I', '1').Replace('L', '1');

    internal IQueryable<AccessPass> Open(Guid userId, DateTimeOffset now) =>
        db.AccessPasses.Where(p => p.UserId == userId && p.UsedAt == null && p.RevokedAt == null && p.ExpiresAt > now);

    private static byte[] HashOf(string secret) => SessionKey.Hash(secret);
}
