using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

public static class InvitationQueries
{
    extension(IQueryable<Invitation> invitations)
    {
        /// <summary>Neither accepted nor revoked.</summary>
        public IQueryable<Invitation> Pending() => invitations.Where(i => i.AcceptedAt == null && i.RevokedAt == null);

        /// <summary>
        /// What can be accepted at this moment, as far as time and its sender's account go. Each use asks anew: no clean-up has to run for an invitation to
        /// expire. <see cref="InvitationRights"/> says whether its sender may still stand for it (E10).
        /// </summary>
        public IQueryable<Invitation> Usable(UserAdminDbContext db, DateTimeOffset now)
        {
            var inviters = db.Users.WithStatus(UserStatus.Active, now).Select(u => u.Id);
            return invitations.Pending().Where(i => i.ExpiresAt > now && inviters.Contains(i.InvitedById!.Value));
        }

        /// <summary>Those on which the permission reaches: all, or the ones into organizations in which the actor holds it.</summary>
        public IQueryable<Invitation> Within(Actor actor, Permission permission, UserAdminDbContext db)
        {
            if (actor.Access.ReachOf(permission) is { IsEverywhere: true, Denied: [] })
                return invitations;
            var (organizations, isEverywhere) = (db.OrganizationsWithin(actor, permission), actor.Can(permission));
            return invitations.Where(i => i.OrganizationId == null ? isEverywhere : organizations.Contains(i.OrganizationId.Value));
        }

        public IQueryable<Invitation> In(InvitationState state, UserAdminDbContext db, DateTimeOffset now)
        {
            var open = invitations.Pending().Where(i => i.ExpiresAt > now);
            return state switch
            {
                InvitationState.Accepted => invitations.Where(i => i.AcceptedAt != null),
                InvitationState.Revoked => invitations.Where(i => i.AcceptedAt == null && i.RevokedAt != null),
                InvitationState.Expired => invitations.Pending().Where(i => i.ExpiresAt <= now),
                InvitationState.Queued => open.Where(i => db.OutboxMessages.Any(m => m.Id == i.MessageId && m.State == MessageState.Waiting)),
                InvitationState.Failed => open.Where(i => db.OutboxMessages.Any(m => m.Id == i.MessageId && m.State == MessageState.Dead)),
                _ => open.Where(i => !db.OutboxMessages.Any(m => m.Id == i.MessageId && m.State != MessageState.Sent)),
            };
        }
    }
}
