using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Audit.Retention;

/// <summary>What is over of one category.</summary>
public sealed record RetentionLine(AuditCategory Category, int Days, DateTimeOffset Before, long Events)
{
    public AuditStream Stream => AuditStreams.Of(Category);

    internal long BeforeMicroseconds => AuditRecording.ToMicroseconds(Before);
}

/// <summary>What the next run would remove.</summary>
public sealed record RetentionForecast(IReadOnlyList<RetentionLine> Lines, long Addresses)
{
    public long Events => Lines.Sum(line => line.Events);
}

internal static class RetentionPlan
{
    extension(UserAdminDbContext db)
    {
        /// <summary>What is over by a policy at an instant. Only what is sealed counts.</summary>
        public async Task<RetentionForecast> ForecastAsync(AuditRetentionPolicy policy, DateTimeOffset now, CancellationToken cancel)
        {
            var lines = new List<RetentionLine>();
            foreach (var category in AuditRetentionPolicy.Categories)
            {
                var line = new RetentionLine(category, policy.DaysOf(category), now.AddDays(-policy.DaysOf(category)), 0);
                lines.Add(line with { Events = await db.AuditEvents.Where(e => e.Seq != null).OverBy(line).LongCountAsync(cancel) });
            }
            var addresses = policy.AddressDays == 0 ? 0 : await db.AuditEvents.Where(e => e.Seq != null).WithAddressBefore(AuditRecording.ToMicroseconds(now.AddDays(-policy.AddressDays))).LongCountAsync(cancel);
            return new(lines, addresses);
        }
    }

    extension(IQueryable<AuditEvent> events)
    {
        public IQueryable<AuditEvent> OverBy(RetentionLine line)
        {
            var (category, before, kept) = (line.Category, line.BeforeMicroseconds, RetentionActs.Codes);
            return events.Where(e => e.Category == category && e.UtcMicroseconds < before && e.StubbedByEventId == null && !kept.Contains(e.Action));
        }

        public IQueryable<AuditEvent> WithAddressBefore(long microseconds) =>
            events.Where(e => e.Address != null && e.ActorSalt != null && e.UtcMicroseconds < microseconds && e.StubbedByEventId == null);
    }
}
