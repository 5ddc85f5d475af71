using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.SignIn;

/// <summary>Counts what strangers may ask for, mails above all: so many under a key in an hour. Its rows stand beside those of <see cref="SignInGuard"/>.</summary>
public sealed class Allowance(UserAdminDbContext db, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>False when the hour's share is used up. Counts in a transaction of its own, before anything is done, so that parallel requests don't outrun it.</summary>
    public async Task<bool> TakeAsync(string key, int most, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
            try
            {
                var taken = false;
                await db.WriteAsync(async () =>
                {
                    taken = await CountAsync(key, most, clock.GetUtcNow(), cancel);
                    return Result.Ok;
                }, cancel);
                return taken;
            }
            catch (DbUpdateException) when (attempt < 3)
            {
                // Two first requests at once both insert the row; the loser counts again on the winner's.
                db.ChangeTracker.Clear();
            }
    }

    private async Task<bool> CountAsync(string key, int most, DateTimeOffset now, CancellationToken cancel)
    {
        var row = db.SignInThrottles.Where(t => t.Key == key);
        var begun = now - Window;
        if (await row.Where(t => t.FirstAttemptAt > begun && t.Attempts < most).ExecuteUpdateAsync(throttle => throttle.SetProperty(t => t.Attempts, t => t.Attempts + 1), cancel) == 1
            || await row.Where(t => t.FirstAttemptAt <= begun).ExecuteUpdateAsync(throttle => throttle.SetProperty(t => t.Attempts, 1).SetProperty(t => t.FirstAttemptAt, now), cancel) == 1)
            return true;
        if (await row.AnyAsync(cancel))
            return false;
        db.SignInThrottles.Add(new() { Key = key, Attempts = 1, FirstAttemptAt = now });
        await db.SaveChangesAsync(cancel);
        db.ChangeTracker.Clear();
        return true;
    }
}
