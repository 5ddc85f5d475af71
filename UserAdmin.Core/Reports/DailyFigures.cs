using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Reports;

/// <summary>
/// Keeps figures of days (UTC): those that can't be found out later, on the day itself; and how many different people signed in on a day, in a week and in a month, because finding that
/// out for a year costs too much to do for a page. A figure that is there is never written again, so running twice, or after a break, is harmless.
/// </summary>
public sealed class DailyFigures(UserAdminDbContext db, TimeProvider clock)
{
    public const string People = "people", Protected = "people.second_factor", ByDay = "active.day", ByWeek = "active.week", ByMonth = "active.month", Often = "engagement";

    /// <summary>How often people signed in within thirty days, as lower bounds.</summary>
    internal static readonly int[] Steps = [1, 2, 5, 10, 20];

    private const int MostDays = 400, DaysAtOnce = 60;

    public async Task RecordAsync(JobLog log, CancellationToken cancel)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var known = await db.DailyFigures.Where(f => f.Day >= today.AddDays(-MostDays)).Select(f => new { f.Name, f.Day }).ToListAsync(cancel);
        var there = known.Select(figure => (figure.Name, figure.Day)).ToHashSet();
        var kept = 0;

        if (!there.Contains((People, today)))
            kept += await KeepAsync(today, [(People, await db.Users.Existing().LongCountAsync(cancel)), (Protected, await db.Users.Existing().LongCountAsync(u => u.TwoFactorEnabled, cancel))], cancel);
        if (await FirstSignInAsync(cancel) is { } first)
        {
            foreach (var (name, interval) in new[] { (ByDay, ReportInterval.Day), (ByWeek, ReportInterval.Week), (ByMonth, ReportInterval.Month) })
                foreach (var start in Complete(first, today, interval).Where(start => !there.Contains((name, start))).Take(DaysAtOnce).ToList())
                    kept += await KeepAsync(start, [(name, await SignedInAsync(start, ReportPeriod.Next(start, interval), cancel))], cancel);
            if (!there.Contains(($"{Often}.{Steps[0]}", today)))
                kept += await KeepAsync(today, (await OftenAsync(db, today, cancel)).Select((count, i) => ($"{Often}.{Steps[i]}", count)), cancel);
        }
        var old = clock.GetUtcNow().AddDays(-MostDays);
        if (await db.ReportRuns.Where(r => r.EndedAt < old).ExecuteDeleteAsync(cancel) is > 0 and var removed)
            log.Say($"Removed {removed} runs of scheduled reports from before {old:yyyy-MM-dd}.");
        log.Conclude(kept == 0 ? "Every figure was there already." : $"Kept {kept} figures.");
    }

    /// <summary>How many people signed in at least this often, and less often than the next step says, in the thirty days before.</summary>
    internal static async Task<IReadOnlyList<long>> OftenAsync(UserAdminDbContext db, DateOnly day, CancellationToken cancel)
    {
        var (from, to) = (Microseconds(day.AddDays(-30)), Microseconds(day));
        var code = AuditAction.SignedIn.Code;
        var times = await db.AuditEvents.Where(e => e.Action == code && e.UtcMicroseconds >= from && e.UtcMicroseconds < to && e.ActorId != null)
            .GroupBy(e => e.ActorId).Select(person => person.Count()).GroupBy(count => count < 20 ? count : 20).Select(group => new { group.Key, People = group.LongCount() }).ToListAsync(cancel);
        return [.. Steps.Select((step, i) => times.Where(time => time.Key >= step && (i == Steps.Length - 1 || time.Key < Steps[i + 1])).Sum(time => time.People))];
    }

    // Latest first: what is looked at most is there after the first run.
    private static IEnumerable<DateOnly> Complete(DateOnly first, DateOnly today, ReportInterval interval)
    {
        var start = ReportPeriod.StartOf(today, interval);
        while (true)
        {
            start = ReportPeriod.StartOf(start.AddDays(-1), interval);
            if (ReportPeriod.Next(start, interval) <= first || start < today.AddDays(-MostDays))
                yield break;
            yield return start;
        }
    }

    private async Task<DateOnly?> FirstSignInAsync(CancellationToken cancel)
    {
        var code = AuditAction.SignedIn.Code;
        return await db.AuditEvents.Where(e => e.Action == code).MinAsync(e => (long?)e.UtcMicroseconds, cancel) is { } first
            ? DateOnly.FromDateTime(AuditRecording.FromMicroseconds(first).UtcDateTime) : null;
    }

    private Task<long> SignedInAsync(DateOnly from, DateOnly to, CancellationToken cancel)
    {
        var (code, begin, end) = (AuditAction.SignedIn.Code, Microseconds(from), Microseconds(to));
        return db.AuditEvents.Where(e => e.Action == code && e.UtcMicroseconds >= begin && e.UtcMicroseconds < end && e.ActorId != null).Select(e => e.ActorId).Distinct().LongCountAsync(cancel);
    }

    private async Task<int> KeepAsync(DateOnly day, IEnumerable<(string Name, long Value)> figures, CancellationToken cancel)
    {
        var kept = 0;
        await db.WriteAsync(async () =>
        {
            foreach (var (name, value) in figures)
                if (!await db.DailyFigures.AnyAsync(f => f.Name == name && f.Day == day, cancel))
                {
                    db.DailyFigures.Add(new() { Day = day, Name = name, Value = value });
                    kept++;
                }
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        db.ChangeTracker.Clear();
        return kept;
    }

    private static long Microseconds(DateOnly day) => AuditRecording.ToMicroseconds(new(day, TimeOnly.MinValue, TimeSpan.Zero));
}
