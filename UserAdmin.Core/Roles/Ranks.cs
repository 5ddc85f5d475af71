using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Roles;

/// <summary>Nobody acts on the security of somebody who may do more than they may: whoever could, could become them (B11).</summary>
public static class Ranks
{
    extension(Actor actor)
    {
        public bool MayActOn(FrozenSet<Permission> theirs) => theirs.IsSubsetOf(actor.Permissions);
    }

    /// <summary>Those on whom the actor may act.</summary>
    public static IQueryable<User> WithinReachOf(this IQueryable<User> users, Actor actor, UserAdminDbContext db) => actor.MayActOn(Role.PermissionsOf(administrator: true))
        ? users
        : users.Where(u => !db.UserRoles.Any(r => r.UserId == u.Id && r.RoleId == Role.AdministratorId));
}
