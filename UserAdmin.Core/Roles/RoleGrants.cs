using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Roles;

/// <summary>A role or an organization to choose from.</summary>
public sealed record NamedChoice(Guid Id, string Name);

/// <summary>Whether somebody may hand out a role: one rule for invitations, requests and reviews (E05, E06).</summary>
public sealed class RoleGrants(UserAdminDbContext db, AccessCatalogue catalogue, CurrentTenant tenant)
{
    /// <summary>
    /// The role is active, can be held there, and the giver may assign roles there and holds everything that it gives. The database is asked, not what is kept in memory.
    /// </summary>
    public async Task<bool> MayGiveAsync(Access giver, Guid roleId, Guid? organizationId, CancellationToken cancel)
    {
        var book = await catalogue.GetAsync(tenant.Tenant, cancel);
        return MayGive(giver, book, roleId, organizationId) && await db.Roles.AnyAsync(r => r.Id == roleId && r.IsActive, cancel);
    }

    /// <summary>The roles that the giver may hand out there, by name.</summary>
    public async Task<IReadOnlyList<NamedChoice>> FindAsync(Access giver, Guid? organizationId, CancellationToken cancel)
    {
        var book = await catalogue.GetAsync(tenant.Tenant, cancel);
        return [.. book.Roles.Where(role => MayGive(giver, book, role.Id, organizationId)).OrderBy(role => role.Name, StringComparer.Ordinal).Select(role => new NamedChoice(role.Id, role.Name))];
    }

    private bool MayGive(Access giver, AccessBook book, Guid roleId, Guid? organizationId) =>
        GrantRule.RefusePlace(book, roleId, organizationId) is null && GrantRule.Allows(giver, book, roleId, organizationId, tenant.Tenant.IsHost, isTaking: false);
}
