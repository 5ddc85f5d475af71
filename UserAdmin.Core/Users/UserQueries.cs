using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

public static class UserQueries
{
    extension(IQueryable<User> users)
    {
        public IQueryable<User> VisibleTo(Actor actor) =>
            actor.Can(Permission.UsersView) ? users : users.Where(u => u.Id == actor.UserId);

        public IQueryable<User> Existing() => users.Where(u => u.DeletedAt == null);

        public IQueryable<User> WithStatus(UserStatus status, DateTimeOffset now) => status switch
        {
            UserStatus.Deleted => users.Where(u => u.DeletedAt != null),
            UserStatus.Inactive => users.Existing().Where(u => u.DeactivatedAt != null),
            UserStatus.Locked => users.Existing().Where(u => u.LockedUntil > now && u.DeactivatedAt == null),
            UserStatus.Expired => users.Existing().Where(u => u.ExpiresAt <= now && u.DeactivatedAt == null && (u.LockedUntil == null || u.LockedUntil <= now)),
            UserStatus.Pending => users.Usable(now).Where(u => u.ActivatedAt == null),
            _ => users.Usable(now).Where(u => u.ActivatedAt != null),
        };

        public IQueryable<User> Administrators(UserAdminDbContext db) =>
            users.Where(u => db.UserRoles.Where(r => r.RoleId == Role.AdministratorId).Select(r => r.UserId).Contains(u.Id));

        private IQueryable<User> Usable(DateTimeOffset now) => users.Where(u =>
            u.DeletedAt == null && u.DeactivatedAt == null && (u.LockedUntil == null || u.LockedUntil <= now) && (u.ExpiresAt == null || u.ExpiresAt > now));
    }
}
