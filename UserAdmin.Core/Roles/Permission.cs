namespace UserAdmin.Core.Roles;

/// <summary>Where a permission can be held: in an organization as well, for its people, or only everywhere.</summary>
public enum PermissionScope { System, Organization }

/// <summary>Everything somebody may be allowed to do. The order is the one in which people see them; the codes are what is stored, so they never change.</summary>
public enum Permission
{
    [Permission("dashboard.view", "See the dashboard", "The figures of the whole portal.")]
    DashboardView,

    [Permission("users.view", "See people", "Find people and open their pages.", PermissionScope.Organization)]
    UsersView,
    [Permission("users.create", "Add people", "Create accounts and send activation links.", PermissionScope.Organization)]
    UsersCreate,
    [Permission("users.edit", "Edit people", "Change names, addresses and other profile data.", PermissionScope.Organization)]
    UsersEdit,
    [Permission("users.deactivate", "Deactivate people", "Switch accounts off and on again.", PermissionScope.Organization)]
    UsersDeactivate,
    [Permission("users.lock", "Lock and unlock people", "Keep somebody out for a time, or let them in again.", PermissionScope.Organization)]
    UsersLock,
    [Permission("users.delete", "Delete people", "Delete accounts and restore them while that is possible.", PermissionScope.Organization)]
    UsersDelete,
    [Permission("users.view_activity", "See people's activity", "What happened to somebody, and in their organization.", PermissionScope.Organization)]
    ActivityView,
    [Permission("users.purge", "Purge people", "Remove deleted accounts for good, before their time is over.")]
    UsersPurge,
    [Permission("users.reset_password", "Reset passwords", "Send a link for a new password or set a temporary one.", PermissionScope.Organization)]
    UsersResetPassword,
    [Permission("users.impersonate", "Act as somebody else", "See and use the portal as another person for a limited time.")]
    UsersImpersonate,
    [Permission("custom_fields.edit", "Define profile fields", "Add fields to everybody's profile and say who sees and edits them.")]
    CustomFieldsEdit,

    [Permission("service_accounts.manage", "Look after service accounts", "Create accounts for programs and their access tokens, up to what one holds oneself.")]
    ServiceAccountsManage,

    [Permission("sessions.view", "See sessions", "Who is signed in, where and since when.", PermissionScope.Organization)]
    SessionsView,
    [Permission("sessions.end", "End sessions", "Sign people out and remove their devices.", PermissionScope.Organization)]
    SessionsEnd,

    [Permission("factors.view", "See second factors", "Who has a second factor and who still lacks one.", PermissionScope.Organization)]
    CoverageView,
    [Permission("factors.enforce", "Require second factors", "Require a second factor of people or roles, and remind them.", PermissionScope.Organization)]
    FactorsEnforce,
    [Permission("factors.reset", "Reset second factors", "Remove the second factor of somebody who lost it.", PermissionScope.Organization)]
    FactorsReset,
    [Permission("factors.give_access_pass", "Give access passes", "Give a one-time pass that stands in for a lost second factor.", PermissionScope.Organization)]
    AccessPassesGive,

    [Permission("roles.view", "See roles", "What roles allow and who has them.", PermissionScope.Organization)]
    RolesView,
    [Permission("roles.edit", "Edit roles", "Create roles and change what they allow, up to what one holds oneself.")]
    RolesEdit,
    [Permission("roles.assign", "Assign roles", "Give roles to people and take them away, up to what one holds oneself.", PermissionScope.Organization)]
    RolesAssign,
    [Permission("access_requests.create", "Ask for roles", "Ask for a role for a time.")]
    AccessRequestsCreate,
    [Permission("access_requests.decide", "Decide requests for roles", "Approve or decline what others ask for.", PermissionScope.Organization)]
    AccessRequestsDecide,
    [Permission("access_reviews.view", "See access reviews", "The campaigns, their decisions and their results.")]
    AccessReviewsView,
    [Permission("access_reviews.manage", "Run access reviews", "Start campaigns, choose reviewers and close them.")]
    AccessReviewsManage,

    [Permission("organizations.view", "See organizations", "Organizations, their members and teams.", PermissionScope.Organization)]
    OrganizationsView,
    [Permission("organizations.create", "Add organizations", "Create organizations, below those where one may.", PermissionScope.Organization)]
    OrganizationsCreate,
    [Permission("organizations.edit", "Edit organizations", "Change an organization's data and settings.", PermissionScope.Organization)]
    OrganizationsEdit,
    [Permission("organizations.deactivate", "Deactivate organizations", "Switch organizations off, delete them, and bring them back.")]
    OrganizationsDeactivate,
    [Permission("members.manage", "Manage members", "Add people to an organization, move and remove them.", PermissionScope.Organization)]
    MembersManage,
    [Permission("teams.manage", "Manage teams", "Create teams, choose their members and leads.", PermissionScope.Organization)]
    TeamsManage,
    [Permission("invitations.view", "See invitations", "Who was invited and what became of it.", PermissionScope.Organization)]
    InvitationsView,
    [Permission("invitations.manage", "Invite people", "Send, resend and revoke invitations.", PermissionScope.Organization)]
    InvitationsManage,
    [Permission("invitations.copy_link", "Copy invitation links", "Get an invitation's link to hand it over oneself.")]
    InvitationsCopyLink,

    [Permission("audit.view", "See the audit log", "Everything that happened, by whom and to whom.")]
    AuditView,
    [Permission("audit.export", "Export the audit log", "Take events out as files.")]
    AuditExport,
    [Permission("audit.verify", "Prove the audit log", "Check that nothing was altered, keep checkpoints and take proofs out.")]
    AuditVerify,
    [Permission("audit.manage", "Look after the audit log", "How long events are kept, erasing personal data, and which systems get them.")]
    AuditManage,

    [Permission("exports.create", "Take lists out", "Save any list one sees as a file.", PermissionScope.Organization)]
    ExportsCreate,
    [Permission("reports.view", "See reports", "Figures, charts and tables about the portal and its people.")]
    ReportsView,
    [Permission("reports.build", "Build reports", "Make reports of one's own and share them.")]
    ReportsBuild,
    [Permission("reports.schedule", "Schedule reports", "Have reports made by the clock and sent to people.")]
    ReportsSchedule,

    [Permission("jobs.view", "See jobs", "What runs by itself, when, and how it went.")]
    JobsView,
    [Permission("jobs.manage", "Run and change jobs", "Run jobs now, pause them and change their timetable.")]
    JobsManage,

    [Permission("notifications.view", "See messages", "What was sent to whom and whether it arrived.")]
    NotificationsView,
    [Permission("notifications.manage", "Manage messages", "Send messages again or give them up.")]
    NotificationsManage,
    [Permission("templates.edit", "Edit message texts", "Change the texts of mails, by language.")]
    TemplatesEdit,

    [Permission("settings.view", "See settings", "The policies of the portal.")]
    SettingsView,
    [Permission("settings.edit", "Edit settings", "Change policies, terms of use and branding.")]
    SettingsEdit,
    [Permission("features.edit", "Switch features", "Switch whole features on and off.")]
    FeaturesEdit,
    [Permission("tenants.manage", "Manage tenants", "Create, suspend and delete tenants. Only in the first tenant of an installation.")]
    TenantsManage,
}
