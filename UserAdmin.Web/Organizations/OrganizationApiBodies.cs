using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;
using UserAdmin.Web.Roles;

namespace UserAdmin.Web.Organizations;

internal sealed class NewOrganizationBody : OrganizationForm
{
    [Description("The organization above; at the top when it is left out.")]
    public Guid? ParentId { get; set; }
}

internal sealed class OrganizationMoveBody : ReasonBody
{
    [Description("The organization above; null for the top.")]
    public Guid? ParentId { get; set; }
}

internal sealed class NewMemberBody
{
    [Required, Description("The user.")]
    public Guid? UserId { get; set; }

    [StringLength(100, ErrorMessage = "A title can have 100 characters at most.")]
    public string? Title { get; set; }

    public MembershipForm ToForm() => new() { Title = Title };
}

internal sealed class MemberMoveBody : ReasonBody
{
    [Required, Description("The organization of which they become a member instead.")]
    public Guid? OrganizationId { get; set; }

    [Description("Whether the roles end that they hold in the former organization; they do when it is left out.")]
    public bool EndRoles { get; set; } = true;
}

internal sealed class NewTeamBody
{
    [Required, Description("The organization it belongs to.")]
    public Guid? OrganizationId { get; set; }

    [Required]
    public string Name { get; set; } = "";

    public string? Description { get; set; }

    public TeamForm ToForm() => new() { Name = Name, Description = Description };
}

internal sealed class TeamMemberBody
{
    [Required, Description("The user.")]
    public Guid? UserId { get; set; }
}

internal sealed class TeamLeadBody
{
    [Description("A member of the team; null for nobody.")]
    public Guid? UserId { get; set; }
}

/// <summary><paramref name="Path"/> are the names from the top down to the one above it, as far as the caller sees them.</summary>
internal sealed record OrganizationItemView(Guid Id, string Name, Guid? ParentId, string Path, OrganizationStatus Status, int Subsidiaries, int Members, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static OrganizationItemView Of(OrganizationRow row) => new(row.Id, row.Name, row.ParentId, row.Path, row.Status, row.Subsidiaries, row.Members, row.CreatedAt, row.UpdatedAt);
}

/// <summary><paramref name="IsInForce"/>: neither it nor one above it is deactivated or deleted, so that roles held in it count.</summary>
internal sealed record OrganizationView(
    [property: Fixed] Guid Id, string Name, [property: Fixed] Guid? ParentId, IReadOnlyList<NameView> Above, string? Description, string? Website, string? Email, string? Phone, string? Address, string? ExternalId, string? AllowedDomains,
    int? InvitationDays, [property: Fixed] OrganizationStatus Status, string? StatusReason, bool IsInForce, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    // Numbers of members and teams are left out: the version must not change with them.
    public static OrganizationView Of(OrganizationDetails found) => new(
        found.Id, found.Form.Name, found.ParentId, [.. found.Above.Select(above => new NameView(above.Id, above.Name))], found.Form.Description, found.Form.Website, found.Form.Email, found.Form.Phone,
        found.Form.Address, found.Form.ExternalId, found.Form.AllowedDomains, found.Form.InvitationDays, found.Status, found.StatusReason, found.IsInForce, found.CreatedAt, found.UpdatedAt);
}

/// <summary><paramref name="Roles"/> are the names of those held in this organization itself.</summary>
internal sealed record OrganizationMemberView(Guid UserId, string FullName, UserStatus Status, string? Title, DateTimeOffset JoinedAt, string? Roles)
{
    public static OrganizationMemberView Of(OrganizationMemberRow row) => new(row.UserId, row.FullName, row.Status, row.Title, row.JoinedAt, row.Roles);
}

internal sealed record MembershipTeamView(Guid Id, string Name, bool IsLead);

internal sealed record MembershipView(Guid OrganizationId, string Name, string Path, bool IsInForce, string? Title, DateTimeOffset JoinedAt, string? Roles, IReadOnlyList<MembershipTeamView> Teams)
{
    public static MembershipView Of(MembershipRow row) => new(
        row.OrganizationId, row.Name, row.Path, row.IsInForce, row.Title, row.JoinedAt, row.Roles, [.. row.Teams.Select(team => new MembershipTeamView(team.Id, team.Name, team.IsLead))]);
}

internal sealed record TeamItemView(Guid Id, string Name, string? Description, Guid OrganizationId, string Organization, Guid? LeadId, int Members, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static TeamItemView Of(TeamItem team) => new(team.Id, team.Name, team.Description, team.OrganizationId, team.Organization, team.LeadId, team.Members, team.CreatedAt, team.UpdatedAt);
}

internal sealed record TeamMemberView(Guid UserId, string FullName, DateTimeOffset AddedAt, bool IsLead);

internal sealed record TeamView(
    [property: Fixed] Guid Id, string Name, string? Description, [property: Fixed] Guid OrganizationId, string Organization, [property: Fixed] Guid? LeadId, IReadOnlyList<TeamMemberView> Members,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static TeamView Of(TeamDetails team) => new(
        team.Id, team.Form.Name, team.Form.Description, team.OrganizationId, team.Organization, team.Members.FirstOrDefault(member => member.IsLead)?.UserId,
        [.. team.Members.Select(member => new TeamMemberView(member.UserId, member.FullName, member.AddedAt, member.IsLead))], team.CreatedAt, team.UpdatedAt);
}
