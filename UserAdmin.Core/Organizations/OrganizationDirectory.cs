using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Organizations;

public sealed record OrganizationRow(Guid Id, string Name, DateTimeOffset? DeactivatedAt, DateTimeOffset? DeletedAt, int Subsidiaries, int Members)
{
    /// <summary>The names from the top down to the one above it, as far as the reader sees them.</summary>
    public string Path { get; init; } = "";

    public Guid? ParentId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    public OrganizationStatus Status => DeletedAt is not null ? OrganizationStatus.Deleted : DeactivatedAt is not null ? OrganizationStatus.Deactivated : OrganizationStatus.Active;
}

public sealed record OrganizationBranch(IReadOnlyList<OrganizationRow> Rows, Guid? Next);

public sealed record OrganizationMatches(IReadOnlyList<OrganizationRow> Rows, bool HasMore);

/// <summary>Which organizations to list: by name and state, without one all but the deleted; below one, or with <paramref name="IsTop"/> the topmost that the reader sees.</summary>
public sealed record OrganizationFilter(string? Search = null, OrganizationStatus? Status = null, Guid? ParentId = null, bool IsTop = false);

public sealed record OrganizationListing(Page<OrganizationRow> Page, int Count);

public sealed record OrganizationDetails(
    Guid Id, Guid? ParentId, OrganizationForm Form, OrganizationStatus Status, string? StatusReason, bool IsInForce, IReadOnlyList<(Guid Id, string Name)> Above,
    int Subsidiaries, int Below, int Members, int Teams, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Shows the organizations in which the actor holds <see cref="Permission.OrganizationsView"/>.</summary>
public sealed class OrganizationDirectory(UserAdminDbContext db, CurrentTenant tenant, AccessCatalogue catalogue)
{
    public const int BranchSize = 100;
    public const int Shown = 50;

    /// <summary>The organizations below one, by name, a hundred at a time; with null the topmost the actor sees. Deleted ones are left out.</summary>
    public async Task<OrganizationBranch> ListBelowAsync(Guid? parentId, Guid? after, Actor actor, CancellationToken cancel)
    {
        var reach = actor.Access.ReachOf(Permission.OrganizationsView);
        if (parentId is { } parent ? !actor.CanIn(parent, Permission.OrganizationsView) : !actor.CanSomewhere(Permission.OrganizationsView))
            return new([], null);
        var visible = db.Organizations.Existing().Within(actor, Permission.OrganizationsView, db);
        var here = parentId is not null || reach.IsEverywhere ? visible.Where(o => o.ParentId == parentId)
            : visible.Where(o => o.ParentId == null || !db.Organizations.Within(actor, Permission.OrganizationsView, db).Any(above => above.Id == o.ParentId));
        if (after is { } last && await here.Where(o => o.Id == last).Select(o => o.NormalizedName).SingleOrDefaultAsync(cancel) is { } name)
            here = here.Where(o => string.Compare(o.NormalizedName, name) > 0 || (o.NormalizedName == name && o.Id > last));
        var rows = await RowsAsync(here.OrderBy(o => o.NormalizedName).ThenBy(o => o.Id).Take(BranchSize + 1), cancel);
        return rows.Count > BranchSize ? new(rows[..BranchSize], rows[BranchSize - 1].Id) : new(rows, null);
    }

    /// <summary>Those whose name has the text, fifty at most, with where they stand; deleted ones instead of the others when asked for.</summary>
    public Task<OrganizationMatches> SearchAsync(string? text, bool deleted, Actor actor, CancellationToken cancel) =>
        SearchAsync(text, Permission.OrganizationsView, deleted ? OrganizationStatus.Deleted : null, Shown, actor, cancel);

    /// <summary>Those in which the actor may do this, to choose from; <paramref name="count"/> at most.</summary>
    public Task<OrganizationMatches> ChooseAsync(string? text, Permission permission, int count, Actor actor, CancellationToken cancel) =>
        SearchAsync(text, permission, OrganizationStatus.Active, count, actor, cancel);

    /// <summary>All that the actor sees by name, a page at a time, with where they stand.</summary>
    public async Task<OrganizationListing> ListAsync(OrganizationFilter filter, PageStart start, int size, Actor actor, CancellationToken cancel)
    {
        if (filter.ParentId is { } parent ? !actor.CanIn(parent, Permission.OrganizationsView) : !actor.CanSomewhere(Permission.OrganizationsView))
            return new(new([], null, null), 0);
        var found = Matching(filter, actor);
        return new(await PageAsync(found, start, size, actor, cancel), await found.CountAsync(cancel));
    }

    /// <summary>The same uncounted, a page of 200 at a time; narrowed like <see cref="SearchAsync(string?, bool, Actor, CancellationToken)"/>.</summary>
    internal async Task<Page<OrganizationRow>> ReadAsync(string? text, bool deleted, PageStart start, Actor actor, CancellationToken cancel) =>
        !actor.CanSomewhere(Permission.OrganizationsView) ? new([], null, null)
        : await PageAsync(Matching(new(text, deleted ? OrganizationStatus.Deleted : null), actor), start, 200, actor, cancel);

    /// <summary>Null when there is none, or the actor may not see it.</summary>
    public async Task<OrganizationDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanIn(id, Permission.OrganizationsView) || await db.Organizations.AsNoTracking().SingleOrDefaultAsync(o => o.Id == id, cancel) is not { } organization)
            return null;
        var tree = (await catalogue.GetAsync(tenant.Tenant, cancel)).Organizations;
        return new(
            id, organization.ParentId, OrganizationForm.Of(organization), organization.Status, organization.StatusReason,
            await db.Organizations.InForce(db).AnyAsync(o => o.Id == id, cancel), Above(tree, id, actor),
            await db.Organizations.Existing().CountAsync(o => o.ParentId == id, cancel),
            await db.OrganizationPaths.CountAsync(path => path.AncestorId == id && path.Depth > 0 && db.Organizations.Any(o => o.Id == path.OrganizationId && o.DeletedAt == null), cancel),
            await db.Memberships.CountAsync(m => m.OrganizationId == id && db.Users.Any(u => u.Id == m.UserId && u.DeletedAt == null), cancel),
            await db.Teams.CountAsync(t => t.OrganizationId == id, cancel), organization.CreatedAt, organization.UpdatedAt);
    }

    /// <summary>Names for ids that the actor may see.</summary>
    public async Task<string?> FindNameAsync(Guid id, Actor actor, CancellationToken cancel) =>
        actor.CanIn(id, Permission.OrganizationsView) ? (await catalogue.GetAsync(tenant.Tenant, cancel)).Organizations.Find(id)?.Name : null;

    /// <summary>How a filter by an organization and those below it reads on a file; null when there is none.</summary>
    internal async Task<string?> NameInFilterAsync(Guid? id, Actor actor, CancellationToken cancel) =>
        id is not { } organization ? null : await FindNameAsync(organization, actor, cancel) is { } name ? $"{name} or below" : "One that is gone, or that the reader may not see";

    private IQueryable<Organization> Matching(OrganizationFilter filter, Actor actor)
    {
        var part = OrganizationForm.NormalizedNameOf(Text.Visible(filter.Search));
        var visible = db.Organizations.Within(actor, Permission.OrganizationsView, db);
        var found = visible.Where(o => o.NormalizedName.Contains(part));
        if (filter.ParentId is { } parent)
            found = found.Where(o => o.ParentId == parent);
        else if (filter.IsTop)
            found = found.Where(o => o.ParentId == null || !visible.Any(above => above.Id == o.ParentId && above.DeletedAt == null));
        return filter.Status switch
        {
            OrganizationStatus.Deleted => found.Where(o => o.DeletedAt != null),
            OrganizationStatus.Deactivated => found.Where(o => o.DeletedAt == null && o.DeactivatedAt != null),
            OrganizationStatus.Active => found.Where(o => o.DeletedAt == null && o.DeactivatedAt == null),
            _ => found.Existing(),
        };
    }

    private async Task<Page<OrganizationRow>> PageAsync(IQueryable<Organization> found, PageStart start, int size, Actor actor, CancellationToken cancel)
    {
        var cursor = Guid.TryParse(start.After ?? start.Before, out var last) ? await db.Organizations.Where(o => o.Id == last).Select(o => o.NormalizedName).SingleOrDefaultAsync(cancel) : null;
        var backwards = start.AtEnd || (start.Before is not null && cursor is not null);
        if (cursor is not null)
            found = backwards ? found.Where(o => string.Compare(o.NormalizedName, cursor) < 0 || (o.NormalizedName == cursor && o.Id < last))
                : found.Where(o => string.Compare(o.NormalizedName, cursor) > 0 || (o.NormalizedName == cursor && o.Id > last));
        var ordered = backwards ? found.OrderByDescending(o => o.NormalizedName).ThenByDescending(o => o.Id) : found.OrderBy(o => o.NormalizedName).ThenBy(o => o.Id);
        var rows = await RowsAsync(ordered.Skip(start.Skip).Take(size + 1), cancel);
        var tree = (await catalogue.GetAsync(tenant.Tenant, cancel)).Organizations;
        return Page.Of(rows.ConvertAll(row => row with { Path = string.Join(" / ", Above(tree, row.Id, actor).Select(above => above.Name)) }), size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString());
    }

    private async Task<OrganizationMatches> SearchAsync(string? text, Permission permission, OrganizationStatus? status, int count, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(permission))
            return new([], false);
        var part = OrganizationForm.NormalizedNameOf(Text.Visible(text));
        var found = db.Organizations.Within(actor, permission, db).Where(o => o.NormalizedName.Contains(part));
        found = status switch
        {
            OrganizationStatus.Deleted => found.Where(o => o.DeletedAt != null),
            OrganizationStatus.Active => found.InForce(db),
            _ => found.Existing(),
        };
        var rows = await RowsAsync(found.OrderBy(o => o.NormalizedName).ThenBy(o => o.Id).Take(count + 1), cancel);
        var tree = (await catalogue.GetAsync(tenant.Tenant, cancel)).Organizations;
        return new([.. rows.Take(count).Select(row => row with { Path = string.Join(" / ", Above(tree, row.Id, actor).Select(above => above.Name)) })], rows.Count > count);
    }

    private Task<List<OrganizationRow>> RowsAsync(IQueryable<Organization> organizations, CancellationToken cancel) => organizations.Select(o => new OrganizationRow(
        o.Id, o.Name, o.DeactivatedAt, o.DeletedAt, db.Organizations.Count(below => below.ParentId == o.Id && below.DeletedAt == null),
        db.Memberships.Count(m => m.OrganizationId == o.Id && db.Users.Any(u => u.Id == m.UserId && u.DeletedAt == null)))
    { ParentId = o.ParentId, CreatedAt = o.CreatedAt, UpdatedAt = o.UpdatedAt }).AsNoTracking().ToListAsync(cancel);

    internal static IReadOnlyList<(Guid Id, string Name)> Above(OrganizationTree tree, Guid id, Actor actor) =>
        [.. tree.UpFrom(id).Skip(1).Where(above => actor.CanIn(above, Permission.OrganizationsView)).Reverse().Select(above => (above, tree.Find(above)!.Name))];
}
