using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.Support;

/// <summary>What a sign-in leaves behind besides its session, and what has to go when the account's secrets change (C03).</summary>
public static class Traces
{
    extension(ITestPortal portal)
    {
        /// <summary>A remembered device, a half-open sign-in and a mailed link.</summary>
        public Task<int> GivenTraces(Guid userId) => portal.Run(async (UserAdminDbContext db) =>
        {
            var now = portal.Clock.Now;
            db.Devices.Add(new() { UserId = userId, KeyHash = [1], Name = "Firefox on Linux", FirstSeenAt = now, LastSeenAt = now, TrustedAt = now, RememberedUntil = now.AddDays(30) });
            db.PendingSignIns.Add(new() { UserId = userId, KeyHash = [2], Method = "pwd", CreatedAt = now, ExpiresAt = now.AddMinutes(5) });
            await new OneTimeTokens(db, portal.Clock).IssueAsync(userId, OneTimePurpose.EmailChange, TimeSpan.FromDays(1), CancellationToken.None);
            return await db.SaveChangesAsync();
        });

        public async Task ExpectNoTraces(Guid userId)
        {
            await portal.Run(async (UserAdminDbContext db) =>
            {
                Assert.False(await db.Devices.AnyAsync(device => device.UserId == userId && device.RememberedUntil != null));
                Assert.False(await db.PendingSignIns.AnyAsync(pending => pending.UserId == userId));
                Assert.False(await db.OneTimeTokens.AnyAsync(token => token.UserId == userId && token.Purpose != OneTimePurpose.NotMe));
                return true;
            });
        }
    }
}
