using System.Globalization;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Roles;

internal static class RoleProblems
{
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "role.not_found", "There is no such role, or you may not see it.");
    public static readonly Problem IsSystem = new(ProblemKind.Conflict, "role.is_system", "This role comes with the product and can't be changed. Make another one from it.");
    public static readonly Problem NameTaken = new(ProblemKind.Conflict, "role.name_taken", "Another role has this name.", nameof(RoleForm.Name));
    public static readonly Problem ParentMissing = new(ProblemKind.Invalid, "role.parent_missing", "The role to inherit from is gone. Choose another one.", nameof(RoleForm.ParentId));
    public static readonly Problem Cycle = new(ProblemKind.Conflict, "role.cycle", "That role inherits from this one, so this one can't inherit from it.", nameof(RoleForm.ParentId));
    public static readonly Problem Changed = new(ProblemKind.Conflict, "role.changed", "Somebody else changed this role while you were editing. Nothing was saved; what you chose is still here. Look it over and save again.");
    public static readonly Problem ReplacementMissing = new(ProblemKind.Invalid, "role.replacement_missing", "Choose another active role that can be given in the same places.", nameof(RoleRemovalForm.ReplaceWithId));
    public static readonly Problem Inactive = new(ProblemKind.Conflict, "role.inactive", "This role is inactive, so it would give nothing. Activate it first.", "RoleId");
    public static readonly Problem Everybodys = new(ProblemKind.Invalid, "role.everybodys", "Everybody has this role without being given it.", "RoleId");
    public static readonly Problem OnlyInOrganization = new(ProblemKind.Invalid, "role.only_in_organization", "This role is given in an organization. Choose which.", "OrganizationId");
    public static readonly Problem OnlyEverywhere = new(ProblemKind.Invalid, "role.only_everywhere", "This role is given everywhere, not in an organization.", "OrganizationId");
    public static readonly Problem OrganizationMissing = new(ProblemKind.Invalid, "role.organization_missing", "This organization is gone or deactivated. Choose another one.", "OrganizationId");
    public static readonly Problem EndsTooEarly = new(ProblemKind.Invalid, "role.ends_too_early", "The end must be in the future and after the beginning.", "EndsAt");
    public static readonly Problem HeldAlready = new(ProblemKind.Conflict, "role.held_already", "This person has the role there already at that time. Change the end of that assignment instead.", "RoleId");
    public static readonly Problem AssignmentGone = new(ProblemKind.NotFound, "role.assignment_gone", "This assignment has ended in the meantime.");

    /// <summary>What the actor lacks, in words.</summary>
    public static Problem AboveYou(IEnumerable<Permission> lacking) => new(ProblemKind.NotAllowed, "role.above_you",
        $"You can only handle what you may do yourself. Here that would take: {string.Join(", ", lacking.Select(permission => PermissionInfo.Of(permission).Title))}. The attempt was recorded.");

    public static Problem HasHeirs(IEnumerable<string> names) => new(ProblemKind.Conflict, "role.has_heirs", $"Other roles inherit from this one: {string.Join(", ", names)}. Let them inherit from another one first.");

    public static Problem InUse(int people) => new(ProblemKind.Conflict, "role.in_use",
        string.Create(CultureInfo.InvariantCulture, $"{people:N0} {(people == 1 ? "assignment has" : "assignments have")} this role. Choose what they get instead, or take it from them."));
}
