using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>
/// Whether sealing stands still: the same event was the first to wait at several looks. Its own time alone says nothing, because seeding and restoring bring old events
/// that are sealed a moment later.
/// </summary>
internal static class WaitingEvents
{
    private const string Seen = "waiting_";

    // A minute or so is what sealing takes, so nothing is written as long as it runs.
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(2), Enough = AuditVerification.Patience - Usual;

    extension(UserAdminDbContext db)
    {
        /// <summary>Notes, every minute, which event waits first in each stream, if that is longer than usual; the caller saves.</summary>
        public async Task NoteWaitingAsync(DateTimeOffset now, CancellationToken cancel)
        {
            foreach (var stream in Enum.GetValues<AuditStream>())
            {
                var (first, name) = (await db.FirstWaitingAsync(stream, now - Usual, cancel), $"{Seen}{(int)stream}");
                var fact = await db.AuditFacts.SingleOrDefaultAsync(f => f.Name == name, cancel);
                if (first is null)
                {
                    if (fact is not null)
                        db.AuditFacts.Remove(fact);
                }
                else if (fact is null)
                    db.AuditFacts.Add(new() { Name = name, Value = ValueOf(first.Value, now) });
                else if (!fact.Value.StartsWith($"{first}", StringComparison.Ordinal))
                    fact.Value = ValueOf(first.Value, now);
            }
        }

        /// <summary>Since when an event has been seen waiting, if that is too long; null when all is well.</summary>
        public async Task<DateTimeOffset?> FindStandstillAsync(DateTimeOffset now, CancellationToken cancel)
        {
            foreach (var fact in await db.AuditFacts.AsNoTracking().Where(f => f.Name.StartsWith(Seen)).ToListAsync(cancel))
                if (fact.Value.Split(' ') is [var id, var at] && DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, out var since) && since <= now - Enough
                    && Enum.TryParse<AuditStream>(fact.Name[Seen.Length..], out var stream) && $"{await db.FirstWaitingAsync(stream, now - Usual, cancel)}" == id)
                    return since;
            return null;
        }

        // By the index of what waits: the first by id is the oldest, or nearly.
        private async Task<Guid?> FirstWaitingAsync(AuditStream stream, DateTimeOffset before, CancellationToken cancel)
        {
            var limit = AuditRecording.ToMicroseconds(before);
            var first = await db.AuditEvents.Where(e => e.Stream == stream && e.Seq == null).OrderBy(e => e.Id).Select(e => new { e.Id, e.UtcMicroseconds }).FirstOrDefaultAsync(cancel);
            return first?.UtcMicroseconds < limit ? first.Id : null;
        }
    }

    private static string ValueOf(Guid id, DateTimeOffset now) => $"{id} {now.UtcDateTime:O}";
}
