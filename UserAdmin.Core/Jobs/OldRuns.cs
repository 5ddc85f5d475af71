using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Jobs;

/// <summary>Removes runs of the timetable that are long over; the newest of each job stays, because it says what was missed.</summary>
public sealed class OldRuns(UserAdminDbContext db, CurrentTenant tenant, JobBook book, TimeProvider clock)
{
    private const int Days = 30, FrequentDays = 1, AtOnce = 2_000;

    public async Task RemoveAsync(JobLog log, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        List<string> frequent = [.. book.Of(tenant.Tenant).Where(job => job.IsFrequent).Select(job => job.Code)];
        var (old, quiet) = (now.AddDays(-Days), now.AddDays(-FrequentDays));
        var over = db.JobRuns.Where(r => r.Outcome != JobOutcome.Running && (r.StartedAt < old || (r.StartedAt < quiet && frequent.Contains(r.Job)))
            && db.JobRuns.Any(other => other.Job == r.Job && other.ScheduledFor > r.ScheduledFor));
        var (all, removed) = (0, AtOnce);
        while (removed == AtOnce)
        {
            await db.WriteAsync(async () =>
            {
                var ids = await over.OrderBy(r => r.StartedAt).ThenBy(r => r.Id).Select(r => r.Id).Take(AtOnce).ToListAsync(cancel);
                removed = await db.JobRuns.Where(r => ids.Contains(r.Id)).ExecuteDeleteAsync(cancel);
                return Result.Ok;
            }, cancel);
            all += removed;
        }
        log.Conclude($"Removed {all} runs.");
    }
}
