using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Roles;

/// <summary>The roles and what they say of permissions, as rows.</summary>
internal sealed record RoleRows(IReadOnlyList<RoleFacts> Roles, IReadOnlyList<RolePermission> Permissions)
{
    public static async Task<RoleRows> LoadAsync(UserAdminDbContext db, CancellationToken cancel) => new(
        await db.Roles.Select(r => new RoleFacts(r.Id, r.Name, r.ParentId, r.IsActive)).ToListAsync(cancel),
        await db.RolePermissions.AsNoTracking().ToListAsync(cancel));

    public RoleRows With(RoleFacts role) => this with { Roles = [.. Roles.Where(other => other.Id != role.Id), role] };

    public RoleRows Without(Guid roleId) => this with { Roles = [.. Roles.Where(other => other.Id != roleId)] };

    public RoleRows Saying(Guid roleId, IEnumerable<RolePermission> own) => this with { Permissions = [.. Permissions.Where(row => row.RoleId != roleId), .. own] };

    public AccessBook Resolve() => new("", Roles, Permissions, OrganizationTree.Empty);

    public RoleFacts? Find(Guid id) => Roles.FirstOrDefault(role => role.Id == id);

    /// <summary>Whether the role is this one or inherits from it.</summary>
    public bool IsBelow(Guid roleId, Guid ancestorId)
    {
        var seen = new HashSet<Guid>();
        for (var role = Find(roleId); role is not null && seen.Add(role.Id); role = role.ParentId is { } parent ? Find(parent) : null)
            if (role.Id == ancestorId)
                return true;
        return false;
    }
}

/// <summary>
/// Judges who may make a change of a role (E05): whoever holds everything that it, and every role inheriting from it, grants before and after, and
/// everything whose denial is set or taken away. An inactive role counts as if it were active, for one day it will be.
/// </summary>
internal static class RoleChange
{
    public static IReadOnlyList<Permission> Lacking(Guid roleId, RoleRows before, RoleRows after, Actor actor, bool isHost) =>
        [.. Touched(roleId, before, after).Where(permission => !actor.Can(permission) && (isHost || permission != Permission.TenantsManage)).Order()];

    /// <summary>What the actor lacks to change an active role in whatever way; of an inactive one ask with its rows.</summary>
    public static IReadOnlyList<Permission> Lacking(ResolvedRole role, AccessBook book, Actor actor, bool isHost) =>
        [.. book.Below(role.Id).Append(role).SelectMany(each => each.Granted).Distinct().Where(permission => !actor.Can(permission) && (isHost || permission != Permission.TenantsManage)).Order()];

    private static HashSet<Permission> Touched(Guid roleId, RoleRows before, RoleRows after)
    {
        var touched = new HashSet<Permission>();
        var isActive = before.Find(roleId) is not { IsActive: false } && after.Find(roleId) is not { IsActive: false };
        foreach (var asIfActive in isActive ? [false] : new[] { false, true })
        {
            var (was, becomes) = (Book(before, roleId, asIfActive), Book(after, roleId, asIfActive));
            foreach (var id in was.Below(roleId).Concat(becomes.Below(roleId)).Select(role => role.Id).Append(roleId).Distinct())
            {
                var (earlier, later) = (was.Find(id)?.Rights ?? Rights.None, becomes.Find(id)?.Rights ?? Rights.None);
                touched.UnionWith(earlier.Granted);
                touched.UnionWith(later.Granted);
                touched.UnionWith(earlier.Denied.Except(later.Denied));
                touched.UnionWith(later.Denied.Except(earlier.Denied));
            }
        }
        return touched;
    }

    private static AccessBook Book(RoleRows rows, Guid roleId, bool asIfActive) =>
        (asIfActive && rows.Find(roleId) is { } role ? rows.With(role with { IsActive = true }) : rows).Resolve();
}
