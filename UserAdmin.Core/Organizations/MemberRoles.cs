using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Organizations;

/// <summary>Ends the roles that somebody holds in an organization when they leave it.</summary>
public sealed class MemberRoles(UserAdminDbContext db, CurrentTenant tenant, AccessCatalogue catalogue, TimeProvider clock)
{
    /// <summary>
    /// Call inside the transaction. Refused when the actor may not take one of them away: a role may deny something, and nobody gets rid of that by leaving
    /// (E05).
    /// </summary>
    internal async Task<Result<IReadOnlyList<FieldChange>>> EndAsync(Guid organizationId, Guid userId, Actor actor, CancellationToken cancel)
    {
        var (now, book) = (clock.GetUtcNow(), await catalogue.GetAsync(tenant.Tenant, cancel));
        var held = db.RoleAssignments.Where(a => a.OrganizationId == organizationId && a.UserId == userId && (a.EndsAt == null || a.EndsAt > now));
        var roles = await held.Select(a => a.RoleId).Distinct().ToListAsync(cancel);
        if (roles.Any(role => !GrantRule.Allows(actor.Access, book, role, organizationId, tenant.Tenant.IsHost, isTaking: true)))
            return OrganizationProblems.RolesNotYours;
        await held.ExecuteDeleteAsync(cancel);
        return new(roles.Select(role => book.Find(role)?.Name ?? "").Order(StringComparer.Ordinal).Select(name => new FieldChange("Role", name, null)).ToList(), null);
    }
}
