using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Organizations;

public sealed record OrganizationListQuery(string? Search, bool Deleted);

/// <summary>Every organization that the reader sees, by name, with where it stands in the tree.</summary>
public sealed class OrganizationExport(OrganizationDirectory organizations) : PagedExport<OrganizationListQuery, OrganizationRow>(ListName, "Organizations", Permission.OrganizationsView, Columns)
{
    public const string ListName = "organizations";

    private static readonly ListColumns<OrganizationRow> Columns = new ListColumns<OrganizationRow>()
        .Text("Name", "name", row => row.Name, 32).Text("Below", "path", row => row.Path, 48).Text("Status", "status", row => row.Status.ToString(), 12)
        .Number("Members", "members", row => row.Members).Number("Organizations below", "subsidiaries", row => row.Subsidiaries);

    protected override async Task<(Page<OrganizationRow> Page, long? Count)> ReadAsync(OrganizationListQuery query, PageStart start, Actor actor, CancellationToken cancel) =>
        (await organizations.ReadAsync(query.Search, query.Deleted, start, actor, cancel), null);

    protected override IEnumerable<(string Name, string? Value)> Describe(OrganizationListQuery query) => [("Search", query.Search), ("Status", query.Deleted ? "Deleted" : "Not deleted"), ("Sorted by", "Name")];
}

public sealed record OrganizationMemberQuery(Guid OrganizationId, string? Search);

public sealed class OrganizationMemberExport(MemberDirectory members, OrganizationDirectory organizations)
    : PagedExport<OrganizationMemberQuery, OrganizationMemberRow>(ListName, "Members", Permission.OrganizationsView, Columns)
{
    public const string ListName = "organization-members";

    private static readonly ListColumns<OrganizationMemberRow> Columns = new ListColumns<OrganizationMemberRow>()
        .Text("Name", "name", row => row.FullName, 28).Text("Status", "status", row => row.Status.ToString(), 12).Text("Title", "title", row => row.Title)
        .Text("Roles here", "roles", row => row.Roles, 32).Instant("Member since", "joined_at", row => row.JoinedAt);

    protected override async Task<(Page<OrganizationMemberRow> Page, long? Count)> ReadAsync(OrganizationMemberQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await members.ListAsync(query.OrganizationId, query.Search, start, actor, cancel);
        return (page, count.IsAtLeast ? null : count.Value);
    }

    protected override async Task<string?> TitleAsync(OrganizationMemberQuery query, Actor actor, CancellationToken cancel) =>
        await organizations.FindNameAsync(query.OrganizationId, actor, cancel) is { } name ? $"Members of {name}" : null;

    protected override IEnumerable<(string Name, string? Value)> Describe(OrganizationMemberQuery query) => [("Search", query.Search), ("Sorted by", "Name")];
}

public sealed record TeamListQuery(Guid OrganizationId);

public sealed class TeamExport(TeamService teams, OrganizationDirectory organizations) : PagedExport<TeamListQuery, TeamRow>(ListName, "Teams", Permission.OrganizationsView, Columns)
{
    public const string ListName = "teams";

    private static readonly ListColumns<TeamRow> Columns = new ListColumns<TeamRow>()
        .Text("Team", "name", row => row.Name, 28).Text("Lead", "lead", row => row.Lead, 28).Number("Members", "members", row => row.Members).Text("Description", "description", row => row.Description, 50);

    protected override async Task<(Page<TeamRow> Page, long? Count)> ReadAsync(TeamListQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var rows = await teams.ListAsync(query.OrganizationId, actor, cancel);
        return (new(rows, null, null), rows.Count);
    }

    protected override async Task<string?> TitleAsync(TeamListQuery query, Actor actor, CancellationToken cancel) =>
        await organizations.FindNameAsync(query.OrganizationId, actor, cancel) is { } name ? $"Teams of {name}" : null;
}

public sealed record TeamMemberQuery(Guid TeamId);

public sealed class TeamMemberExport(TeamService teams) : PagedExport<TeamMemberQuery, TeamMemberRow>(ListName, "Members", Permission.OrganizationsView, Columns)
{
    public const string ListName = "team-members";

    private static readonly ListColumns<TeamMemberRow> Columns = new ListColumns<TeamMemberRow>()
        .Text("Name", "name", row => row.FullName, 28).YesNo("Lead", "is_lead", row => row.IsLead).Instant("Since", "added_at", row => row.AddedAt);

    protected override async Task<(Page<TeamMemberRow> Page, long? Count)> ReadAsync(TeamMemberQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var rows = (await teams.FindAsync(query.TeamId, actor, cancel))?.Members ?? [];
        return (new(rows, null, null), rows.Count);
    }

    protected override async Task<string?> TitleAsync(TeamMemberQuery query, Actor actor, CancellationToken cancel) =>
        await teams.FindAsync(query.TeamId, actor, cancel) is { } team ? $"Members of {team.Form.Name} ({team.Organization})" : null;

    protected override IEnumerable<(string Name, string? Value)> Describe(TeamMemberQuery query) => [("Sorted by", "Name")];
}
