namespace UserAdmin.Core.Roles;

/// <summary>Everything somebody may be allowed to do. Administrators may do all of it, others nothing, until roles can be edited.</summary>
public enum Permission
{
    DashboardView,
    UsersView,
    UsersCreate,
    UsersEdit,
    UsersDeactivate,
    UsersLock,
    UsersDelete,
    UsersPurge,
    UsersResetPassword,
    SessionsView,
    SessionsEnd,
    AuditView,
    FactorsReset,
    AccessPassesGive,
    FactorsEnforce,
    CoverageView,
    InvitationsView,
    InvitationsManage,
    SettingsView,
    SettingsEdit,
    NotificationsView,
    NotificationsManage,
    TemplatesEdit,
}
