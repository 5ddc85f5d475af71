using UserAdmin.Core.Common;

namespace UserAdmin.Core.Registration;

public static class InvitationProblems
{
    public static readonly Problem Closed = new(ProblemKind.Conflict, "invitation.closed",
        "Registration is closed, so nobody could accept an invitation. Open it in the settings, at least for invited people, or invite people who have an account into an organization.");

    public static readonly Problem Dead = new(ProblemKind.NotFound, "registration.invitation_dead", "This invitation has been used, revoked, replaced by a newer one or is too old. Ask for a new one.");
    public static readonly Problem Accepted = new(ProblemKind.Conflict, "invitation.accepted", "This invitation has been accepted already.");
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "invitation.not_found", "This invitation is not there any more.");
    public static readonly Problem Over = new(ProblemKind.Conflict, "invitation.over", "This invitation has been accepted or revoked in the meantime.");
    public static readonly Problem HasAccount = new(ProblemKind.Conflict, "invitation.has_account", "Somebody with this address has an account by now.");
    public static readonly Problem ChooseOrganization = new(ProblemKind.Invalid, "invitation.organization_missing", "Choose the organization you invite into.", nameof(InvitationForm.OrganizationId));
    public static readonly Problem OrganizationGone = new(ProblemKind.Conflict, "invitation.organization", "This organization is not active any more, or one above it is not.", nameof(InvitationForm.OrganizationId));
    public static readonly Problem RoleGone = new(ProblemKind.Conflict, "invitation.role", "You can't give this role here: it is inactive, or allows more than you hold.", nameof(InvitationForm.RoleId));
    public static readonly Problem TeamGone = new(ProblemKind.Conflict, "invitation.team", "There is no such team in this organization, or you can't choose its members.", nameof(InvitationForm.TeamId));
    public static readonly Problem Domain = new(ProblemKind.Conflict, "invitation.domain", "The organization allows no addresses of this domain any more.");

    public static readonly Problem OtherAccount = new(ProblemKind.NotAllowed, "invitation.other_account",
        "You are signed in with another email address than the invited one. Sign out, then follow the link again and sign in with the invited address.");

    public static readonly Problem Unconfirmed = new(ProblemKind.NotAllowed, "invitation.unconfirmed",
        "The email address of your account was never confirmed. Choose a new password by mail, which confirms it, then follow the link of the invitation again.");
}
