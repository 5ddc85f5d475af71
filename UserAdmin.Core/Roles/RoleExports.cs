using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;

namespace UserAdmin.Core.Roles;

public sealed record RoleListQuery(string? Search, RoleChoice Choice);

public sealed class RoleExport(RoleDirectory roles) : PagedExport<RoleListQuery, RoleRow>(ListName, "Roles", Permission.RolesView, Columns)
{
    public const string ListName = "roles";

    private static readonly ListColumns<RoleRow> Columns = new ListColumns<RoleRow>()
        .Text("Name", "name", row => row.Name, 28).Text("Description", "description", row => row.Description, 50).Text("Inherits from", "inherits_from", row => row.Parent)
        .YesNo("Of the product", "is_of_product", row => row.IsSystem).YesNo("Active", "is_active", row => row.IsActive)
        .Number("Members", "members", row => row.Members).Number("Permissions", "permissions", row => row.Permissions);

    protected override async Task<(Page<RoleRow> Page, long? Count)> ReadAsync(RoleListQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await roles.ListAsync(query.Search, query.Choice, start, actor, cancel);
        return (page, count);
    }

    protected override IEnumerable<(string Name, string? Value)> Describe(RoleListQuery query) => [("Search", query.Search), ("Which", query.Choice == RoleChoice.All ? null : query.Choice.ToString())];
}

public sealed record RoleMemberQuery(Guid RoleId, string? Search);

/// <summary>Who has a role: a row for each assignment.</summary>
public sealed class RoleMemberExport(RoleDirectory roles) : PagedExport<RoleMemberQuery, (MemberRow Person, AssignmentRow Held)>(ListName, "Members", Permission.RolesView, Columns)
{
    public const string ListName = "role-members";

    private static readonly ListColumns<(MemberRow Person, AssignmentRow Held)> Columns = new ListColumns<(MemberRow Person, AssignmentRow Held)>()
        .Text("Person", "person", row => row.Person.FullName, 28).Text("Email", "email", row => row.Person.Email, 32).Text("Status", "status", row => row.Person.Status.ToString(), 12)
        .Text("Where", "organization", row => row.Held.Organization ?? "Everywhere").Instant("From", "starts_at", row => row.Held.StartsAt).Instant("Until", "ends_at", row => row.Held.EndsAt)
        .Text("Given by", "given_by", row => row.Held.AssignedBy).Instant("Given", "given_at", row => row.Held.AssignedAt).Text("Reason", "reason", row => row.Held.Reason, 40).Text("Obstacle", "obstacle", row => row.Held.Obstacle, 30);

    protected override async Task<(Page<(MemberRow Person, AssignmentRow Held)> Page, long? Count)> ReadAsync(RoleMemberQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        // Everybody has it without being given it; the page says so and lists nobody.
        if (query.RoleId == SystemRoles.EndUser.Id)
            return (new([], null, null), 0);
        var (page, count) = await roles.MembersAsync(query.RoleId, query.Search, start, actor, cancel);
        return (new([.. page.Rows.SelectMany(person => person.Assignments, (person, held) => (person, held))], page.Previous, page.Next), count.Value);
    }

    protected override async Task<string?> TitleAsync(RoleMemberQuery query, Actor actor, CancellationToken cancel) =>
        await roles.FindAsync(query.RoleId, actor, cancel) is { } role ? $"Members of {role.Name}" : null;

    protected override IEnumerable<(string Name, string? Value)> Describe(RoleMemberQuery query) => [("Search", query.Search)];
}

public sealed record WhoCanQuery(string Permission, Guid? OrganizationId);

public sealed class WhoCanExport(PermissionHolders holders, RoleDirectory roles) : PagedExport<WhoCanQuery, HolderRow>(ListName, "Who can do this", Permission.RolesView, Columns)
{
    public const string ListName = "who-can";

    private static readonly ListColumns<HolderRow> Columns = new ListColumns<HolderRow>()
        .Text("Person", "person", row => row.FullName, 28).Text("Email", "email", row => row.Email, 32).Text("Why", "why", row => string.Join("; ", row.Paths.Select(Said)), 60);

    protected override async Task<(Page<HolderRow> Page, long? Count)> ReadAsync(WhoCanQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await holders.ListAsync(PermissionInfo.Find(query.Permission)!.Permission, query.OrganizationId, start, 200, actor, cancel);
        return (page, count.IsAtLeast ? null : count.Value);
    }

    protected override async Task<string?> TitleAsync(WhoCanQuery query, Actor actor, CancellationToken cancel)
    {
        if (PermissionInfo.Find(query.Permission ?? "") is not { } info)
            return null;
        var place = query.OrganizationId is not { } id ? null : (await roles.PlacesAsync(Permission.RolesView, actor, cancel)).FirstOrDefault(place => place.OrganizationId == id)?.Name;
        return query.OrganizationId is not null && place is null ? null : $"Who can: {info.Title}{(place is null ? "" : $" in {place}")}";
    }

    protected override IEnumerable<(string Name, string? Value)> Describe(WhoCanQuery query) => [("Permission", query.Permission), ("Which", "Active accounts")];

    private static string Said(AccessPath path) =>
        $"{(path.IsDenied ? "Denied by" : "Granted by")} {path.Roles[^1].Name}{(path.Roles.Count > 1 ? $" through {path.Roles[0].Name}" : "")}{(path.Organization is { } place ? $" in {place}" : "")}{(path.EndsAt is { } end ? $" until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "")}";
}

public sealed record RolePermissionQuery(Guid RoleId);

/// <summary>What a role says of each permission.</summary>
public sealed class RolePermissionExport(RolePermissions permissions, UserAdminDbContext db) : PagedExport<RolePermissionQuery, MatrixRow>(ListName, "Permissions", Permission.RolesView, Columns)
{
    public const string ListName = "role-permissions";

    private static readonly ListColumns<MatrixRow> Columns = new ListColumns<MatrixRow>()
        .Text("Module", "module", row => row.Permission.ModuleTitle).Text("Permission", "permission", row => row.Permission.Title, 30).Text("Code", "code", row => row.Permission.Code).Text("What it allows", "description", row => row.Permission.Description, 50)
        .Text("Said here", "own", row => row.Own.ToString(), 12).Text("Inherited", "inherited", row => row.Inherited.ToString(), 12).Text("Inherited from", "inherited_from", row => row.InheritedFrom)
        .Text("Result", "result", row => row.EffectiveWith(row.Own) switch { Statement.Grant => "Allowed", Statement.Deny => "Denied", _ => "Not allowed" }, 14);

    protected override async Task<(Page<MatrixRow> Page, long? Count)> ReadAsync(RolePermissionQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var rows = await permissions.FindAsync(query.RoleId, actor, cancel);
        return (new(rows, null, null), rows.Count);
    }

    protected override async Task<string?> TitleAsync(RolePermissionQuery query, Actor actor, CancellationToken cancel) =>
        await db.Roles.Where(r => r.Id == query.RoleId).Select(r => r.Name).SingleOrDefaultAsync(cancel) is { } role ? $"Permissions of {role}" : null;
}
