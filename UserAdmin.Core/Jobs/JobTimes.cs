using Quartz;

namespace UserAdmin.Core.Jobs;

/// <summary>When a job runs: a cron expression of Quartz, with seconds, read in a time zone.</summary>
public sealed class JobTimes
{
    private static readonly TimeSpan[] Windows = [TimeSpan.FromMinutes(2), TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(32), TimeSpan.FromDays(370)];

    private readonly CronExpression expression;

    private JobTimes(string cron, TimeZoneInfo zone, CronExpression expression) => (Cron, Zone, this.expression) = (cron, zone, expression);

    public string Cron { get; }
    public TimeZoneInfo Zone { get; }

    /// <summary>Null when it is no expression or no time zone.</summary>
    public static JobTimes? Read(string cron, string timeZone) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) && CronExpression.TryParse(cron, out var expression) ? new(cron, zone, expression.WithTimeZone(zone)) : null;

    /// <summary>What an administrator chose, or the job's own where that is nothing or can't be read.</summary>
    public static JobTimes Of(JobDefinition job, JobSchedule? schedule) =>
        (schedule is null ? null : Read(schedule.Cron ?? job.Cron, schedule.TimeZone)) ?? Read(job.Cron, "UTC") ?? throw new InvalidOperationException($"The timetable of {job.Code} can't be read.");

    public DateTimeOffset? NextAfter(DateTimeOffset moment) => expression.GetNextValidTimeAfter(moment.ToUniversalTime());

    public IReadOnlyList<DateTimeOffset> NextAfter(DateTimeOffset moment, int count)
    {
        List<DateTimeOffset> found = [];
        while (found.Count < count && NextAfter(found.Count > 0 ? found[^1] : moment) is { } next)
            found.Add(next);
        return found;
    }

    /// <summary>The newest moment up to this one; null when there was none in a year.</summary>
    public DateTimeOffset? LastUntil(DateTimeOffset moment)
    {
        foreach (var window in Windows)
        {
            DateTimeOffset? last = null;
            for (var next = NextAfter(moment - window); next <= moment; next = NextAfter(next.Value))
                last = next;
            if (last is not null)
                return last;
        }
        return null;
    }
}
