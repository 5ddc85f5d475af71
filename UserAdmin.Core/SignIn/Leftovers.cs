using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Api;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.SignIn;

/// <summary>Removes once a day what sign-ins leave behind and nobody needs any more, so that tables don't only grow.</summary>
public sealed class Leftovers(UserAdminDbContext db, RoleAssignmentService assignments, Policies policies, TimeProvider clock)
{
    private const int AtOnce = 5_000;

    // The cookie that recognises a device lives for a year.
    private static readonly TimeSpan DeviceLife = TimeSpan.FromDays(400);

    // Long enough that waiting for it gives a guesser nothing.
    private static readonly TimeSpan CounterLife = TimeSpan.FromDays(30);

    // Until then the list of invitations tells what became of them; afterwards the audit log does.
    private static readonly TimeSpan InvitationLife = TimeSpan.FromDays(180);

    public async Task RemoveAsync(JobLog log, CancellationToken cancel) => log.Conclude($"Removed {await RemoveAsync(cancel)} rows that are over.");

    /// <summary>Gives back how many rows.</summary>
    public async Task<int> RemoveAsync(CancellationToken cancel)
    {
        var policy = await policies.GetAsync<SessionPolicy>(cancel);
        var now = clock.GetUtcNow();
        var (sessionsBefore, devicesBefore, countersBefore, invitationsBefore) = (now.AddDays(-policy.HistoryDays), now - DeviceLife, now - CounterLife, now - InvitationLife);
        var (refreshedBefore, answeredBefore) = (now - Session.ApiAbsoluteLimit, now - Idempotency.Kept);
        return await assignments.RemoveEndedAsync(cancel)
            + await RemoveAsync(db.Sessions.Where(s => s.CreatedAt < sessionsBefore && (s.Kind != SessionKind.Token || s.EndedAt != null || s.ExpiresAt <= now)).OrderBy(s => s.CreatedAt), cancel)
            + await RemoveAsync(db.RefreshTokens.Where(t => t.CreatedAt < refreshedBefore).OrderBy(t => t.CreatedAt), cancel)
            + await RemoveAsync(db.IdempotentRequests.Where(r => r.CreatedAt < answeredBefore).OrderBy(r => r.CreatedAt), cancel)
            + await RemoveAsync(db.PendingSignIns.Where(p => p.ExpiresAt <= now).OrderBy(p => p.ExpiresAt), cancel)
            + await RemoveAsync(db.OneTimeTokens.Where(t => t.ExpiresAt <= now).OrderBy(t => t.ExpiresAt), cancel)
            + await RemoveAsync(db.Devices.Where(d => d.LastSeenAt < devicesBefore).OrderBy(d => d.LastSeenAt), cancel)
            + await RemoveAsync(db.SignInThrottles.Where(t => t.FirstAttemptAt < countersBefore && (t.BlockedUntil == null || t.BlockedUntil < countersBefore)).OrderBy(t => t.Key), cancel)
            + await RemoveAsync(db.Invitations.Where(i => i.CreatedAt < invitationsBefore && i.ExpiresAt < invitationsBefore).OrderBy(i => i.CreatedAt).ThenBy(i => i.Id), cancel);
    }

    // In small transactions: people sign in meanwhile.
    private async Task<int> RemoveAsync<T>(IQueryable<T> rows, CancellationToken cancel) where T : class
    {
        var (all, removed) = (0, AtOnce);
        while (removed == AtOnce)
        {
            await db.WriteAsync(async () =>
            {
                removed = await rows.Take(AtOnce).ExecuteDeleteAsync(cancel);
                return Result.Ok;
            }, cancel);
            all += removed;
        }
        return all;
    }
}
