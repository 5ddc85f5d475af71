using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Roles;

/// <summary>A role or an organization to choose from.</summary>
public sealed record NamedChoice(Guid Id, string Name);

/// <summary>Whether somebody may hand out a role: one rule for invitations, requests and reviews (E05, E06).</summary>
public sealed class RoleGrants(UserAdminDbContext db, AccessEvaluator evaluator, AccessCatalogue catalogue, CurrentTenant tenant)
{
    /// <summary>
    /// The role is active, can be held there, and the giver may assign roles there and holds everything that it gives. The database is asked, not what is kept in memory.
    /// </summary>
    public async Task<bool> MayGiveAsync(Access giver, Guid roleId, Guid? organizationId, CancellationToken cancel) =>
        CanBeGiven(roleId, organizationId) && Holds(giver, organizationId, Permission.RolesAssign)
        && await db.Roles.AnyAsync(r => r.Id == roleId && r.IsActive, cancel)
        && giver.Covers(await evaluator.OfRoleAsync(roleId, organizationId, cancel));

    /// <summary>The roles that the giver may hand out there, by name.</summary>
    public async Task<IReadOnlyList<NamedChoice>> FindAsync(Access giver, Guid? organizationId, CancellationToken cancel)
    {
        List<NamedChoice> roles = [];
        if (!Holds(giver, organizationId, Permission.RolesAssign))
            return roles;
        foreach (var role in (await catalogue.GetAsync(tenant.Tenant, cancel)).Roles.Where(role => role.IsActive && CanBeGiven(role.Id, organizationId)).OrderBy(role => role.Name, StringComparer.Ordinal))
            if (giver.Covers(await evaluator.OfRoleAsync(role.Id, organizationId, cancel)))
                roles.Add(new(role.Id, role.Name));
        return roles;
    }

    public static bool Holds(Access access, Guid? organizationId, Permission permission) =>
        organizationId is { } id ? access.CanIn(id, permission) : access.Can(permission);

    // Everybody is an end user already, an owner owns everything or nothing, and who manages an organization does so in one.
    internal static bool CanBeGiven(Guid roleId, Guid? organizationId) =>
        roleId != SystemRoles.EndUser.Id && roleId != (organizationId is null ? SystemRoles.OrganizationManager.Id : SystemRoles.Owner.Id);
}
