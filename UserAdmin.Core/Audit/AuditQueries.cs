using UserAdmin.Core.Common;

namespace UserAdmin.Core.Audit;

/// <summary>A place in the order of events.</summary>
internal readonly record struct AuditMark(long UtcMicroseconds, Guid Id);

internal static class AuditQueries
{
    private const long Together = 120_000_000;

    extension(IQueryable<AuditEvent> events)
    {
        /// <summary>What the filter says, but for the person: see <see cref="PartsOf"/>. The events that correlate are those around <paramref name="with"/>.</summary>
        public IQueryable<AuditEvent> Matching(AuditFilter filter, AuditEvent? with = null)
        {
            var found = events;
            if (filter.From is { } from)
            {
                var microseconds = AuditRecording.ToMicroseconds(from);
                found = found.Where(e => e.UtcMicroseconds >= microseconds);
            }
            if (filter.To is { } to)
            {
                var microseconds = AuditRecording.ToMicroseconds(to);
                found = found.Where(e => e.UtcMicroseconds < microseconds);
            }
            if (filter.WithId is { } id)
            {
                var (first, last, correlation) = ((with?.UtcMicroseconds ?? 0) - Together, (with?.UtcMicroseconds ?? 0) + Together, with?.CorrelationId);
                found = correlation is null ? found.Where(e => e.Id == id) : found.Where(e => e.UtcMicroseconds >= first && e.UtcMicroseconds <= last && e.CorrelationId == correlation);
            }
            if (filter.TargetId is { } targetId)
                found = found.Where(e => e.TargetId == targetId);
            if (filter is { ActorId: not null, SessionId: { } sessionId })
                found = found.Where(e => e.SessionId == sessionId);
            if (filter.Outcome is { } outcome)
                // What did not succeed is rare; said with a constant it leads to the indexes that hold nothing else.
                found = outcome == AuditOutcome.Success ? found.Where(e => e.Outcome == outcome) : found.Where(e => e.Outcome > AuditOutcome.Success && e.Outcome == outcome);
            if (filter.Address is { } address)
                found = found.Where(e => e.Address == address);
            return found.OfActions(filter);
        }

        // A category alone has an index of its own, and asking for one that an action isn't in would read all of it to find nothing.
        private IQueryable<AuditEvent> OfActions(AuditFilter filter)
        {
            if (filter is { Action: null, Tag: null })
                return filter.Category is { } category ? events.Where(e => e.Category == category) : events;
            return filter.Actions switch
            {
                null => events,
                [] => events.Where(e => false),
                [var code] => events.Where(e => e.Action == code),
                var codes => events.Where(e => codes.Contains(e.Action)),
            };
        }

        /// <summary>Whoever acts as somebody else is an actor, too. Short reads along an index each; a condition with "or" would sort everything there is.</summary>
        public IQueryable<AuditEvent>[] PartsOf(AuditFilter filter)
        {
            if ((filter.AboutId ?? filter.ActorId) is not { } person)
                return [events];
            IQueryable<AuditEvent>[] done = [events.Where(e => e.ActorId == person), events.Where(e => e.ImpersonatorId == person)];
            return filter.AboutId is null ? done : [.. done, events.Where(e => e.TargetId == person && e.ActorId != person && e.ImpersonatorId != person)];
        }

        /// <summary>What follows the mark in the order of the list (newest first), or stands before it.</summary>
        public IQueryable<AuditEvent> Beyond(AuditMark mark, bool backwards)
        {
            var (at, last) = (mark.UtcMicroseconds, mark.Id);
            return backwards
                ? events.Where(e => e.UtcMicroseconds >= at && (e.UtcMicroseconds > at || e.Id > last))
                : events.Where(e => e.UtcMicroseconds <= at && (e.UtcMicroseconds < at || e.Id < last));
        }

        public IQueryable<AuditEvent> InOrder(bool backwards = false) => backwards
            ? events.OrderBy(e => e.UtcMicroseconds).ThenBy(e => e.Id)
            : events.OrderByDescending(e => e.UtcMicroseconds).ThenByDescending(e => e.Id);
    }
}
