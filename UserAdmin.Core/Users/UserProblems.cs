using UserAdmin.Core.Common;

namespace UserAdmin.Core.Users;

internal static class UserProblems
{
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "user.not_found", "There is no such user, or you may not see them.");
    public static readonly Problem NotAllowed = new(ProblemKind.NotAllowed, "not_allowed", "You may not do this. The attempt was recorded.");
    public static readonly Problem UserNameTaken = new(ProblemKind.Conflict, "user.user_name_taken", "Another user, perhaps a deleted one, has this user name.", nameof(UserForm.UserName));
    public static readonly Problem EmailTaken = new(ProblemKind.Conflict, "user.email_taken", "Another user, perhaps a deleted one, has this email address.", nameof(UserForm.Email));
    public static readonly Problem UserNameOfAnother = new(ProblemKind.Invalid, "user.user_name_is_email", "A user name with an @ must be the user's own email address.", nameof(UserForm.UserName));
    public static readonly Problem LastDayPast = new(ProblemKind.Invalid, "user.last_day_past", "The last day must be today or later.", nameof(UserForm.LastDay));
    public static readonly Problem Conflict = new(ProblemKind.Conflict, "user.conflict", "Somebody else changed the same fields while you were editing. Choose what to keep.");
    public static readonly Problem ReasonMissing = new(ProblemKind.Invalid, "reason.missing", "Say why, in a few words.", "Reason");
    public static readonly Problem ReasonTooLong = new(ProblemKind.Invalid, "reason.too_long", "The reason can have 500 characters at most.", "Reason");
    public static readonly Problem ReasonHidden = new(ProblemKind.Invalid, "reason.hidden_characters", "The reason has a hidden character (a control or direction code).", "Reason");
    public static readonly Problem LastOwner = new(ProblemKind.Conflict, "user.last_owner", "This is the last active owner without an end date. Make another one first.");
    public static readonly Problem ServiceAccount = new(ProblemKind.Conflict, "user.service_account", "This is a service account. Change it among the service accounts.");
    public static readonly Problem Yourself = new(ProblemKind.Conflict, "user.yourself", "You can't do this to your own account. Ask another administrator.");
    public static readonly Problem LockInPast = new(ProblemKind.Invalid, "user.lock_in_past", "The lock must end in the future.", "Until");

    public static Problem WrongStatus(UserStatus status) => new(ProblemKind.Conflict, "user.wrong_status", status switch
    {
        UserStatus.Deleted => "This user is deleted. Restore them first.",
        UserStatus.Inactive => "This user is inactive already.",
        UserStatus.Locked => "This user is locked already.",
        _ => "Somebody else changed this user's state in the meantime. The page now shows the current one.",
    });

    public static Problem RestoreOver(int days) => new(ProblemKind.Conflict, "user.restore_over", $"Deleted users can be restored for {days} days; for this one they are over.");
}
