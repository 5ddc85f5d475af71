using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

/// <summary>Removes registrations whose address nobody confirmed, so that a stranger's address is not kept from its owner.</summary>
public sealed class UnconfirmedRegistrations(UserAdminDbContext db, Policies policies, TimeProvider clock)
{
    private const int AtOnce = 200;
    private const string Reason = "The address was not confirmed in time.";

    public async Task RemoveAsync(JobLog log, CancellationToken cancel) => log.Conclude($"Removed {await RemoveAsync(cancel)} registrations that nobody confirmed.");

    public async Task<int> RemoveAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var before = now.AddDays(-(await policies.GetAsync<RegistrationPolicy>(cancel)).UnconfirmedDays);
        var unconfirmed = db.Users.WithStatus(UserStatus.Pending, now).Where(u => !u.EmailConfirmed && u.PasswordHash != null && u.CreatedAt < before && u.UpdatedAt < before
            && !db.OneTimeTokens.Any(t => t.UserId == u.Id && t.ExpiresAt > now));
        var (all, removed) = (0, AtOnce);
        while (removed == AtOnce)
        {
            await db.WriteAsync(async () =>
            {
                var batch = await unconfirmed.OrderBy(u => u.Id).Take(AtOnce).ToListAsync(cancel);
                removed = batch.Count;
                batch.ForEach(user => db.Record(AuditAction.UserPurged, Actor.System, user, now, reason: Reason));
                db.Users.RemoveRange(batch);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
            db.ChangeTracker.Clear();
            all += removed;
        }
        return all;
    }
}
