using System.Reflection;

namespace UserAdmin.Core.Audit;

/// <summary>A kind of event: its stable code, its category, and how it reads. {0} is the actor, {1} the target.</summary>
public sealed record AuditAction(string Code, AuditCategory Category, string Title, string Sentence)
{
    public static readonly AuditAction SignedIn = new("sign_in.succeeded", AuditCategory.SignIn, "Signed in", "{0} signed in");
    public static readonly AuditAction SignInFailed = new("sign_in.failed", AuditCategory.SignIn, "Failed sign-in", "Somebody failed to sign in as {1}");
    public static readonly AuditAction SignedOut = new("sign_in.signed_out", AuditCategory.SignIn, "Signed out", "{0} signed out");
    public static readonly AuditAction PasswordRehashed = new("sign_in.password_rehashed", AuditCategory.SignIn, "Password hash upgraded", "The stored password of {1} was hashed anew with the current strength");

    public static readonly AuditAction RecoveryCodeUsed = new("sign_in.recovery_code_used", AuditCategory.SignIn, "Used a recovery code", "{1} used a recovery code");

    public static readonly AuditAction AuthenticatorAdded = new("security.authenticator_added", AuditCategory.Security, "Added an authenticator app", "{0} added an authenticator app for {1}");
    public static readonly AuditAction AuthenticatorRenamed = new("security.authenticator_renamed", AuditCategory.Security, "Renamed an authenticator app", "{0} renamed an authenticator app of {1}");
    public static readonly AuditAction AuthenticatorRemoved = new("security.authenticator_removed", AuditCategory.Security, "Removed an authenticator app", "{0} removed an authenticator app of {1}");
    public static readonly AuditAction RecoveryCodesMade = new("security.recovery_codes_made", AuditCategory.Security, "Made new recovery codes", "{0} made new recovery codes for {1}");
    public static readonly AuditAction PasskeyAdded = new("security.passkey_added", AuditCategory.Security, "Added a passkey", "{0} added a passkey for {1}");
    public static readonly AuditAction PasskeyRenamed = new("security.passkey_renamed", AuditCategory.Security, "Renamed a passkey", "{0} renamed a passkey of {1}");
    public static readonly AuditAction PasskeyRemoved = new("security.passkey_removed", AuditCategory.Security, "Removed a passkey", "{0} removed a passkey of {1}");
    public static readonly AuditAction IdentityConfirmed = new("security.identity_confirmed", AuditCategory.Security, "Confirmed their identity", "{0} confirmed that it is them");
    public static readonly AuditAction IdentityNotConfirmed = new("security.identity_not_confirmed", AuditCategory.Security, "Failed to confirm an identity", "Somebody in the session of {1} failed to confirm that it is them");

    public static readonly AuditAction UserCreated = new("user.created", AuditCategory.Users, "Created a user", "{0} created {1}");
    public static readonly AuditAction UserEdited = new("user.edited", AuditCategory.Users, "Edited a user", "{0} edited {1}");
    public static readonly AuditAction UserActivationLinkMade = new("user.activation_link_made", AuditCategory.Users, "Made an activation link", "{0} made an activation link for {1}");
    public static readonly AuditAction UserActivatedAccount = new("user.account_activated", AuditCategory.Users, "Activated the account", "{1} chose a password and activated the account");
    public static readonly AuditAction UserDeactivated = new("user.deactivated", AuditCategory.Users, "Deactivated a user", "{0} deactivated {1}");
    public static readonly AuditAction UserActivated = new("user.activated", AuditCategory.Users, "Activated a user", "{0} activated {1} again");
    public static readonly AuditAction UserLocked = new("user.locked", AuditCategory.Users, "Locked a user", "{0} locked {1}");
    public static readonly AuditAction UserUnlocked = new("user.unlocked", AuditCategory.Users, "Unlocked a user", "{0} unlocked {1}");
    public static readonly AuditAction UserDeleted = new("user.deleted", AuditCategory.Users, "Deleted a user", "{0} deleted {1}");
    public static readonly AuditAction UserRestored = new("user.restored", AuditCategory.Users, "Restored a user", "{0} restored {1}");
    public static readonly AuditAction UserPurged = new("user.purged", AuditCategory.Users, "Purged a user", "{0} removed {1} for good");

    public static readonly AuditAction EmailChangeAsked = new("user.email_change_asked", AuditCategory.Users, "Asked for another email address", "{0} asked for another email address");
    public static readonly AuditAction EmailChanged = new("user.email_changed", AuditCategory.Users, "Changed the own email address", "{0} changed their email address");
    public static readonly AuditAction PhoneConfirmed = new("user.phone_confirmed", AuditCategory.Users, "Confirmed the phone", "{0} confirmed their phone number");
    public static readonly AuditAction PrivacyChanged = new("user.privacy_changed", AuditCategory.Users, "Changed privacy", "{0} changed who may see parts of their profile");
    public static readonly AuditAction PictureChanged = new("user.picture_changed", AuditCategory.Users, "Changed a picture", "{0} changed the picture of {1}");
    public static readonly AuditAction PictureRemoved = new("user.picture_removed", AuditCategory.Users, "Removed a picture", "{0} removed the picture of {1}");
    public static readonly AuditAction ActivityExported = new("user.activity_exported", AuditCategory.Users, "Exported own activity", "{0} exported what happened to their account");

    public static readonly AuditAction SessionEnded = new("session.ended", AuditCategory.Sessions, "Ended a session", "{0} ended a session of {1}");
    public static readonly AuditAction SessionDisplaced = new("session.displaced", AuditCategory.Sessions, "Ended the oldest session", "The oldest session of {1} ended because too many were open");
    public static readonly AuditAction RefreshTokenReused = new("session.refresh_token_reused", AuditCategory.Sessions, "Used a refresh token twice", "A refresh token of {1} was used twice, so its session ended");
    public static readonly AuditAction TokenMade = new("token.made", AuditCategory.Sessions, "Made an access token", "{0} made an access token for {1}");
    public static readonly AuditAction ServiceAccountCreated = new("service_account.created", AuditCategory.Users, "Created a service account", "{0} created the service account {1}");
    public static readonly AuditAction ServiceAccountEdited = new("service_account.edited", AuditCategory.Users, "Edited a service account", "{0} edited the service account {1}");
    public static readonly AuditAction SessionsEnded = new("session.all_ended", AuditCategory.Sessions, "Ended all sessions", "{0} ended all sessions of {1}");

    public static readonly AuditAction DeviceRenamed = new("device.renamed", AuditCategory.Sessions, "Renamed a device", "{0} renamed the device {1}");
    public static readonly AuditAction DeviceTrusted = new("device.trusted", AuditCategory.Sessions, "Trusted a device", "{0} trusts the device {1}");
    public static readonly AuditAction DeviceDistrusted = new("device.distrusted", AuditCategory.Sessions, "Distrusted a device", "{0} trusts the device {1} no longer");
    public static readonly AuditAction DeviceRemoved = new("device.removed", AuditCategory.Sessions, "Removed a device", "{0} removed a device of {1}");

    public static readonly AuditAction AccessDenied = new("access.denied", AuditCategory.Access, "Was refused", "{0} was refused something they may not do");
    public static readonly AuditAction ActingStarted = new("acting.started", AuditCategory.Access, "Began to act as somebody else", "{0} began to act as {1}");
    public static readonly AuditAction ActingEnded = new("acting.ended", AuditCategory.Access, "Stopped acting as somebody else", "{0} no longer acts as {1}");
    public static readonly AuditAction AdministratorGranted = new("access.administrator_granted", AuditCategory.Access, "Made an administrator", "{0} made {1} an administrator");

    public static readonly AuditAction RoleCreated = new("role.created", AuditCategory.Access, "Created a role", "{0} created the role {1}");
    public static readonly AuditAction RoleEdited = new("role.edited", AuditCategory.Access, "Edited a role", "{0} edited the role {1}");
    public static readonly AuditAction RolePermissionsChanged = new("role.permissions_changed", AuditCategory.Access, "Changed what a role allows", "{0} changed what the role {1} allows");
    public static readonly AuditAction RoleDeleted = new("role.deleted", AuditCategory.Access, "Deleted a role", "{0} deleted the role {1}");
    public static readonly AuditAction RoleAssigned = new("role.assigned", AuditCategory.Access, "Gave a role", "{0} gave {1} a role");
    public static readonly AuditAction RoleAssignmentChanged = new("role.assignment_changed", AuditCategory.Access, "Changed until when a role is held", "{0} changed until when {1} has a role");
    public static readonly AuditAction RoleEnded = new("role.ended", AuditCategory.Access, "Took a role away", "{0} took a role from {1}");
    public static readonly AuditAction RoleOver = new("role.over", AuditCategory.Access, "A role ended", "The time of a role of {1} was over");

    public static readonly AuditAction ExternalLoginLinked = new("security.external_login_linked", AuditCategory.Security, "Linked an external sign-in", "{1} linked an external sign-in with the account");
    public static readonly AuditAction ExternalLoginUnlinked = new("security.external_login_unlinked", AuditCategory.Security, "Unlinked an external sign-in", "{1} unlinked an external sign-in from the account");
    public static readonly AuditAction UserRegisteredExternally = new("user.registered_externally", AuditCategory.Users, "Registered with an external sign-in", "{1} registered with an external sign-in");

    public static readonly AuditAction AccessRequested = new("access_request.made", AuditCategory.Access, "Asked for a role", "{1} asked for a role");
    public static readonly AuditAction AccessRequestWithdrawn = new("access_request.withdrawn", AuditCategory.Access, "Withdrew a request for a role", "{1} withdrew a request for a role");
    public static readonly AuditAction AccessRequestApproved = new("access_request.approved", AuditCategory.Access, "Approved a request for a role", "{0} approved the role that {1} asked for");
    public static readonly AuditAction AccessRequestDeclined = new("access_request.declined", AuditCategory.Access, "Declined a request for a role", "{0} declined the role that {1} asked for");
    public static readonly AuditAction AccessReviewStarted = new("access_review.started", AuditCategory.Access, "Started an access review", "{0} started the access review {1}");
    public static readonly AuditAction AccessReviewKept = new("access_review.kept", AuditCategory.Access, "Kept a role in a review", "{0} reviewed a role of {1} and kept it");
    public static readonly AuditAction AccessReviewRemoved = new("access_review.removed", AuditCategory.Access, "Removed a role in a review", "{0} reviewed a role of {1} and removed it");
    public static readonly AuditAction AccessReviewClosed = new("access_review.closed", AuditCategory.Access, "Closed an access review", "{0} closed the access review {1}");
    // No longer recorded: ExportMade says it. What was recorded stays readable.
    public static readonly AuditAction AccessReviewExported = new("access_review.exported", AuditCategory.Access, "Exported an access review", "{0} exported the result of the access review {1}");

    public static readonly AuditAction InvitationSent = new("invitation.sent", AuditCategory.Users, "Invited somebody", "{0} invited {1}");
    public static readonly AuditAction InvitationSentAgain = new("invitation.sent_again", AuditCategory.Users, "Sent an invitation again", "{0} sent the invitation of {1} again");
    public static readonly AuditAction InvitationLinkCopied = new("invitation.link_copied", AuditCategory.Users, "Copied the link of an invitation", "{0} made a new link for the invitation of {1} to hand it over");
    public static readonly AuditAction InvitationRevoked = new("invitation.revoked", AuditCategory.Users, "Revoked an invitation", "{0} revoked the invitation of {1}");
    public static readonly AuditAction InvitationAccepted = new("invitation.accepted", AuditCategory.Users, "Accepted an invitation", "{1} accepted an invitation");

    public static readonly AuditAction TermsPublished = new("terms.published", AuditCategory.Settings, "Published terms of use", "{0} published {1} of the terms of use");
    public static readonly AuditAction TermsAccepted = new("terms.accepted", AuditCategory.Users, "Accepted the terms of use", "{0} accepted {1} of the terms of use");

    public static readonly AuditAction AccessPassGiven = new("access_pass.given", AuditCategory.Security, "Gave an access pass", "{0} gave {1} a one-time access pass");
    public static readonly AuditAction AccessPassUsed = new("access_pass.used", AuditCategory.Security, "Used an access pass", "{1} used a one-time access pass instead of the second factor");
    public static readonly AuditAction AccessPassRevoked = new("access_pass.revoked", AuditCategory.Security, "Revoked an access pass", "{0} revoked the access pass of {1}");
    public static readonly AuditAction FactorsReset = new("factors.reset", AuditCategory.Security, "Reset the second factors", "{0} removed every second factor of {1}");
    public static readonly AuditAction FactorResetRequested = new("factors.reset_requested", AuditCategory.Security, "Asked to reset second factors", "{0} asked for the second factors of {1} to be reset");
    public static readonly AuditAction FactorResetDeclined = new("factors.reset_declined", AuditCategory.Security, "Declined a reset", "{0} declined to reset the second factors of {1}");
    public static readonly AuditAction FactorRequired = new("factors.required", AuditCategory.Security, "Required a second factor", "{0} required a second factor of {1}");
    public static readonly AuditAction FactorReleased = new("factors.released", AuditCategory.Security, "No longer required a second factor", "{0} no longer required a second factor of {1} by name");
    public static readonly AuditAction FactorReminded = new("factors.reminded", AuditCategory.Security, "Reminded of the second factor", "{0} reminded {1} to set up a second factor");
    public static readonly AuditAction RoleFactorRequired = new("factors.role_required", AuditCategory.Security, "Required a second factor of a role", "{0} required a second factor of everybody with the role {1}");
    public static readonly AuditAction RoleFactorReleased = new("factors.role_released", AuditCategory.Security, "Released a role from the second factor", "{0} no longer required a second factor of the role {1}");

    public static readonly AuditAction PasswordChanged = new("password.changed", AuditCategory.Security, "Changed the password", "{1} changed the password");
    public static readonly AuditAction PasswordChangeFailed = new("password.change_failed", AuditCategory.Security, "Failed to change the password", "{0} gave a wrong current password");
    public static readonly AuditAction PasswordResetRequested = new("password.reset_requested", AuditCategory.Security, "Asked for a new password", "Somebody asked for a link to reset the password of {1}");
    public static readonly AuditAction PasswordReset = new("password.reset", AuditCategory.Security, "Reset the password", "{1} chose a new password by a link");
    public static readonly AuditAction PasswordResetSent = new("password.reset_sent", AuditCategory.Security, "Sent a link for a new password", "{0} sent {1} a link to choose a new password");
    public static readonly AuditAction PasswordLinkMade = new("password.link_made", AuditCategory.Security, "Made a link for a new password", "{0} made a link with which {1} can choose a new password");
    public static readonly AuditAction PasswordRequired = new("password.required", AuditCategory.Security, "Required a new password", "{0} required {1} to choose a new password");
    public static readonly AuditAction AccountReported = new("account.reported", AuditCategory.Security, "Said \"this was not me\"", "The owner of {1} said \"this was not me\", and the account was secured");
    public static readonly AuditAction EmailConfirmed = new("user.email_confirmed", AuditCategory.Users, "Confirmed the email address", "{1} confirmed the email address");
    public static readonly AuditAction EmailConfirmedByHand = new("user.email_confirmed_by_hand", AuditCategory.Users, "Confirmed an email address by hand", "{0} confirmed the email address of {1} by hand");
    public static readonly AuditAction UserRegistered = new("user.registered", AuditCategory.Users, "Registered", "{1} registered");
    public static readonly AuditAction RegistrationRepeated = new("user.registration_repeated", AuditCategory.Users, "Registered again", "Somebody registered with the address of {1}, which has an account");

    public static readonly AuditAction OrganizationCreated = new("organization.created", AuditCategory.Organizations, "Created an organization", "{0} created the organization {1}");
    public static readonly AuditAction OrganizationEdited = new("organization.edited", AuditCategory.Organizations, "Edited an organization", "{0} edited the organization {1}");
    public static readonly AuditAction OrganizationMoved = new("organization.moved", AuditCategory.Organizations, "Moved an organization", "{0} moved the organization {1} to another place");
    public static readonly AuditAction OrganizationDeactivated = new("organization.deactivated", AuditCategory.Organizations, "Deactivated an organization", "{0} deactivated the organization {1}");
    public static readonly AuditAction OrganizationActivated = new("organization.activated", AuditCategory.Organizations, "Activated an organization", "{0} activated the organization {1} again");
    public static readonly AuditAction OrganizationDeleted = new("organization.deleted", AuditCategory.Organizations, "Deleted an organization", "{0} deleted the organization {1}");
    public static readonly AuditAction OrganizationRestored = new("organization.restored", AuditCategory.Organizations, "Restored an organization", "{0} restored the organization {1}");
    public static readonly AuditAction MemberAdded = new("organization.member_added", AuditCategory.Organizations, "Added a member", "{0} added a member to the organization {1}");
    public static readonly AuditAction MemberChanged = new("organization.member_changed", AuditCategory.Organizations, "Changed a membership", "{0} changed a membership in the organization {1}");
    public static readonly AuditAction MemberRemoved = new("organization.member_removed", AuditCategory.Organizations, "Removed a member", "{0} removed a member from the organization {1}");
    public static readonly AuditAction OrganizationJoined = new("user.organization_joined", AuditCategory.Organizations, "Joined an organization", "{0} made {1} a member of an organization");
    public static readonly AuditAction OrganizationLeft = new("user.organization_left", AuditCategory.Organizations, "Left an organization", "{0} ended the membership of {1} in an organization");
    public static readonly AuditAction OrganizationChanged = new("user.organization_changed", AuditCategory.Organizations, "Moved to another organization", "{0} moved {1} to another organization");
    public static readonly AuditAction TeamCreated = new("team.created", AuditCategory.Organizations, "Created a team", "{0} created the team {1}");
    public static readonly AuditAction TeamEdited = new("team.edited", AuditCategory.Organizations, "Edited a team", "{0} edited the team {1}");
    public static readonly AuditAction TeamDeleted = new("team.deleted", AuditCategory.Organizations, "Deleted a team", "{0} deleted the team {1}");
    public static readonly AuditAction TeamMemberAdded = new("team.member_added", AuditCategory.Organizations, "Added a team member", "{0} added somebody to the team {1}");
    public static readonly AuditAction TeamMemberRemoved = new("team.member_removed", AuditCategory.Organizations, "Removed a team member", "{0} removed somebody from the team {1}");

    public static readonly AuditAction SettingsChanged = new("settings.changed", AuditCategory.Settings, "Changed settings", "{0} changed the settings {1}");

    public static readonly AuditAction ForwarderAdded = new("audit_forwarder.added", AuditCategory.Settings, "Set up forwarding of events", "{0} has events sent to {1}");
    public static readonly AuditAction ForwarderEdited = new("audit_forwarder.edited", AuditCategory.Settings, "Edited forwarding of events", "{0} changed how events are sent to {1}");
    public static readonly AuditAction ForwarderPaused = new("audit_forwarder.paused", AuditCategory.Settings, "Paused forwarding of events", "{0} paused sending events to {1}");
    public static readonly AuditAction ForwarderResumed = new("audit_forwarder.resumed", AuditCategory.Settings, "Resumed forwarding of events", "{0} has events sent to {1} again");
    public static readonly AuditAction ForwarderRemoved = new("audit_forwarder.removed", AuditCategory.Settings, "Ended forwarding of events", "{0} ended sending events to {1}");
    public static readonly AuditAction ForwarderTested = new("audit_forwarder.tested", AuditCategory.Settings, "Tested forwarding of events", "{0} sent a test event to {1}");
    public static readonly AuditAction ForwardingFailed = new("audit_forwarder.failed", AuditCategory.Settings, "Forwarding of events failed", "Events could not be sent to {1}");
    public static readonly AuditAction ForwardingRecovered = new("audit_forwarder.recovered", AuditCategory.Settings, "Forwarding of events works again", "Events reach {1} again");

    public static readonly AuditAction CustomFieldCreated = new("custom_field.created", AuditCategory.Settings, "Added a profile field", "{0} added the profile field {1}");
    public static readonly AuditAction CustomFieldEdited = new("custom_field.edited", AuditCategory.Settings, "Edited a profile field", "{0} edited the profile field {1}");
    public static readonly AuditAction CustomFieldRetired = new("custom_field.retired", AuditCategory.Settings, "Retired a profile field", "{0} retired the profile field {1}");
    public static readonly AuditAction CustomFieldBroughtBack = new("custom_field.brought_back", AuditCategory.Settings, "Brought a profile field back", "{0} brought the profile field {1} back");
    public static readonly AuditAction CustomFieldRemoved = new("custom_field.removed", AuditCategory.Settings, "Removed a profile field", "{0} removed the profile field {1} with all its values");

    public static readonly AuditAction NotificationResent = new("notification.resent", AuditCategory.Notifications, "Sent a message again", "{0} had a message sent to {1} again");
    public static readonly AuditAction NotificationGivenUp = new("notification.given_up", AuditCategory.Notifications, "Gave a message up", "{0} gave up sending a message to {1}");
    public static readonly AuditAction TemplateSaved = new("notification.template_saved", AuditCategory.Notifications, "Edited the text of a message", "{0} edited the text of the message {1}");
    public static readonly AuditAction TemplateReset = new("notification.template_reset", AuditCategory.Notifications, "Reset the text of a message", "{0} went back to the built-in text of the message {1}");

    public static readonly AuditAction ReportBuilt = new("report.built", AuditCategory.Reports, "Built a report", "{0} built the report {1}");
    public static readonly AuditAction ReportEdited = new("report.edited", AuditCategory.Reports, "Edited a report", "{0} edited the report {1}");
    public static readonly AuditAction ReportDeleted = new("report.deleted", AuditCategory.Reports, "Deleted a report", "{0} deleted the report {1}");
    public static readonly AuditAction ReportScheduled = new("report.scheduled", AuditCategory.Reports, "Scheduled a report", "{0} scheduled the report {1}");
    public static readonly AuditAction ReportScheduleEdited = new("report.schedule_edited", AuditCategory.Reports, "Changed the schedule of a report", "{0} changed the schedule of the report {1}");
    public static readonly AuditAction ReportScheduleDeleted = new("report.schedule_deleted", AuditCategory.Reports, "Deleted the schedule of a report", "{0} deleted the schedule of the report {1}");
    public static readonly AuditAction ReportMadeByHand = new("report.made_by_hand", AuditCategory.Reports, "Had a scheduled report made", "{0} had the report {1} made and sent at once");
    public static readonly AuditAction ReportSent = new("report.sent", AuditCategory.Reports, "Sent a scheduled report", "The report {1} was made and sent");
    public static readonly AuditAction ReportNotSent = new("report.not_sent", AuditCategory.Reports, "Could not send a scheduled report", "The report {1} could not be made for everybody");

    public static readonly AuditAction TenantCreated = new("tenant.created", AuditCategory.System, "Created a tenant", "{0} created the tenant {1}");
    public static readonly AuditAction TenantTakenBack = new("tenant.taken_back", AuditCategory.System, "Took back an unfinished tenant", "The unfinished tenant {1} was taken back");
    public static readonly AuditAction TenantEdited = new("tenant.edited", AuditCategory.System, "Edited a tenant", "{0} edited the tenant {1}");
    public static readonly AuditAction TenantDomainAdded = new("tenant.domain_added", AuditCategory.System, "Added a domain", "{0} added a domain to the tenant {1}");
    public static readonly AuditAction TenantDomainRemoved = new("tenant.domain_removed", AuditCategory.System, "Removed a domain", "{0} removed a domain from the tenant {1}");
    public static readonly AuditAction TenantPrimaryDomainChosen = new("tenant.primary_domain_chosen", AuditCategory.System, "Chose a primary domain", "{0} chose the primary domain of the tenant {1}");
    public static readonly AuditAction TenantSuspended = new("tenant.suspended", AuditCategory.System, "Suspended a tenant", "{0} suspended the tenant {1}");
    public static readonly AuditAction TenantResumed = new("tenant.resumed", AuditCategory.System, "Resumed a tenant", "{0} resumed the tenant {1}");
    public static readonly AuditAction TenantDeleted = new("tenant.deleted", AuditCategory.System, "Deleted a tenant", "{0} deleted the tenant {1}");
    public static readonly AuditAction TenantRestored = new("tenant.restored", AuditCategory.System, "Restored a tenant", "{0} restored the tenant {1}");
    public static readonly AuditAction TenantPurged = new("tenant.purged", AuditCategory.System, "Removed a tenant for good", "The database of the tenant {1} was removed for good");

    public static readonly AuditAction ExportMade = new("export.made", AuditCategory.Exports, "Took a list out", "{0} took the list {1} out as a file");
    public static readonly AuditAction ExportDownloaded = new("export.downloaded", AuditCategory.Exports, "Downloaded a file", "{0} downloaded the file {1}");
    public static readonly AuditAction ExportRemoved = new("export.removed", AuditCategory.Exports, "Removed a file", "{0} removed the file {1}");
    public static readonly AuditAction AuditAdopted = new("audit.adopted", AuditCategory.System, "Put older events under seal", "Events recorded before there were seals were put under seal");
    public static readonly AuditAction AuditSuspicious = new("audit.suspicious", AuditCategory.System, "Found events altered before they were sealed", "Events were found that had been altered or added before they were sealed");
    public static readonly AuditAction AuditKeyChanged = new("audit.key_changed", AuditCategory.System, "Changed the key of the audit log", "{0} changed the key that signs the audit log");
    public static readonly AuditAction AuditKeyBegunAnew = new("audit.key_begun_anew", AuditCategory.System, "Began anew with a key of the audit log", "{0} had the audit log signed with a new key that the lost one did not endorse");
    public static readonly AuditAction AuditCheckpointMade = new("audit.checkpoint_made", AuditCategory.System, "Made a checkpoint of the audit log", "{0} made a checkpoint of the audit log");
    public static readonly AuditAction AuditVerified = new("audit.verified", AuditCategory.System, "Checked the audit log", "{0} checked the audit log");
    public static readonly AuditAction JobStarted = new("job.started", AuditCategory.Jobs, "Started a job", "{0} started the job {1}");
    public static readonly AuditAction JobSucceeded = new("job.succeeded", AuditCategory.Jobs, "A job ran", "The job {1} ran");
    public static readonly AuditAction JobFailed = new("job.failed", AuditCategory.Jobs, "A job failed", "The job {1} failed");
    public static readonly AuditAction JobPaused = new("job.paused", AuditCategory.Jobs, "Paused a job", "{0} paused the job {1}");
    public static readonly AuditAction JobResumed = new("job.resumed", AuditCategory.Jobs, "Resumed a job", "{0} resumed the job {1}");
    public static readonly AuditAction JobScheduleChanged = new("job.schedule_changed", AuditCategory.Jobs, "Changed when a job runs", "{0} changed when the job {1} runs");
    public static readonly AuditAction BackupNoted = new("backup.noted", AuditCategory.System, "Noted a backup", "{0} noted that a backup was made");
    public static readonly AuditAction DatabaseRestored = new("backup.restored", AuditCategory.System, "Restored a backup", "The database was restored from the backup {1}");
    public static readonly AuditAction DormancyWarned = new("dormancy.warned", AuditCategory.Users, "Warned of a dormant account", "{1} was warned that the account will be deactivated because nobody uses it");
    public static readonly AuditAction DormancyExempted = new("dormancy.exempted", AuditCategory.Users, "Exempted from the rule about dormant accounts", "{0} exempted {1} from the rule about dormant accounts");
    public static readonly AuditAction DormancyExemptionEnded = new("dormancy.exemption_ended", AuditCategory.Users, "Ended an exemption", "{0} ended the exemption of {1} from the rule about dormant accounts");

    public static readonly AuditAction AuditProofTaken = new("audit.proof_taken", AuditCategory.System, "Took a proof of the audit log out", "{0} took a proof of the audit log out: {1}");
    public static readonly AuditAction AuditEmptied = new("audit.emptied", AuditCategory.System, "Emptied events of the audit log", "{0} emptied events of the audit log whose time was over");
    public static readonly AuditAction AuditPruned = new("audit.pruned", AuditCategory.System, "Removed events from the audit log", "{0} removed events from the audit log whose time was over");
    public static readonly AuditAction AuditActorsErased = new("audit.actors_erased", AuditCategory.System, "Erased addresses from the audit log", "{0} erased addresses and names from the audit log whose time was over");
    public static readonly AuditAction AuditPersonErased = new("audit.person_erased", AuditCategory.System, "Erased a person from the audit log", "{0} erased the personal data of somebody from the audit log");

    public static readonly AuditAction DataSeeded = new("system.data_seeded", AuditCategory.System, "Added demonstration data", "{0} added demonstration data");

    /// <summary>Across the categories: what else such an event is about.</summary>
    public AuditTag Tags => AuditTags.Of(this);

    /// <summary>Every action above, in their order.</summary>
    public static IReadOnlyList<AuditAction> All { get; } =
        [.. typeof(AuditAction).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<AuditAction>()];

    private static readonly Dictionary<string, AuditAction> ByCode = All.ToDictionary(action => action.Code);

    public static AuditAction? Find(string code) => ByCode.GetValueOrDefault(code);
}
