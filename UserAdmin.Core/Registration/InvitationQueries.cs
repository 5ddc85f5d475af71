using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

public static class InvitationQueries
{
    extension(IQueryable<Invitation> invitations)
    {
        /// <summary>
        /// What can be accepted at this moment. Each use asks anew: no clean-up has to run for an invitation to expire, and one whose sender may
        /// no longer invite is dead (E10).
        /// </summary>
        public IQueryable<Invitation> Usable(UserAdminDbContext db, DateTimeOffset now)
        {
            var inviters = db.Users.WithStatus(UserStatus.Active, now).Select(u => u.Id);
            return invitations.Where(i => i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt > now && inviters.Contains(i.InvitedById!.Value));
        }

        public IQueryable<Invitation> In(InvitationState state, DateTimeOffset now) => state switch
        {
            InvitationState.Accepted => invitations.Where(i => i.AcceptedAt != null),
            InvitationState.Revoked => invitations.Where(i => i.AcceptedAt == null && i.RevokedAt != null),
            InvitationState.Expired => invitations.Where(i => i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt <= now),
            _ => invitations.Where(i => i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt > now),
        };
    }
}
