using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Sessions;

public static class SessionQueries
{
    extension(IQueryable<Session> sessions)
    {
        /// <summary>Neither ended nor timed out, as <see cref="Session.IsOpenAt"/> says it of one.</summary>
        public IQueryable<Session> OpenAt(DateTimeOffset now, SessionPolicy policy)
        {
            var (idleSince, openedSince, apiIdleSince) = (now - policy.IdleLimit(), now - policy.AbsoluteLimit(), now - Session.ApiIdleLimit);
            return sessions.Where(s => s.EndedAt == null && s.ExpiresAt > now
                && (s.Kind == SessionKind.Browser && s.LastActivityAt > idleSince && s.CreatedAt > openedSince
                    || s.Kind == SessionKind.Api && s.LastActivityAt > apiIdleSince
                    || s.Kind == SessionKind.Token));
        }
    }
}

internal static class ActingNames
{
    extension(UserAdminDbContext db)
    {
        /// <summary>Adds the names of those as whom the owners of sessions act; mostly there are none and nothing is asked.</summary>
        internal async Task<List<SessionRow>> NameActingAsync(List<SessionRow> rows, CancellationToken cancel)
        {
            var people = rows.Select(row => row.ActingAsId).OfType<Guid>().Distinct().ToList();
            if (people.Count == 0)
                return rows;
            var names = await db.Users.Where(u => people.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => (u.FirstName + " " + u.LastName).Trim(), cancel);
            return rows.ConvertAll(row => row.ActingAsId is { } id ? row with { ActingAs = names.GetValueOrDefault(id) } : row);
        }
    }
}
