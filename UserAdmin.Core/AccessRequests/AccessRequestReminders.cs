using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.AccessRequests;

/// <summary>Reminds deciders, once, of requests that nobody decided for some days.</summary>
public sealed class AccessRequestReminders(UserAdminDbContext db, FeatureSwitches features, AccessRequestMail mail, Policies policies, TimeProvider clock)
{
    private const int AtOnce = 200;

    /// <summary>Gives back of how many requests. Every server may do it: a request is marked by the statement that finds it unmarked.</summary>
    public async Task<int> RemindAsync(CancellationToken cancel)
    {
        if (!await features.IsOnAsync(Feature.AccessRequests, cancel))
            return 0;
        var now = clock.GetUtcNow();
        var before = now.AddDays(-(await policies.GetAsync<AccessRequestPolicy>(cancel)).ReminderDays);
        var reminded = 0;
        foreach (var request in await db.AccessRequests.AsNoTracking().Where(r => r.State == AccessRequestState.Open && r.CreatedAt <= before && r.RemindedAt == null).OrderBy(r => r.CreatedAt).Take(AtOnce).ToListAsync(cancel))
            await db.WriteAsync(async () =>
            {
                if (await db.AccessRequests.Where(r => r.Id == request.Id && r.State == AccessRequestState.Open && r.RemindedAt == null).ExecuteUpdateAsync(row => row.SetProperty(r => r.RemindedAt, now), cancel) == 0)
                    return Result.Ok;
                await mail.RemindAsync(request, cancel);
                await db.SaveChangesAsync(cancel);
                reminded++;
                return Result.Ok;
            }, cancel);
        return reminded;
    }
}
