using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Organizations;

public sealed record OrganizationMemberRow(Guid UserId, string FullName, UserStatus Status, string? Title, DateTimeOffset JoinedAt)
{
    /// <summary>The roles held in this organization itself.</summary>
    public string? Roles { get; init; }
}

public sealed record OrganizationMemberListing(Page<OrganizationMemberRow> Page, RowCount Count);

public sealed record TeamOfMember(Guid Id, string Name, bool IsLead);

public sealed record MembershipRow(Guid OrganizationId, string Name, string Path, bool IsInForce, string? Title, DateTimeOffset JoinedAt, string? Roles, IReadOnlyList<TeamOfMember> Teams);

/// <summary>Shows who belongs where.</summary>
public sealed class MemberDirectory(UserAdminDbContext db, CurrentTenant tenant, AccessCatalogue catalogue, TimeProvider clock)
{
    public const int PageSize = 50;

    // Up to so many members are sorted; of more, the rows are read along the index of people's names.
    private const int Few = 4_000;

    /// <summary>The members of an organization by name; none without <see cref="Permission.OrganizationsView"/> in it.</summary>
    public async Task<OrganizationMemberListing> ListAsync(Guid organizationId, string? search, PageStart start, Actor actor, CancellationToken cancel, int size = PageSize)
    {
        if (!actor.CanIn(organizationId, Permission.OrganizationsView))
            return new(new([], null, null), new(0));

        var memberIds = db.Memberships.Where(m => m.OrganizationId == organizationId).Select(m => m.UserId);
        var words = UserFilter.WordsOf(search);
        var members = db.Users.Existing().Where(u => memberIds.Contains(u.Id)).MatchingEach(words);
        var counted = await members.Take(Few + 1).CountAsync(cancel);
        if (counted > Few)
            members = db.UsersAlong(UserSort.Name).Existing().Where(u => db.Memberships.Any(m => m.OrganizationId == organizationId && m.UserId == u.Id)).MatchingEach(words);
        return new(await PageAsync(organizationId, members, start, size, actor, cancel), counted > Few ? new(Few, IsAtLeast: true) : new(counted));
    }

    /// <summary>One member; null when they are none, or the actor may not see it.</summary>
    public async Task<OrganizationMemberRow?> FindAsync(Guid organizationId, Guid userId, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanIn(organizationId, Permission.OrganizationsView))
            return null;
        var member = db.Users.Existing().Where(u => u.Id == userId && db.Memberships.Any(m => m.OrganizationId == organizationId && m.UserId == u.Id));
        return (await PageAsync(organizationId, member, PageStart.First, 1, actor, cancel)).Rows is [var row] ? row : null;
    }

    /// <summary>Where somebody belongs, with roles and teams there: one's own, or those the actor may see of a person they may see.</summary>
    public async Task<IReadOnlyList<MembershipRow>> ListOfAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        var isOwn = userId == actor.UserId;
        if (!isOwn && !await db.ReachesAsync(actor, Permission.UsersView, userId, cancel))
            return [];
        var (tree, now) = ((await catalogue.GetAsync(tenant.Tenant, cancel)).Organizations, clock.GetUtcNow());
        var found = await (from membership in db.Memberships
                           join organization in db.Organizations.Existing() on membership.OrganizationId equals organization.Id
                           where membership.UserId == userId
                           orderby organization.NormalizedName, organization.Id
                           select new { organization.Id, organization.Name, membership.Title, membership.JoinedAt }).ToListAsync(cancel);
        var roles = await RolesAsync(db.RoleAssignments.Where(a => a.UserId == userId && a.OrganizationId != null), now, cancel);
        var teams = await (from member in db.TeamMembers
                           join team in db.Teams on member.TeamId equals team.Id
                           where member.UserId == userId
                           orderby team.NormalizedName
                           select new { team.OrganizationId, Row = new TeamOfMember(team.Id, team.Name, team.LeadId == userId) }).ToListAsync(cancel);
        return [.. found.Where(row => isOwn || actor.CanIn(row.Id, Permission.OrganizationsView)).Select(row => new MembershipRow(
            row.Id, row.Name, string.Join(" / ", (isOwn ? [.. tree.UpFrom(row.Id).Skip(1).Reverse().Select(id => tree.Find(id)!.Name)] : OrganizationDirectory.Above(tree, row.Id, actor).Select(above => above.Name))),
            tree.IsInForce(row.Id), row.Title, row.JoinedAt, roles.GetValueOrDefault((row.Id, userId)),
            // A team of an organization above shows where its member belongs below it.
            [.. teams.Where(team => tree.UpFrom(row.Id).Contains(team.OrganizationId) && (isOwn || actor.CanIn(team.OrganizationId, Permission.OrganizationsView))).Select(team => team.Row)]))];
    }

    /// <summary>The names of the organizations of these people that the actor may see, for a list.</summary>
    public static async Task<IReadOnlyDictionary<Guid, string>> NamesAsync(UserAdminDbContext db, IReadOnlyCollection<Guid> userIds, Actor actor, CancellationToken cancel)
    {
        var found = await (from membership in db.Memberships
                           join organization in db.Organizations.Existing() on membership.OrganizationId equals organization.Id
                           where userIds.Contains(membership.UserId)
                           orderby organization.NormalizedName
                           select new { membership.UserId, organization.Id, organization.Name }).ToListAsync(cancel);
        return found.Where(row => actor.CanIn(row.Id, Permission.OrganizationsView)).GroupBy(row => row.UserId).ToDictionary(group => group.Key, group => string.Join(", ", group.Select(row => row.Name)));
    }

    private async Task<Page<OrganizationMemberRow>> PageAsync(Guid organizationId, IQueryable<User> members, PageStart start, int size, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id)
            ? await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && db.Memberships.Any(m => m.OrganizationId == organizationId && m.UserId == id), cancel) : null;
        var backwards = start.AtEnd || (start.Before is not null && cursor is not null);
        if (cursor is not null)
            members = members.Following(cursor, UserSort.Name, backwards);
        var found = await members.InOrder(UserSort.Name, backwards).Skip(start.Skip).Take(size + 1).Select(u => new
        {
            u.Id,
            FullName = (u.FirstName + " " + u.LastName).Trim(),
            Status = User.StatusOf(u.DeletedAt, u.DeactivatedAt, u.LockedUntil, u.ExpiresAt, u.ActivatedAt, now),
            Membership = db.Memberships.Where(m => m.OrganizationId == organizationId && m.UserId == u.Id).Select(m => new { m.Title, m.JoinedAt }).First(),
        }).AsNoTracking().ToListAsync(cancel);
        var ids = found.ConvertAll(row => row.Id);
        var roles = !actor.CanIn(organizationId, Permission.RolesView) ? []
            : await RolesAsync(db.RoleAssignments.Where(a => a.OrganizationId == organizationId && ids.Contains(a.UserId)), now, cancel);
        return Page.Of(found.ConvertAll(row => new OrganizationMemberRow(row.Id, row.FullName, row.Status, row.Membership.Title, row.Membership.JoinedAt) { Roles = roles.GetValueOrDefault((organizationId, row.Id)) }),
            size, backwards, cursor is not null || start.Skip > 0, row => row.UserId.ToString());
    }

    private async Task<Dictionary<(Guid OrganizationId, Guid UserId), string>> RolesAsync(IQueryable<RoleAssignment> assignments, DateTimeOffset now, CancellationToken cancel)
    {
        var held = await assignments.InForce(now).Join(db.Roles, a => a.RoleId, role => role.Id, (a, role) => new { OrganizationId = a.OrganizationId!.Value, a.UserId, role.Name }).ToListAsync(cancel);
        return held.GroupBy(h => (h.OrganizationId, h.UserId)).ToDictionary(group => group.Key, group => string.Join(", ", group.Select(h => h.Name).Distinct().Order(StringComparer.Ordinal)));
    }
}
