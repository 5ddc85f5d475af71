using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Roles;

public enum RoleChoice { All, Own, Product, Unused, Inactive }

public sealed record RoleRow(Guid Id, string Name, string Description, bool IsSystem, bool IsActive, Guid? ParentId, string? Parent, long? Members, int Permissions, bool RequiresSecondFactor, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record RoleListing(Page<RoleRow> Page, int Count);

/// <summary>How roles are used. <paramref name="HeldByNobody"/> are the permissions that no role gives which somebody has.</summary>
public sealed record RoleFigures(int Roles, int Unused, int Inactive, IReadOnlyList<PermissionInfo> HeldByNobody);

/// <summary>One role's page. <paramref name="Lacking"/> is what the actor would have to hold as well to change it.</summary>
public sealed record RoleDetails(
    Guid Id, string Name, string Description, bool IsSystem, RoleForm Form, string Stamp, string? Parent, IReadOnlyList<RoleName> Heirs, int Permissions, long? Members,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool MayEdit, IReadOnlyList<Permission> Lacking, bool RequiresSecondFactor);

public sealed record RoleName(Guid Id, string Name);

/// <summary>A person who has a role now or will, with each assignment of it.</summary>
public sealed record MemberRow(Guid Id, string FullName, string Email, UserStatus Status, IReadOnlyList<AssignmentRow> Assignments);

public sealed record MemberListing(Page<MemberRow> Page, RowCount Count);

/// <summary>A role that can be held in an organization, and how many hold it there itself.</summary>
public sealed record LocalRole(Guid Id, string Name, int Holders, bool MayAssign);

/// <summary>A place in which a role can be given; null is everywhere.</summary>
public sealed record Place(Guid? OrganizationId, string Name);

/// <summary>Looks roles up. Without <see cref="Permission.RolesView"/> there are none; who sees some people only counts and finds these.</summary>
public sealed class RoleDirectory(UserAdminDbContext db, AccessReport report, AccessEvaluator evaluator, UserDirectory users, AccessCatalogue catalogue, CurrentTenant tenant, KeptFigures kept, TimeProvider clock)
{
    public const int PageSize = 50;

    private const int Few = 4000;
    private const int MostPlaces = 500;

    public async Task<RoleListing> ListAsync(string? search, RoleChoice choice, PageStart start, Actor actor, CancellationToken cancel, int size = PageSize)
    {
        if (!actor.CanSomewhere(Permission.RolesView))
            return new(new([], null, null), 0);
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        var found = Matching(search, choice, now);
        var count = await found.CountAsync(cancel);
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await db.Roles.Where(r => r.Id == id).Select(r => r.NormalizedName).SingleOrDefaultAsync(cancel) : null;
        var backwards = start.AtEnd || (start.Before is not null && cursor is not null);
        if (cursor is not null)
            found = backwards ? found.Where(r => string.Compare(r.NormalizedName, cursor) < 0) : found.Where(r => string.Compare(r.NormalizedName, cursor) > 0);
        var rows = await (backwards ? found.OrderByDescending(r => r.NormalizedName) : found.OrderBy(r => r.NormalizedName)).Skip(start.Skip).Take(size + 1).AsNoTracking().ToListAsync(cancel);
        var members = await CountMembersAsync(actor, now, cancel);
        return new(Page.Of(rows.ConvertAll(role => new RoleRow(role.Id, role.Name, DescriptionOf(role), role.IsSystem, role.IsActive, role.ParentId, role.ParentId is { } parent ? book.Find(parent)?.Name : null,
            members is null ? null : members.GetValueOrDefault(role.Id), book.Find(role.Id)?.Granted.Count ?? 0, role.RequiresSecondFactor, role.CreatedAt, role.UpdatedAt)), size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString()), count);
    }

    public async Task<RoleFigures?> FiguresAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.RolesView))
            return null;
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        var held = await db.Roles.Where(r => db.RoleAssignments.Any(a => a.RoleId == r.Id && a.StartsAt <= now && (a.EndsAt == null || a.EndsAt > now))).Select(r => r.Id).ToListAsync(cancel);
        var given = held.Append(SystemRoles.EndUser.Id).Select(book.Find).OfType<ResolvedRole>().SelectMany(role => role.Granted).ToHashSet();
        return new(book.Roles.Count(), await Matching(null, RoleChoice.Unused, now).CountAsync(cancel), book.Roles.Count(role => !role.IsActive),
            [.. PermissionInfo.All.Where(info => !given.Contains(info.Permission) && AccessEvaluator.CanBeHeld(info.Permission, tenant.Tenant.IsHost, inOrganization: false))]);
    }

    public async Task<RoleDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.RolesView) || await db.Roles.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancel) is not { } role)
            return null;
        var book = await catalogue.GetAsync(tenant.Tenant, cancel);
        if (book.Find(id) is not { } resolved)
            return null;
        var lacking = role.IsActive ? RoleChange.Lacking(resolved, book, actor, tenant.Tenant.IsHost)
            : await RoleRows.LoadAsync(db, cancel) is var rows ? RoleChange.Lacking(id, rows, rows, actor, tenant.Tenant.IsHost) : [];
        var members = await CountMembersAsync(actor, clock.GetUtcNow(), cancel);
        return new(id, role.Name, DescriptionOf(role), role.IsSystem, new() { Name = role.Name, Description = role.Description, ParentId = role.ParentId, IsActive = role.IsActive }, role.ConcurrencyStamp,
            role.ParentId is { } parent ? book.Find(parent)?.Name : null,
            [.. book.Roles.Where(other => other.Parent?.Id == id).OrderBy(other => other.Name, StringComparer.Ordinal).Select(other => new RoleName(other.Id, other.Name))],
            resolved.Granted.Count, members is null ? null : members.GetValueOrDefault(id), role.CreatedAt, role.UpdatedAt,
            !role.IsSystem && actor.Can(Permission.RolesEdit) && lacking.Count == 0, lacking, role.RequiresSecondFactor);
    }

    /// <summary>All roles by name, to choose from. Whoever may see people may know the roles' names.</summary>
    public async Task<IReadOnlyList<RoleName>> NamesAsync(Actor actor, CancellationToken cancel) =>
        !actor.CanSomewhere(Permission.UsersView) && !actor.CanSomewhere(Permission.RolesView) ? []
        : [.. (await catalogue.GetAsync(tenant.Tenant, cancel)).Roles.Select(role => new RoleName(role.Id, role.Name)).OrderBy(role => role.Name, StringComparer.CurrentCultureIgnoreCase)];

    /// <summary>The roles that a role can inherit from without a cycle, by name.</summary>
    public async Task<IReadOnlyList<RoleName>> PossibleParentsAsync(Guid? ofRole, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.RolesEdit))
            return [];
        var rows = await RoleRows.LoadAsync(db, cancel);
        return [.. rows.Roles.Where(role => ofRole is not { } id || !rows.IsBelow(role.Id, id)).Select(role => new RoleName(role.Id, role.Name)).OrderBy(role => role.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>The roles the actor may give in a place, by name.</summary>
    public async Task<IReadOnlyList<RoleName>> AssignableAsync(Guid? organizationId, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.RolesAssign))
            return [];
        var book = await catalogue.GetAsync(tenant.Tenant, cancel);
        return [.. book.Roles.Where(role => GrantRule.RefusePlace(book, role.Id, organizationId) is null && GrantRule.Allows(actor.Access, book, role.Id, organizationId, tenant.Tenant.IsHost, isTaking: false))
            .Select(role => new RoleName(role.Id, role.Name)).OrderBy(role => role.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>The roles that can be held in an organization, by name; none without <see cref="Permission.RolesView"/> there.</summary>
    public async Task<IReadOnlyList<LocalRole>> InOrganizationAsync(Guid organizationId, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanIn(organizationId, Permission.RolesView))
            return [];
        var book = await catalogue.GetAsync(tenant.Tenant, cancel);
        if (book.Organizations.Find(organizationId) is null)
            return [];
        var holders = await db.RoleAssignments.InForce(clock.GetUtcNow()).Where(a => a.OrganizationId == organizationId && db.Users.Any(u => u.Id == a.UserId && u.DeletedAt == null)).GroupBy(a => a.RoleId)
            .Select(group => new { Role = group.Key, People = group.Select(a => a.UserId).Distinct().Count() }).ToDictionaryAsync(row => row.Role, row => row.People, cancel);
        return [.. book.Roles.Where(role => holders.ContainsKey(role.Id) || GrantRule.RefusePlace(book, role.Id, organizationId) is null)
            .Select(role => new LocalRole(role.Id, role.Name, holders.GetValueOrDefault(role.Id),
                GrantRule.RefusePlace(book, role.Id, organizationId) is null && GrantRule.Allows(actor.Access, book, role.Id, organizationId, tenant.Tenant.IsHost, isTaking: false)))
            .OrderBy(role => role.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>Where the actor holds a permission: everywhere, and organizations by name (the first 500).</summary>
    public async Task<IReadOnlyList<Place>> PlacesAsync(Permission permission, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(permission))
            return [];
        var (book, reach) = (await catalogue.GetAsync(tenant.Tenant, cancel), actor.Access.ReachOf(permission));
        var organizations = db.Organizations.Where(o => o.DeactivatedAt == null && o.DeletedAt == null);
        if (!reach.IsEverywhere)
            organizations = organizations.Where(o => db.OrganizationPaths.Any(path => path.OrganizationId == o.Id && reach.Granted.Contains(path.AncestorId)));
        var found = await organizations.OrderBy(o => o.NormalizedName).ThenBy(o => o.Id).Take(MostPlaces).Select(o => new Place(o.Id, o.Name)).ToListAsync(cancel);
        IEnumerable<Place> everywhere = reach.IsEverywhere ? [new(null, "Everywhere")] : [];
        return [.. everywhere, .. found.Where(place => actor.CanIn(place.OrganizationId!.Value, permission) && book.Organizations.IsInForce(place.OrganizationId.Value))];
    }

    /// <summary>Who has the role now or will, by name. Fast whatever their number.</summary>
    public async Task<MemberListing> MembersAsync(Guid roleId, string? search, PageStart start, Actor actor, CancellationToken cancel, int size = 25)
    {
        if (!actor.CanSomewhere(Permission.RolesView))
            return new(new([], null, null), new(0));
        var found = await users.ListAsync(new() { RoleId = roleId, WithComing = true, Search = search, PageSize = size }, start, actor, cancel);
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        var ids = found.Page.Rows.Select(user => user.Id).ToList();
        var held = (await db.RoleAssignments.AsNoTracking().Where(a => a.RoleId == roleId && ids.Contains(a.UserId) && (a.EndsAt == null || a.EndsAt > now)).OrderBy(a => a.StartsAt).ToListAsync(cancel)).ToLookup(a => a.UserId);

        var rows = new List<MemberRow>();
        foreach (var user in found.Page.Rows)
        {
            var mayHandle = actor.CanSomewhere(Permission.RolesAssign) && await report.MayHandleAsync(user.Id, await evaluator.EvaluateAsync(user.Id, cancel), actor, cancel);
            rows.Add(new(user.Id, user.FullName, user.Email, user.Status,
                [.. held[user.Id].Where(a => a.OrganizationId is not { } place || actor.CanIn(place, Permission.RolesView))
                    .Select(a => AccessReport.RowOf(a, book, mayHandle && GrantRule.Allows(actor.Access, book, roleId, a.OrganizationId, tenant.Tenant.IsHost, isTaking: true)))]));
        }
        return new(new(rows, found.Page.Previous, found.Page.Next), found.Count);
    }

    private IQueryable<Role> Matching(string? search, RoleChoice choice, DateTimeOffset now)
    {
        var roles = db.Roles.AsQueryable();
        foreach (var word in Text.Visible(search).ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(6))
            roles = roles.Where(r => r.NormalizedName.Contains(word));
        var ofProduct = SystemRoles.All.Select(role => role.Id).ToList();
        return choice switch
        {
            RoleChoice.Own => roles.Where(r => !ofProduct.Contains(r.Id)),
            RoleChoice.Product => roles.Where(r => ofProduct.Contains(r.Id)),
            RoleChoice.Inactive => roles.Where(r => !r.IsActive),
            RoleChoice.Unused => roles.Where(r => r.Id != SystemRoles.EndUser.Id && !db.RoleAssignments.Any(a => a.RoleId == r.Id && a.StartsAt <= now && (a.EndsAt == null || a.EndsAt > now))),
            _ => roles,
        };
    }

    // Counted exactly while they are few or the actor sees some people only; beyond, at most a minute old. Null while that is being counted.
    private async Task<IReadOnlyDictionary<Guid, long>?> CountMembersAsync(Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        var seesAll = actor.Access.ReachOf(Permission.UsersView) is { IsEverywhere: true, Denied: [] };
        if (!seesAll || await db.RoleAssignments.Take(Few + 1).CountAsync(cancel) <= Few)
            return await CountAsync(db, db.Users.Existing().VisibleTo(actor, db), now, cancel);
        return (await kept.FindAsync(tenant.Tenant, "role-members", fresh => CountAsync(fresh, fresh.Users.Existing(), clock.GetUtcNow(), CancellationToken.None), cancel))?.Value;
    }

    private static async Task<IReadOnlyDictionary<Guid, long>> CountAsync(UserAdminDbContext db, IQueryable<User> people, DateTimeOffset now, CancellationToken cancel) =>
        await db.RoleAssignments.InForce(now).Where(a => people.Any(u => u.Id == a.UserId)).GroupBy(a => a.RoleId)
            .Select(group => new { Role = group.Key, People = group.Select(a => a.UserId).Distinct().LongCount() }).ToDictionaryAsync(row => row.Role, row => row.People, cancel);

    private static string DescriptionOf(Role role) => SystemRoles.Find(role.Id)?.Description ?? role.Description ?? "";
}
