using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.SignIn;

public class LeftoversTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task What_is_long_over_goes_and_the_rest_stays(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        var (old, now) = (app.Clock.Now.AddDays(-401), app.Clock.Now);
        await Leave(app, old, blockedUntil: null);
        await Leave(app, now, blockedUntil: null);
        await app.Run(async (UserAdminDbContext db) =>
        {
            db.SignInThrottles.Add(new() { Key = "locked for good", FirstAttemptAt = old, Attempts = 100, BlockedUntil = SignInGuard.UntilSomebodyActs });
            return await db.SaveChangesAsync(Cancel);
        });

        Assert.Equal(5, await Remove(app));
        Assert.Equal(0, await Remove(app));

        await app.Run(async (UserAdminDbContext db) =>
        {
            Assert.Equal([now], await db.Sessions.Select(s => s.CreatedAt).ToListAsync(Cancel));
            Assert.Equal([now], await db.Devices.Select(d => d.LastSeenAt).ToListAsync(Cancel));
            Assert.Equal([now], await db.OneTimeTokens.Select(t => t.CreatedAt).ToListAsync(Cancel));
            Assert.Equal([now], await db.PendingSignIns.Select(p => p.CreatedAt).ToListAsync(Cancel));
            Assert.Equal(["locked for good", $"user:{now:O}"], await db.SignInThrottles.OrderBy(t => t.Key).Select(t => t.Key).ToListAsync(Cancel));
            return true;
        });
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task More_than_one_batch_goes_too(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(provider);
        await app.Run(async (UserAdminDbContext db) =>
        {
            db.SignInThrottles.AddRange(Enumerable.Range(0, 5_001).Select(i => new SignInThrottle { Key = $"name:{i}", FirstAttemptAt = app.Clock.Now.AddDays(-31) }));
            return await db.SaveChangesAsync(Cancel);
        });

        Assert.Equal(5_001, await Remove(app));
    }

    private static async Task Leave(TestApp app, DateTimeOffset at, DateTimeOffset? blockedUntil) => await app.Run(async (UserAdminDbContext db) =>
    {
        var owner = app.Alice.Id;
        byte[] Hash() => SessionKey.Hash(SessionKey.Create());
        db.Sessions.Add(new() { UserId = owner, KeyHash = Hash(), CreatedAt = at, LastActivityAt = at, ExpiresAt = at.AddHours(12) });
        db.Devices.Add(new() { UserId = owner, KeyHash = Hash(), Name = "Firefox", FirstSeenAt = at, LastSeenAt = at });
        db.OneTimeTokens.Add(new() { UserId = owner, Hash = Hash(), CreatedAt = at, ExpiresAt = at.AddHours(1) });
        db.PendingSignIns.Add(new() { UserId = owner, KeyHash = Hash(), Method = "pwd", CreatedAt = at, ExpiresAt = at.AddMinutes(5) });
        db.SignInThrottles.Add(new() { Key = $"user:{at:O}", UserId = owner, FirstAttemptAt = at, BlockedUntil = blockedUntil });
        return await db.SaveChangesAsync(Cancel);
    });

    private static Task<int> Remove(TestApp app) => app.Run((Leftovers leftovers) => leftovers.RemoveAsync(Cancel));
}
