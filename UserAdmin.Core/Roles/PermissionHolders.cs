using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Roles;

public sealed record HolderRow(Guid Id, string FullName, string Email, IReadOnlyList<AccessPath> Paths);

public sealed record HolderListing(Page<HolderRow> Page, RowCount Count);

/// <summary>Answers "who can do this?": the same rules as the evaluator's, in words of a database.</summary>
public sealed class PermissionHolders(UserAdminDbContext db, AccessEvaluator evaluator, AccessCatalogue catalogue, CurrentTenant tenant, TimeProvider clock)
{
    private const int Few = 4000;

    /// <summary>
    /// The active people who may do it, by name: somewhere, or in the organization. Empty for an actor who may not see roles (there). Those out of the actor's sight are left out.
    /// </summary>
    public async Task<HolderListing> ListAsync(Permission permission, Guid? organizationId, PageStart start, int size, Actor actor, CancellationToken cancel)
    {
        var mayAsk = organizationId is { } asked ? actor.CanIn(asked, Permission.RolesView) : actor.CanSomewhere(Permission.RolesView);
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        if (!mayAsk || (organizationId is { } place && !book.Organizations.IsInForce(place)))
            return new(new([], null, null), new(0));

        var holders = Holders(db.Users.WithStatus(UserStatus.Active, now), permission, organizationId, book, now).VisibleTo(actor, db);
        if (!actor.Can(Permission.RolesView))
            holders = holders.Within(actor, Permission.RolesView, db);
        var count = await holders.Take(Few + 1).CountAsync(cancel);
        if (count > Few)
        {
            holders = Holders(db.UsersAlong(UserSort.Name).WithStatus(UserStatus.Active, now), permission, organizationId, book, now).VisibleTo(actor, db);
            if (!actor.Can(Permission.RolesView))
                holders = holders.Within(actor, Permission.RolesView, db);
        }

        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancel) : null;
        var backwards = start.AtEnd || (start.Before is not null && cursor is not null);
        if (cursor is not null)
            holders = holders.Following(cursor, UserSort.Name, backwards);
        var rows = await holders.InOrder(UserSort.Name, backwards).Skip(start.Skip).Take(size + 1).Select(u => new HolderRow(u.Id, (u.FirstName + " " + u.LastName).Trim(), u.Email!, Array.Empty<AccessPath>())).AsNoTracking().ToListAsync(cancel);
        var paths = await evaluator.ExplainAsync(permission, rows.ConvertAll(row => row.Id), cancel);
        var explained = rows.ConvertAll(row => row with
        {
            Paths = [.. paths[row.Id].Where(path => path.OrganizationId is not { } where || ((row.Id == actor.UserId || actor.CanIn(where, Permission.RolesView))
                && (organizationId is not { } here || book.Organizations.UpFrom(here).Contains(where))))],
        });
        return new(Page.Of(explained, size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString()), count > Few ? new(Few, IsAtLeast: true) : new(count));
    }

    internal IQueryable<User> Holders(IQueryable<User> people, Permission permission, Guid? organizationId, AccessBook book, DateTimeOffset now)
    {
        var inOrganizations = PermissionInfo.Of(permission).Scope == PermissionScope.Organization;
        List<Guid> granting = [.. book.Roles.Where(role => role.Granted.Contains(permission)).Select(role => role.Id)];
        List<Guid> denying = [.. book.Roles.Where(role => role.Denied.Contains(permission)).Select(role => role.Id)];
        List<Guid> above = organizationId is { } place ? [.. book.Organizations.UpFrom(place)] : [];
        if (!AccessEvaluator.CanBeHeld(permission, tenant.Tenant.IsHost, inOrganization: false))
            return people.Where(u => false);

        var held = db.RoleAssignments.InForce(now);
        var denied = held.Where(a => denying.Contains(a.RoleId) && (a.OrganizationId == null || above.Contains(a.OrganizationId.Value))).Select(a => a.UserId);
        var grants = held.Where(a => granting.Contains(a.RoleId));
        if (!inOrganizations)
            grants = grants.Where(a => a.OrganizationId == null);
        else if (organizationId is not null)
            grants = grants.Where(a => a.OrganizationId == null || above.Contains(a.OrganizationId.Value));
        else
            // Held in an organization that is in force with all above it, and not denied there or above.
            grants = grants.Where(a => a.OrganizationId == null || (
                !db.OrganizationPaths.Any(path => path.OrganizationId == a.OrganizationId && db.Organizations.Any(o => o.Id == path.AncestorId && (o.DeactivatedAt != null || o.DeletedAt != null)))
                && !held.Any(other => other.UserId == a.UserId && denying.Contains(other.RoleId)
                    && db.OrganizationPaths.Any(path => path.OrganizationId == a.OrganizationId && path.AncestorId == other.OrganizationId))));
        if (denying.Count > 0)
            people = people.Where(u => !denied.Contains(u.Id));
        if (granting.Contains(SystemRoles.EndUser.Id))
            return people;
        var granted = grants.Select(a => a.UserId);
        return people.Where(u => granted.Contains(u.Id));
    }
}
