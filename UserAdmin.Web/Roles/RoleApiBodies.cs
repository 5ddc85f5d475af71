using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Web.Roles;

internal sealed class RolePermissionsBody
{
    [Required, Description("What the role itself says, by code: grant, deny or inherit. What isn't named is inherited.")]
    public Dictionary<string, Statement> Permissions { get; set; } = [];
}

internal sealed class RolePermissionBody
{
    [Required, Length(1, 200, ErrorMessage = "Name 1 to 200 permissions."), Description("Codes, such as users.view.")]
    public IReadOnlyList<string> Permissions { get; set; } = [];

    [Description("grant (when it is left out), deny, or inherit to say nothing of them any more.")]
    public Statement Statement { get; set; } = Statement.Grant;
}

internal sealed class RoleSecondFactorBody : ReasonBody
{
    [Required]
    public bool? Required { get; set; }
}

internal sealed class AssignmentBody : ReasonBody
{
    [Required, Description("The role.")]
    public Guid? RoleId { get; set; }

    [Description("Where it counts, with everything below. Left out: everywhere.")]
    public Guid? OrganizationId { get; set; }

    [Description("When it begins to count; at once when it is left out.")]
    public DateTimeOffset? StartsAt { get; set; }

    [Description("When it ends by itself; never when it is left out.")]
    public DateTimeOffset? EndsAt { get; set; }

    public NewAssignment For(Guid userId) => new(userId, RoleId!.Value, OrganizationId, StartsAt, EndsAt, Reason);
}

internal sealed class AssignmentEndBody : ReasonBody
{
    [Description("When it ends by itself; null for never.")]
    public DateTimeOffset? EndsAt { get; set; }
}

internal sealed record PermissionView(string Code, string Title, string Description, string Module, string Action, PermissionScope Scope)
{
    public static PermissionView Of(PermissionInfo info) => new(info.Code, T(info.Title), T(info.Description), info.Module, info.Action, info.Scope);
}

internal sealed record NameView(Guid Id, string Name)
{
    public static NameView Of(RoleName role) => new(role.Id, role.Name);
}

internal sealed record LocalRoleView(Guid Id, string Name, int Holders, bool MayAssign)
{
    public static LocalRoleView Of(LocalRole role) => new(role.Id, role.Name, role.Holders, role.MayAssign);
}

/// <summary><paramref name="Members"/> is null while a large number is being counted.</summary>
internal sealed record RoleItemView(
    Guid Id, string Name, string Description, bool IsSystem, bool IsActive, Guid? ParentId, string? Parent, long? Members, int Permissions, bool RequiresSecondFactor, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static RoleItemView Of(RoleRow role) => new(
        role.Id, role.Name, role.Description, role.IsSystem, role.IsActive, role.ParentId, role.Parent, role.Members, role.Permissions, role.RequiresSecondFactor, role.CreatedAt, role.UpdatedAt);
}

/// <summary><paramref name="Lacking"/> are the permissions that the caller would have to hold as well to change it; <paramref name="Heirs"/> inherit from it.</summary>
internal sealed record RoleView(
    [property: Fixed] Guid Id, string Name, string Description, [property: Fixed] bool IsSystem, bool IsActive, Guid? ParentId, string? Parent, IReadOnlyList<NameView> Heirs, int Permissions, [property: Fixed] bool RequiresSecondFactor,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool MayEdit, IReadOnlyList<string> Lacking)
{
    // The number of members is left out: the version must not change with them.
    public static RoleView Of(RoleDetails role) => new(
        role.Id, role.Name, role.Description, role.IsSystem, role.Form.IsActive, role.Form.ParentId, role.Parent, [.. role.Heirs.Select(NameView.Of)], role.Permissions, role.RequiresSecondFactor,
        role.CreatedAt, role.UpdatedAt, role.MayEdit, [.. role.Lacking.Select(permission => permission.Code)]);
}

internal sealed record RoleFiguresView(int Roles, int Unused, int Inactive, IReadOnlyList<string> HeldByNobody);

/// <summary>What a role says of a permission itself, what it inherits and from where, and what comes of both.</summary>
internal sealed record RolePermissionView(string Code, string Title, string Module, Statement Own, Statement Inherited, NameView? InheritedFrom, Statement Effective, bool MayChange)
{
    public static RolePermissionView Of(MatrixRow row) => new(row.Permission.Code, T(row.Permission.Title), row.Permission.Module, row.Own, row.Inherited,
        row.InheritedFromId is { } id ? new(id, row.InheritedFrom ?? "") : null, row.EffectiveWith(row.Own), row.MayChange);
}

internal sealed record RolePermissionsView(Guid RoleId, IReadOnlyList<RolePermissionView> Permissions);

internal sealed record SecondFactorTallyView(int Told, int Skipped);

/// <summary><paramref name="Obstacle"/> says why it gives nothing though its time has come.</summary>
internal sealed record AssignmentView(
    Guid Id, Guid UserId, Guid RoleId, string Role, Guid? OrganizationId, string? Organization, DateTimeOffset StartsAt, DateTimeOffset? EndsAt, string? Reason, string AssignedBy, DateTimeOffset AssignedAt,
    string? Obstacle, bool MayEnd)
{
    public static AssignmentView Of(AssignmentRow row) => new(
        row.Id, row.UserId, row.RoleId, row.Role, row.OrganizationId, row.Organization, row.StartsAt, row.EndsAt, row.Reason, row.AssignedBy, row.AssignedAt, row.Obstacle is null ? null : T(row.Obstacle), row.MayEnd);
}

internal sealed record RoleMemberView(Guid Id, string FullName, string Email, UserStatus Status, IReadOnlyList<AssignmentView> Assignments)
{
    public static RoleMemberView Of(MemberRow member) => new(member.Id, member.FullName, member.Email, member.Status, [.. member.Assignments.Select(AssignmentView.Of)]);
}

/// <summary>One reason for or against a permission: an assignment, or what everybody has, and the roles from the assigned one to the one that says it.</summary>
internal sealed record ReasonView(bool IsDenied, Guid? AssignmentId, Guid? OrganizationId, string? Organization, DateTimeOffset? EndsAt, IReadOnlyList<NameView> Roles)
{
    public static ReasonView Of(AccessPath path) => new(path.IsDenied, path.AssignmentId, path.OrganizationId, path.Organization, path.EndsAt, [.. path.Roles.Select(role => new NameView(role.Id, role.Name))]);
}

internal sealed record HolderView(Guid Id, string FullName, string Email, IReadOnlyList<ReasonView> Reasons)
{
    public static HolderView Of(HolderRow holder) => new(holder.Id, holder.FullName, holder.Email, [.. holder.Paths.Select(ReasonView.Of)]);
}

/// <summary>Whether somebody may do something: everywhere but in some organizations, or in some.</summary>
internal sealed record AccessAnswerView(string Permission, bool IsHeld, bool IsEverywhere, IReadOnlyList<string> Organizations, IReadOnlyList<string> Except, IReadOnlyList<ReasonView> Reasons)
{
    public static AccessAnswerView Of(PermissionAnswer answer) => new(
        answer.Permission.Code, answer.IsHeld, answer.IsEverywhere, answer.Organizations, answer.Except, [.. answer.Paths.Select(ReasonView.Of)]);
}

/// <summary>What somebody may do and why; it changes by itself at <paramref name="ChangesAt"/>.</summary>
internal sealed record AccessView(Guid UserId, IReadOnlyList<AssignmentView> Assignments, IReadOnlyList<AccessAnswerView> Permissions, DateTimeOffset? ChangesAt, bool MayAssign)
{
    public static AccessView Of(Guid userId, PersonAccess access) => new(
        userId, [.. access.Assignments.Select(AssignmentView.Of)], [.. access.Permissions.Select(AccessAnswerView.Of)], access.ChangesAt, access.MayAssign);
}

/// <summary>Where somebody may do something: everywhere but in some organizations, or in some.</summary>
internal sealed record PlacesView(bool IsEverywhere, IReadOnlyList<string> Organizations, IReadOnlyList<string> Except)
{
    public static PlacesView? Of(PermissionAnswer answer) => answer.IsHeld ? new(answer.IsEverywhere, answer.Organizations, answer.Except) : null;
}

/// <summary>What two users may do of one kind; null for whoever may not.</summary>
internal sealed record ComparedPermissionView(string Permission, PlacesView? First, PlacesView? Second);

/// <summary>What two users may do: the first alone, the second alone, both.</summary>
internal sealed record AccessComparisonView(
    Guid FirstId, Guid SecondId, IReadOnlyList<ComparedPermissionView> OnlyFirst, IReadOnlyList<ComparedPermissionView> OnlySecond, IReadOnlyList<ComparedPermissionView> Both)
{
    public static AccessComparisonView Of(Guid firstId, Guid secondId, IReadOnlyList<(PermissionAnswer Mine, PermissionAnswer Theirs)> pairs)
    {
        var rows = pairs.Select(pair => new ComparedPermissionView(pair.Mine.Permission.Code, PlacesView.Of(pair.Mine), PlacesView.Of(pair.Theirs))).ToList();
        return new(firstId, secondId, rows.FindAll(row => row is { First: not null, Second: null }), rows.FindAll(row => row is { First: null, Second: not null }), rows.FindAll(row => row is { First: not null, Second: not null }));
    }
}
