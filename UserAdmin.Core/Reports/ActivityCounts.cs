using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Reports;

/// <summary>How many events of a kind there were in an hour or a day of somebody's clock; <paramref name="Unit"/> counts them from 1970.</summary>
public sealed record ActivityCount(string Action, AuditOutcome Outcome, long Unit, long Count);

/// <summary>Trends over the audit log, without reading it: from what the sealer counted, and the few events that are not sealed yet.</summary>
public static class ActivityCounts
{
    private const int PerHour = 4, PerDay = 96;

    extension(UserAdminDbContext db)
    {
        public Task<IReadOnlyList<ActivityCount>> CountByDayAsync(IReadOnlyCollection<AuditAction>? actions, ReportPeriod period, CancellationToken cancel) => db.CountAsync(actions, period, PerDay, cancel);

        public Task<IReadOnlyList<ActivityCount>> CountByHourAsync(IReadOnlyCollection<AuditAction>? actions, ReportPeriod period, CancellationToken cancel) => db.CountAsync(actions, period, PerHour, cancel);

        private async Task<IReadOnlyList<ActivityCount>> CountAsync(IReadOnlyCollection<AuditAction>? actions, ReportPeriod period, int size, CancellationToken cancel)
        {
            string[]? codes = actions is null ? null : [.. actions.Select(action => action.Code)];
            var found = new List<ActivityCount>();
            foreach (var (first, end, offset) in period.Pieces())
            {
                var counts = db.AuditCounts.Where(c => c.Slot >= first && c.Slot < end);
                if (codes is not null)
                    counts = counts.Where(c => codes.Contains(c.Action));
                found.AddRange(await counts.GroupBy(c => new { c.Action, c.Outcome, Unit = (c.Slot + offset) / size })
                    .Select(group => new ActivityCount(group.Key.Action, group.Key.Outcome, group.Key.Unit, group.Sum(c => (long)c.Count))).ToListAsync(cancel));
            }

            // Only what is not sealed is asked for, so that the small index over it answers.
            var fresh = await db.AuditEvents.Where(e => e.Seq == null).GroupBy(e => new { e.Action, e.Outcome, Slot = e.UtcMicroseconds / AuditCount.SlotMicroseconds })
                .Select(group => new { group.Key.Action, group.Key.Outcome, group.Key.Slot, Count = group.LongCount() }).ToListAsync(cancel);
            var (from, to) = (ReportPeriod.SlotOf(period.StartsAt), ReportPeriod.SlotOf(period.EndsAt));
            found.AddRange(fresh.Where(count => count.Slot >= from && count.Slot < to && codes?.Contains(count.Action) != false)
                .Select(count => new ActivityCount(count.Action, count.Outcome, (count.Slot + period.OffsetAt((int)count.Slot)) / size, count.Count)));
            return [.. found.GroupBy(count => (count.Action, count.Outcome, count.Unit)).Select(group => new ActivityCount(group.Key.Action, group.Key.Outcome, group.Key.Unit, group.Sum(count => count.Count)))];
        }
    }
}

public static class ActivitySums
{
    public static IReadOnlyList<string> Weekdays { get; } = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    public static IReadOnlyList<string> Hours { get; } = [.. Enumerable.Range(0, 24).Select(hour => $"{hour:00}:00")];

    extension(IEnumerable<ActivityCount> days)
    {
        /// <summary>The counts of days, summed over the intervals of the period.</summary>
        public double[] Over(ReportPeriod period)
        {
            var sums = new double[period.Starts.Count];
            foreach (var day in days)
                sums[period.IndexOf(ReportPeriod.DayOf(day.Unit))] += day.Count;
            return sums;
        }

        /// <summary>The counts of hours, by the day of the week (Monday first) and the hour.</summary>
        public IReadOnlyList<ChartSeries> ByWeekdayAndHour()
        {
            var sums = new double[7][];
            for (var day = 0; day < 7; day++)
                sums[day] = new double[24];
            foreach (var hour in days)
                // 1 January 1970 was a Thursday.
                sums[(int)(((hour.Unit / 24) + 3) % 7)][hour.Unit % 24] += hour.Count;
            return [.. Weekdays.Select((name, day) => new ChartSeries(name, sums[day]))];
        }
    }
}
