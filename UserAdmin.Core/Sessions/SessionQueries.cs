namespace UserAdmin.Core.Sessions;

public static class SessionQueries
{
    extension(IQueryable<Session> sessions)
    {
        /// <summary>Neither ended nor timed out, as <see cref="Session.IsOpenAt"/> says it of one.</summary>
        public IQueryable<Session> OpenAt(DateTimeOffset now, SessionPolicy policy)
        {
            var (idleSince, openedSince) = (now - policy.IdleLimit(), now - policy.AbsoluteLimit());
            return sessions.Where(s => s.EndedAt == null && s.LastActivityAt > idleSince && s.ExpiresAt > now && s.CreatedAt > openedSince);
        }
    }
}
