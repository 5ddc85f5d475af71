using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Roles;

public static class RoleNames
{
    extension(UserAdminDbContext db)
    {
        /// <summary>How a filter by a role reads on a file; null when there is none.</summary>
        public async Task<string?> NameOfRoleAsync(Guid? id, CancellationToken cancel) =>
            id is null ? null : await db.Roles.Where(r => r.Id == id).Select(r => r.Name).SingleOrDefaultAsync(cancel) ?? "One that is gone";

        /// <summary>The roles people hold at this moment, everywhere or where the actor sees the organization, in words: "Administrator, Auditor". Who holds none is left out.</summary>
        public async Task<IReadOnlyDictionary<Guid, string>> RoleNamesAsync(IReadOnlyCollection<Guid> userIds, Actor actor, DateTimeOffset now, CancellationToken cancel)
        {
            var held = await db.RoleAssignments.InForce(now).Where(a => userIds.Contains(a.UserId))
                .Join(db.Roles, a => a.RoleId, role => role.Id, (a, role) => new { a.UserId, a.OrganizationId, role.Name }).Distinct().ToListAsync(cancel);
            return held.Where(h => h.OrganizationId is not { } organization || actor.CanIn(organization, Permission.OrganizationsView))
                .GroupBy(h => h.UserId).ToDictionary(group => group.Key, group => string.Join(", ", group.Select(h => h.Name).Distinct().Order(StringComparer.Ordinal)));
        }
    }
}
