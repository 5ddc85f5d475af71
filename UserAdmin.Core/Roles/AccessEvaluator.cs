using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Roles;

/// <summary>One reason for or against a permission: an assignment and the roles from the assigned one to the one that says it.</summary>
public sealed record AccessPath(
    Permission Permission, bool IsDenied, Guid? AssignmentId, Guid? OrganizationId, string? Organization, DateTimeOffset? EndsAt, IReadOnlyList<(Guid Id, string Name)> Roles);

internal sealed record HeldRole(Guid? AssignmentId, Guid RoleId, Guid? OrganizationId, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt)
{
    public bool IsInForce(DateTimeOffset now) => !(StartsAt > now) && !(EndsAt <= now);
}

/// <summary>
/// The one evaluator: works out what a person may do, and why. Everybody holds the role End user; assignments count while they are in force, their role is
/// active and their organization, with all above it, is active. In an organization a role gives only what can be held in one.
/// </summary>
public sealed class AccessEvaluator(UserAdminDbContext db, CurrentTenant tenant, AccessCatalogue catalogue, TimeProvider clock)
{
    private static readonly HeldRole Everybodys = new(null, SystemRoles.EndUser.Id, null, null, null);

    public async Task<Access> EvaluateAsync(Guid userId, CancellationToken cancel)
    {
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        return Evaluate(book, await HeldAsync(userId, now, cancel), tenant.Tenant.IsHost, now);
    }

    /// <summary>What a role would add to somebody, everywhere or in an organization: the measure of whether an actor may hand it out.</summary>
    public async Task<Access> OfRoleAsync(Guid roleId, Guid? organizationId, CancellationToken cancel) =>
        OfRole(await catalogue.GetAsync(tenant.Tenant, cancel), roleId, organizationId, tenant.Tenant.IsHost);

    internal static Access OfRole(AccessBook book, Guid roleId, Guid? organizationId, bool isHost) =>
        Evaluate(book, [new(null, roleId, organizationId, null, null)], isHost, DateTimeOffset.UnixEpoch);

    /// <summary>Every reason for and against what the person may do at this moment, by permission; denials first.</summary>
    public async Task<IReadOnlyList<AccessPath>> ExplainAsync(Guid userId, CancellationToken cancel)
    {
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        return [.. (await HeldAsync(userId, now, cancel)).Where(held => held.IsInForce(now)).SelectMany(held => Explain(book, held, tenant.Tenant.IsHost)).OrderBy(path => path.Permission).ThenByDescending(path => path.IsDenied)];
    }

    /// <summary>The same for one permission and several people at once.</summary>
    public async Task<ILookup<Guid, AccessPath>> ExplainAsync(Permission permission, IReadOnlyCollection<Guid> userIds, CancellationToken cancel)
    {
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        var held = (await db.RoleAssignments.InForce(now).Where(a => userIds.Contains(a.UserId))
            .Select(a => new { a.UserId, Role = new HeldRole(a.Id, a.RoleId, a.OrganizationId, a.StartsAt, a.EndsAt) }).ToListAsync(cancel)).ToLookup(row => row.UserId, row => row.Role);
        return userIds.SelectMany(id => held[id].Append(Everybodys).SelectMany(role => Explain(book, role, tenant.Tenant.IsHost))
            .Where(path => path.Permission == permission).OrderByDescending(path => path.IsDenied).Select(path => (id, path))).ToLookup(row => row.id, row => row.path);
    }

    // Also what begins later: the answer says until when it holds.
    private async Task<List<HeldRole>> HeldAsync(Guid userId, DateTimeOffset now, CancellationToken cancel)
    {
        var held = await db.RoleAssignments.Where(a => a.UserId == userId && (a.EndsAt == null || a.EndsAt > now))
            .Select(a => new HeldRole(a.Id, a.RoleId, a.OrganizationId, a.StartsAt, a.EndsAt)).ToListAsync(cancel);
        return [.. held, Everybodys];
    }

    internal static Access Evaluate(AccessBook book, IReadOnlyList<HeldRole> all, bool isHost, DateTimeOffset now)
    {
        var held = all.Where(h => h.IsInForce(now)).ToList();
        var everywhere = Together(held.Where(h => h.OrganizationId is null).Select(h => book.Find(h.RoleId)), isHost, inOrganization: false);
        var inOrganizations = held.Where(h => h.OrganizationId is { } id && book.Organizations.IsInForce(id)).GroupBy(h => h.OrganizationId!.Value)
            .Select(group => KeyValuePair.Create(group.Key, Together(group.Select(h => book.Find(h.RoleId)), isHost, inOrganization: true)))
            .Select(here => KeyValuePair.Create(here.Key, here.Value with { Granted = here.Value.Granted.Except(everywhere.Denied).ToFrozenSet() }))
            .Where(here => here.Value.Granted.Count + here.Value.Denied.Count > 0).ToFrozenDictionary();
        return new(everywhere.Granted, inOrganizations, book.Organizations)
        {
            Closed = book.Closed,
            ChangesAt = all.SelectMany(h => new[] { h.StartsAt, h.EndsAt }).Where(at => at > now).Min(),
        };
    }

    private static Rights Together(IEnumerable<ResolvedRole?> roles, bool isHost, bool inOrganization)
    {
        var (granted, denied) = (new HashSet<Permission>(), new HashSet<Permission>());
        foreach (var role in roles.OfType<ResolvedRole>())
        {
            granted.UnionWith(role.Granted);
            denied.UnionWith(role.Denied);
        }
        granted.ExceptWith(denied);
        granted.RemoveWhere(permission => !CanBeHeld(permission, isHost, inOrganization));
        return new(granted.ToFrozenSet(), denied.ToFrozenSet());
    }

    internal static bool CanBeHeld(Permission permission, bool isHost, bool inOrganization) =>
        (!inOrganization || PermissionInfo.Of(permission).Scope == PermissionScope.Organization) && (isHost || permission != Permission.TenantsManage);

    private static IEnumerable<AccessPath> Explain(AccessBook book, HeldRole held, bool isHost)
    {
        if (book.Find(held.RoleId) is not { } role || (held.OrganizationId is { } id && !book.Organizations.IsInForce(id)))
            yield break;
        List<(Guid, string)> roles = [];
        foreach (var step in role.Chain)
        {
            if (!step.IsActive)
                yield break;
            roles.Add((step.Id, step.Name));
            foreach (var (permission, isDenied) in step.Own)
                if (isDenied || !book.Closed.Contains(permission) && CanBeHeld(permission, isHost, held.OrganizationId is not null))
                    yield return new(permission, isDenied, held.AssignmentId, held.OrganizationId, held.OrganizationId is { } place ? book.Organizations.Find(place)?.Name : null, held.EndsAt, [.. roles]);
        }
    }
}
