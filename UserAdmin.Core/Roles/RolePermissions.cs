using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Roles;

/// <summary>What a role says of a permission itself, what it inherits and from which role, and what comes of both. The actor can change it when they hold the permission.</summary>
public sealed record MatrixRow(PermissionInfo Permission, Statement Own, Statement Inherited, Guid? InheritedFromId, string? InheritedFrom, bool MayChange)
{
    /// <summary>A denial wins wherever in the chain it stands.</summary>
    public Statement EffectiveWith(Statement own) =>
        own == Statement.Deny || Inherited == Statement.Deny ? Statement.Deny : own == Statement.Grant || Inherited == Statement.Grant ? Statement.Grant : Statement.Inherit;
}

/// <summary>The permissions of a role, all at once.</summary>
public sealed class RolePermissions(UserAdminDbContext db, RoleService roles, AccessCatalogue catalogue, CurrentTenant tenant, TimeProvider clock)
{
    /// <summary>A row for each permission there is, in their order. Empty for a role that is gone, or without <see cref="Permission.RolesView"/>.</summary>
    public async Task<IReadOnlyList<MatrixRow>> FindAsync(Guid roleId, Actor actor, CancellationToken cancel) =>
        !actor.CanSomewhere(Permission.RolesView) || (await catalogue.GetAsync(tenant.Tenant, cancel)).Find(roleId) is not { } role ? []
        : [.. PermissionInfo.In(tenant.Tenant).Select(info => RowOf(role, info, actor))];

    /// <summary>
    /// Sets what the role itself says of the permissions named; the others stay. <paramref name="stamp"/> is the role's as it was shown; when it is another
    /// by now, nothing is saved.
    /// </summary>
    public Task<Result> SaveAsync(Guid roleId, IReadOnlyDictionary<Permission, Statement> wanted, string stamp, Actor actor, CancellationToken cancel) => roles.ChangeAsync(roleId, actor, async rows =>
    {
        var role = await db.Roles.SingleOrDefaultAsync(r => r.Id == roleId, cancel);
        if (RoleService.RefuseRole(role, stamp) is { } gone)
            return gone;

        var own = await db.RolePermissions.Where(row => row.RoleId == roleId).ToDictionaryAsync(row => row.Permission, cancel);
        var changes = new List<FieldChange>();
        foreach (var (permission, statement) in wanted.OrderBy(pair => pair.Key))
        {
            var row = own.GetValueOrDefault(permission.Code);
            var before = row is null ? Statement.Inherit : row.IsDenied ? Statement.Deny : Statement.Grant;
            if (before == statement)
                continue;
            changes.Add(new(permission.Code, NameOf(before), NameOf(statement)));
            if (row is not null)
            {
                row.IsDenied = statement == Statement.Deny;
                if (statement == Statement.Inherit)
                {
                    db.RolePermissions.Remove(row);
                    own.Remove(row.Permission);
                }
                continue;
            }
            own[permission.Code] = new() { RoleId = roleId, Permission = permission.Code, IsDenied = statement == Statement.Deny };
            db.RolePermissions.Add(own[permission.Code]);
        }
        if (roles.Refuse(roleId, rows, rows.Saying(roleId, own.Values), actor) is { } refused)
            return refused;
        if (changes.Count == 0)
            return Result.Ok;
        var now = clock.GetUtcNow();
        (role!.UpdatedAt, role.ConcurrencyStamp) = (now, Guid.NewGuid().ToString("N"));
        db.Record(AuditAction.RolePermissionsChanged, actor, new(roleId, role.Name), now, changes);
        return Result.Ok;
    }, cancel);

    private static MatrixRow RowOf(ResolvedRole role, PermissionInfo info, Actor actor)
    {
        var own = SaidBy(role, info.Permission);
        ResolvedRole? from = null;
        // The chain gives nothing from an inactive role on. The nearest grant is named, unless somebody above denies.
        foreach (var above in role.Chain.Skip(1).TakeWhile(above => above.IsActive))
        {
            var said = SaidBy(above, info.Permission);
            if (said == Statement.Deny || (said == Statement.Grant && from is null))
                from = above;
            if (said == Statement.Deny)
                break;
        }
        return new(info, own, from is null ? Statement.Inherit : SaidBy(from, info.Permission), from?.Id, from?.Name, actor.Can(info.Permission));
    }

    private static Statement SaidBy(ResolvedRole role, Permission permission) =>
        !role.Own.TryGetValue(permission, out var isDenied) ? Statement.Inherit : isDenied ? Statement.Deny : Statement.Grant;

    private static string NameOf(Statement statement) => statement switch { Statement.Grant => "granted", Statement.Deny => "denied", _ => "inherited" };
}
