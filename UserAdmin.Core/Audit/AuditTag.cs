namespace UserAdmin.Core.Audit;

/// <summary>What kinds of attention an event may want, whatever its category.</summary>
[Flags]
public enum AuditTag { None = 0, Privileged = 1, PersonalData = 2, SignInRisk = 4, Configuration = 8, DataOut = 16 }

/// <summary>The tags of an action. They follow from its category and its code, so that they hold for events of any age.</summary>
public static class AuditTags
{
    // What people do to themselves in a category of power, or what only failed, is nothing that power did.
    private static readonly HashSet<string> NotPrivileged =
        ["access.denied", "access_request.made", "access_request.withdrawn", "access_review.kept", "role.over", "organization.edited", "notification.template_saved"];

    private static readonly HashSet<string> Privileged =
    [
        "user.created", "user.deactivated", "user.activated", "user.locked", "user.unlocked", "user.deleted", "user.restored", "user.purged", "user.email_confirmed_by_hand", "user.activation_link_made",
        "session.all_ended", "access_pass.given", "access_pass.revoked", "factors.reset", "factors.required", "factors.released", "factors.role_required", "factors.role_released",
        "password.reset_sent", "password.link_made", "password.required",
    ];

    private static readonly HashSet<string> SignInRisk =
    [
        "sign_in.failed", "sign_in.recovery_code_used", "security.identity_not_confirmed", "password.change_failed", "password.reset_requested", "account.reported", "access_pass.used", "access.denied",
        "device.trusted", "session.displaced", "user.locked", "user.registration_repeated", "security.external_login_linked", "factors.reset",
    ];

    private static readonly HashSet<string> Configuration =
        ["role.created", "role.edited", "role.permissions_changed", "role.deleted", "factors.role_required", "factors.role_released", "notification.template_saved", "notification.template_reset"];

    public static IReadOnlyList<AuditTag> All { get; } = [AuditTag.Privileged, AuditTag.PersonalData, AuditTag.SignInRisk, AuditTag.Configuration, AuditTag.DataOut];

    public static AuditTag Of(AuditAction action)
    {
        var code = action.Code;
        var isAboutSettings = action.Category is AuditCategory.Settings or AuditCategory.System;
        return (Privileged.Contains(code) || ((isAboutSettings || action.Category == AuditCategory.Access) && !NotPrivileged.Contains(code)) ? AuditTag.Privileged : 0)
            | (action.Category == AuditCategory.Users && !code.EndsWith("_exported", StringComparison.Ordinal) ? AuditTag.PersonalData : 0)
            | (SignInRisk.Contains(code) ? AuditTag.SignInRisk : 0)
            | (isAboutSettings || Configuration.Contains(code) ? AuditTag.Configuration : 0)
            | (action.Category == AuditCategory.Exports || code.EndsWith("exported", StringComparison.Ordinal) || code.StartsWith("audit_forwarder.", StringComparison.Ordinal) ? AuditTag.DataOut : 0);
    }

    /// <summary>The codes of every action with the tag.</summary>
    public static IReadOnlyList<string> CodesOf(AuditTag tag) => [.. AuditAction.All.Where(action => action.Tags.HasFlag(tag)).Select(action => action.Code)];
}
