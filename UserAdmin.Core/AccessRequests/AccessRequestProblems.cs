using UserAdmin.Core.Common;

namespace UserAdmin.Core.AccessRequests;

public static class AccessRequestProblems
{
    public static readonly Problem NotRequestable = new(ProblemKind.Invalid, "access_request.role", "This role can't be asked for there.", nameof(AccessRequestForm.RoleId));
    public static readonly Problem NotMember = new(ProblemKind.Invalid, "access_request.organization", "You are not a member of this organization, or it is not active.", nameof(AccessRequestForm.OrganizationId));
    public static readonly Problem BadSpan = new(ProblemKind.Invalid, "access_request.hours", "Choose one of the times offered.", nameof(AccessRequestForm.Hours));
    public static readonly Problem HeldAlready = new(ProblemKind.Conflict, "access_request.held", "You have this role there already.", nameof(AccessRequestForm.RoleId));
    public static readonly Problem AskedAlready = new(ProblemKind.Conflict, "access_request.asked", "You have asked for this role already, and it is not decided yet.", nameof(AccessRequestForm.RoleId));
    public static readonly Problem TooMany = new(ProblemKind.Conflict, "access_request.too_many", "Too many of your requests are not decided yet. Withdraw some first.");
    public static readonly Problem Decided = new(ProblemKind.Conflict, "access_request.decided", "This request was decided or withdrawn in the meantime.");
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "access_request.not_found", "This request is not there any more.");
    public static readonly Problem Own = new(ProblemKind.NotAllowed, "access_request.own", "Nobody decides their own request.");
    public static readonly Problem TooLong = new(ProblemKind.Invalid, "access_request.too_long", "This is longer than what was asked for.", nameof(AccessDecisionForm.Hours));
    public static readonly Problem AboveYou = new(ProblemKind.NotAllowed, "access_request.above_you", "This role allows more than you hold yourself, or is not active any more, so you can't give it. The attempt was recorded.");
    public static readonly Problem PersonGone = new(ProblemKind.Conflict, "access_request.person_gone", "The account that asked is not active any more, or no longer a member of the organization. Decline the request.");
    public static readonly Problem ReasonMissing = new(ProblemKind.Invalid, "access_request.reason", "Say why, in a few words.", nameof(AccessDecisionForm.Reason));
}
