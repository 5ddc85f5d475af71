using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.AccessRequests;

/// <summary>Finds who can decide a request, to write to them.</summary>
public sealed class Deciders(UserAdminDbContext db, AccessEvaluator evaluator, RoleGrants grants, AccessCatalogue catalogue, CurrentTenant tenant, TimeProvider clock)
{
    private const int AskedAtMost = 100, ToldAtMost = 10;

    /// <summary>Active people who may decide there and give the role, except the asker; those whose right is nearest to the organization first, ten at most.</summary>
    public async Task<IReadOnlyList<User>> FindAsync(AccessRequest request, CancellationToken cancel)
    {
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        var roles = book.Roles.Where(role => role.Granted.Contains(Permission.AccessRequestsDecide)).Select(role => role.Id).ToList();
        var places = request.OrganizationId is { } id ? book.Organizations.UpFrom(id).ToList() : [];
        var held = await db.RoleAssignments.InForce(now).Where(a => roles.Contains(a.RoleId) && a.UserId != request.UserId && (a.OrganizationId == null || places.Contains(a.OrganizationId.Value)))
            .OrderBy(a => a.Id).Take(AskedAtMost).Select(a => new { a.UserId, a.OrganizationId }).ToListAsync(cancel);
        List<Guid> found = [];
        foreach (var userId in held.OrderBy(a => a.OrganizationId is { } place ? places.IndexOf(place) : int.MaxValue).Select(a => a.UserId).Distinct())
            if (found.Count < ToldAtMost && await MayDecideAsync(await evaluator.EvaluateAsync(userId, cancel), request, cancel))
                found.Add(userId);
        return await db.Users.WithStatus(UserStatus.Active, now).AsNoTracking().Where(u => found.Contains(u.Id)).ToListAsync(cancel);
    }

    private async Task<bool> MayDecideAsync(Access access, AccessRequest request, CancellationToken cancel) =>
        access.CanAt(request.OrganizationId, Permission.AccessRequestsDecide) && await grants.MayGiveAsync(access, request.RoleId, request.OrganizationId, cancel);
}
