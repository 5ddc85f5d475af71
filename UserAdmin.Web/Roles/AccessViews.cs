using UserAdmin.Core.Roles;

namespace UserAdmin.Web.Roles;

internal sealed record NamedView(Guid Id, string Name);

/// <summary>A role that somebody holds. <paramref name="Obstacle"/> says why it gives nothing though it is in force.</summary>
internal sealed record AssignmentView(
    Guid Id, NamedView Role, NamedView? Organization, DateTimeOffset StartsAt, DateTimeOffset? EndsAt, string? Reason, string AssignedBy, DateTimeOffset AssignedAt, string? Obstacle)
{
    public static AssignmentView Of(AssignmentRow row) => new(
        row.Id, new(row.RoleId, row.Role), row.OrganizationId is { } place ? new(place, row.Organization ?? "") : null, row.StartsAt, row.EndsAt, row.Reason, row.AssignedBy, row.AssignedAt, row.Obstacle);
}

/// <summary>A way by which a permission is held or denied: the role that somebody holds, and those it inherits from up to the one that says it.</summary>
internal sealed record AccessPathView(bool IsDenied, IReadOnlyList<NamedView> Roles, NamedView? Organization, DateTimeOffset? EndsAt);

internal sealed record HeldPermissionView(string Code, string Title, bool IsHeld, bool IsEverywhere, IReadOnlyList<string> Organizations, IReadOnlyList<string> Except, IReadOnlyList<AccessPathView> Why);

/// <summary>What somebody may do at this moment; it changes at <paramref name="ChangesAt"/> when nobody changes it before.</summary>
internal sealed record AccessView(IReadOnlyList<AssignmentView> Roles, IReadOnlyList<HeldPermissionView> Permissions, DateTimeOffset? ChangesAt)
{
    public static AccessView Of(PersonAccess access) => new(
        [.. access.Assignments.Select(AssignmentView.Of)],
        [.. access.Permissions.Where(answer => answer.IsHeld || answer.Paths.Count > 0).Select(answer => new HeldPermissionView(
            answer.Permission.Code, answer.Permission.Title, answer.IsHeld, answer.IsEverywhere, answer.Organizations, answer.Except,
            [.. answer.Paths.Select(path => new AccessPathView(path.IsDenied, [.. path.Roles.Select(role => new NamedView(role.Id, role.Name))], path.OrganizationId is { } place ? new(place, path.Organization ?? "") : null, path.EndsAt))]))],
        access.ChangesAt);
}
