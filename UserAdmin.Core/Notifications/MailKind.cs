using System.Reflection;

namespace UserAdmin.Core.Notifications;

/// <summary>
/// A kind of message the portal sends. Its default texts are the files Templates/KEY.LANGUAGE.md beside this one: the first line is the
/// subject, the rest the body in Markdown. <paramref name="Values"/> are the placeholders it may use beside {{name}} and {{portal}}.
/// </summary>
public sealed record MailKind(string Key, string Title, IReadOnlyList<string> Values, bool CarriesSecret = false)
{
    /// <summary>What stands around every other mail. Its line {{content}} is where they go.</summary>
    public static readonly MailKind Layout = new("layout", "Around every mail", [MailMarkup.Content]);

    public static readonly MailKind Activation = new("activation", "Activate a new account", ["link", "hours"], CarriesSecret: true);
    public static readonly MailKind Invitation = new("invitation", "Invite somebody to register", ["inviter", "link", "days"], CarriesSecret: true);
    public static readonly MailKind InvitationToJoin = new("invitation-to-join", "Invite somebody into an organization", ["inviter", "organization", "link", "days"], CarriesSecret: true);
    public static readonly MailKind AccessRequested = new("access-requested", "Somebody asks for a role", ["asker", "role", "time", "reason", "link"]);
    public static readonly MailKind AccessRequestReminder = new("access-request-reminder", "A request for a role waits", ["asker", "role", "time", "reason", "link"]);
    public static readonly MailKind AccessApproved = new("access-approved", "A request for a role was approved", ["role", "time", "decider", "reason", "link"]);
    public static readonly MailKind AccessDeclined = new("access-declined", "A request for a role was declined", ["role", "decider", "reason", "link"]);
    public static readonly MailKind AccessReviewStarted = new("access-review-started", "Review who has which role", ["starter", "review", "count", "due", "link"]);
    public static readonly MailKind AccessReviewReminder = new("access-review-reminder", "Reminder of an access review", ["review", "count", "due", "link"]);
    public static readonly MailKind SecurityNotice = new("security-notice", "Something about the account's security changed", ["what", "when", "where", "link"], CarriesSecret: true);

    public static readonly MailKind ForwardingFailed = new("forwarding-failed", "Events don't reach another system", ["system", "problem", "count", "link"]);
    public static readonly MailKind ReportReady = new("report-ready", "A scheduled report is ready", ["report", "rows", "until", "link"]);
    public static readonly MailKind ReportFailed = new("report-failed", "A scheduled report could not be sent to everybody", ["report", "problem", "link"]);
    public static readonly MailKind JobFailed = new("job-failed", "A job failed", ["job", "when", "error", "link"]);

    public static readonly MailKind DormancyWarning = new("dormancy-warning", "A dormant account will be deactivated", ["since", "until", "link"]);
    public static readonly MailKind DormancyEnded = new("dormancy-ended", "A dormant account was deactivated", []);
    public static readonly MailKind DormancyEnding = new("dormancy-ending", "A dormant account was deactivated and will be deleted", ["until"]);
    public static readonly MailKind DailyReport = new("daily-report", "The figures of a day", ["day", "signins", "failures", "people", "locked", "jobs", "seal", "link"]);
    public static readonly MailKind BackupOverdue = new("backup-overdue", "Nobody has noted a backup", ["last", "link"]);

    public static readonly MailKind FactorRequired = new("factor-required", "A second factor is required", ["until", "link"]);
    public static readonly MailKind FactorReminder = new("factor-reminder", "Reminder to set up a second factor", ["until", "link"]);

    public static readonly MailKind ConfirmEmail = new("confirm-email", "Confirm the address of a new account", ["link", "hours"], CarriesSecret: true);
    public static readonly MailKind AccountExists = new("account-exists", "Somebody registered with an address that has an account", ["link"]);
    public static readonly MailKind PasswordReset = new("password-reset", "Choose a new password", ["link", "minutes"], CarriesSecret: true);

    public static readonly MailKind EmailChange = new("email-change", "Confirm a new address", ["link", "hours"], CarriesSecret: true);
    public static readonly MailKind AddressWanted = new("address-wanted", "Somebody wanted to change to an address that has an account", []);
    public static readonly MailKind PhoneCode = new("phone-code", "Code to confirm a phone (SMS)", ["code", "minutes"], CarriesSecret: true);
    public static readonly MailKind SignInCode = new("sign-in-code", "Code for the second step", ["code", "minutes"], CarriesSecret: true);

    public static readonly MailKind AuditCheckpoint = new("audit-checkpoint", "A checkpoint of the audit log", ["fingerprints", "security", "routine", "legal", "link"]);
    public static readonly MailKind AuditAlarm = new("audit-alarm", "Events of the audit log were altered", ["what", "link"]);
    public static readonly MailKind AuditBehind = new("audit-behind", "The audit log is not being sealed", ["why", "link"]);

    public static IReadOnlyList<MailKind> All { get; } =
        [.. typeof(MailKind).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<MailKind>()];

    public static MailKind? Find(string key) => All.FirstOrDefault(kind => kind.Key == key);

    public bool HasSubject => this != Layout;

    /// <summary>Every placeholder the text may use.</summary>
    public IEnumerable<string> Placeholders => HasSubject ? [.. Values, "name", "portal"] : [.. Values, "portal"];
}
