namespace UserAdmin.Core.Registration;

public static class InvitationQueries
{
    extension(IQueryable<Invitation> invitations)
    {
        /// <summary>What somebody can still accept. Each use asks anew: no clean-up has to run for an invitation to expire (E10).</summary>
        public IQueryable<Invitation> Open(DateTimeOffset now) => invitations.Where(i => i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt > now);
    }
}
