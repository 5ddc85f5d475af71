using UserAdmin.Core.Common;

namespace UserAdmin.Core.Organizations;

internal static class OrganizationProblems
{
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "organization.not_found", "There is no such organization, or you may not see it.");
    public static readonly Problem NameTaken = new(ProblemKind.Conflict, "organization.name_taken", "Another organization in the same place has this name.", nameof(OrganizationForm.Name));
    public static readonly Problem ParentUnusable = new(ProblemKind.Conflict, "organization.parent_unusable", "The organization above is deactivated or deleted. Choose another place.");
    public static readonly Problem Cycle = new(ProblemKind.Conflict, "organization.cycle", "An organization can't stand below itself or below one of its own.");
    public static readonly Problem TooDeep = new(ProblemKind.Conflict, "organization.too_deep", $"Organizations can stand {OrganizationService.MaximumDepth} levels deep at most.");
    public static readonly Problem SamePlace = new(ProblemKind.Conflict, "organization.same_place", "It stands there already.");
    public static readonly Problem MoreRights = new(ProblemKind.NotAllowed, "organization.more_rights", "In the new place you could do more in this organization than you may do in it now. Somebody with more rights has to move it.");
    public static readonly Problem WrongStatus = new(ProblemKind.Conflict, "organization.wrong_status", "Somebody else changed the state of this organization in the meantime. The page now shows the current one.");
    public static readonly Problem HasSubsidiaries = new(ProblemKind.Conflict, "organization.has_subsidiaries", "There are organizations below this one. Move or delete them first.");
    public static readonly Problem NotInForce = new(ProblemKind.Conflict, "organization.not_in_force", "This organization, or one above it, is deactivated or deleted.");

    public static readonly Problem ChooseOne = new(ProblemKind.Invalid, "user.organization_missing", "Choose the organization this person belongs to.", nameof(Users.UserForm.OrganizationId));
    public static readonly Problem NotThere = new(ProblemKind.Invalid, "user.organization_not_found", "You can't add people to this organization.", nameof(Users.UserForm.OrganizationId));
    public static readonly Problem AlreadyMember = new(ProblemKind.Conflict, "member.already", "This person is a member there already.");
    public static readonly Problem NoMember = new(ProblemKind.NotFound, "member.not_found", "This person is not a member of this organization.");

    public static readonly Problem RolesNotYours = new(ProblemKind.NotAllowed, "member.roles_not_yours", "This person holds a role in the organization that you may not take away. Somebody with more rights has to end it first.");

    public static readonly Problem NoTeam = new(ProblemKind.NotFound, "team.not_found", "There is no such team, or you may not see it.");
    public static readonly Problem TeamNameTaken = new(ProblemKind.Conflict, "team.name_taken", "Another team of this organization has this name.", nameof(TeamForm.Name));
    public static readonly Problem TeamChanged = new(ProblemKind.Conflict, "team.changed", "Somebody else changed this team in the meantime. Load the page again.");
    public static readonly Problem NotOfOrganization = new(ProblemKind.Conflict, "team.not_of_organization", "Only members of the organization, or of one below it, can be in its teams.");
    public static readonly Problem NotInTeam = new(ProblemKind.NotFound, "team.not_in_team", "This person is not in the team.");
}
