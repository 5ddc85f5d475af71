using UserAdmin.Core.Common;

namespace UserAdmin.Core.TwoFactor;

internal static class TwoFactorProblems
{
    public static readonly Problem NothingToReset = new(ProblemKind.Conflict, "factors.none", "This person has no second factor to reset.");
    public static readonly Problem NothingToReplace = new(ProblemKind.Conflict, "access_pass.no_factor", "This person has no second factor, so there is nothing an access pass could stand in for.");
    public static readonly Problem NoPass = new(ProblemKind.Conflict, "access_pass.none", "There is no open access pass. It was used, revoked or is too old.");
    public static readonly Problem HoursOutOfRange = new(ProblemKind.Invalid, "access_pass.hours", "An access pass works for 1 to 24 hours.", "Hours");
    public static readonly Problem AlreadyRequested = new(ProblemKind.Conflict, "factors.reset_requested", "A reset has been asked for already and waits for a second administrator.");
    public static readonly Problem AlreadyDecided = new(ProblemKind.Conflict, "factors.reset_decided", "This request was decided or is too old. The page now shows the open ones.");
    public static readonly Problem OwnRequest = new(ProblemKind.Conflict, "factors.own_request", "You asked for this reset yourself. Another administrator has to approve it.");
    public static readonly Problem RoleMissing = new(ProblemKind.NotFound, "role.not_found", "There is no such role.");
    public static readonly Problem AlreadySo = new(ProblemKind.Conflict, "factors.already_so", "This is so already. The page now shows the current state.");
}
