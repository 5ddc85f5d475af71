using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.AccessRequests;

public sealed record RequestableRole(Guid Id, string Name, string? Description);

/// <summary>What one can ask for in one place: an organization of one's own, or everywhere.</summary>
public sealed record RequestChoices(IReadOnlyList<NamedChoice> Organizations, IReadOnlyList<RequestableRole> Roles);

/// <summary>Says which roles may be asked for: every active one that gives something there, except being an owner.</summary>
public sealed class RequestableRoles(UserAdminDbContext db, AccessEvaluator evaluator, AccessCatalogue catalogue, CurrentTenant tenant)
{
    public async Task<RequestChoices> FindAsync(Guid? organizationId, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AccessRequestsCreate))
            return new([], []);
        var inForce = db.OrganizationsInForce();
        var organizations = await db.Memberships.Where(m => m.UserId == actor.UserId && inForce.Contains(m.OrganizationId))
            .Join(db.Organizations, m => m.OrganizationId, o => o.Id, (_, o) => o).OrderBy(o => o.NormalizedName).Select(o => new NamedChoice(o.Id, o.Name)).ToListAsync(cancel);
        var descriptions = await db.Roles.Where(r => r.Description != null).ToDictionaryAsync(r => r.Id, r => r.Description, cancel);
        List<RequestableRole> roles = [];
        var book = await catalogue.GetAsync(tenant.Tenant, cancel);
        foreach (var role in book.Roles.OrderBy(role => role.Name, StringComparer.Ordinal))
            if (await IsOpenAsync(book, role.Id, organizationId, cancel))
                roles.Add(new(role.Id, role.Name, SystemRoles.Find(role.Id)?.Description ?? descriptions.GetValueOrDefault(role.Id)));
        return new(organizations, roles);
    }

    public async Task<bool> IsRequestableAsync(Guid roleId, Guid? organizationId, CancellationToken cancel) =>
        await db.Roles.AnyAsync(r => r.Id == roleId && r.IsActive, cancel) && await IsOpenAsync(await catalogue.GetAsync(tenant.Tenant, cancel), roleId, organizationId, cancel);

    private async Task<bool> IsOpenAsync(AccessBook book, Guid roleId, Guid? organizationId, CancellationToken cancel) =>
        roleId != SystemRoles.Owner.Id && GrantRule.RefusePlace(book, roleId, organizationId) is null && (await evaluator.OfRoleAsync(roleId, organizationId, cancel)).IsPrivileged;
}
