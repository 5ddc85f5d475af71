using System.Collections.Frozen;
using static UserAdmin.Core.Roles.Permission;

namespace UserAdmin.Core.Roles;

/// <summary>A role that comes with the product. What it allows is fixed, so that its meaning is the same in every installation; whoever needs another makes one from it.</summary>
public sealed record SystemRole(Guid Id, string Name, string Description, FrozenSet<Permission> Grants);

public static class SystemRoles
{
    private static readonly Permission[] LookingAfterPeople =
    [
        UsersView, UsersCreate, UsersEdit, UsersDeactivate, UsersLock, UsersResetPassword, ActivityView, SessionsView, SessionsEnd, CoverageView, FactorsEnforce, RolesView, RolesAssign,
        AccessRequestsDecide, OrganizationsView, OrganizationsCreate, OrganizationsEdit, MembersManage, TeamsManage, InvitationsView, InvitationsManage, ExportsCreate,
    ];

    public static SystemRole Owner { get; } = Make(1, "Owner",
        "Everything, always. There is always at least one active owner, and only owners can act on owners.", Enum.GetValues<Permission>());

    public static SystemRole Administrator { get; } = Make(2, "Administrator",
        "Everything but switching features, managing tenants and acting on owners.", [.. Enum.GetValues<Permission>().Except([FeaturesEdit, TenantsManage])]);

    public static SystemRole Manager { get; } = Make(3, "Manager",
        "Looks after people, organizations, teams and invitations everywhere. Changes no roles and no settings.", [DashboardView, ReportsView, .. LookingAfterPeople]);

    public static SystemRole Agent { get; } = Make(4, "Agent",
        "Sees people and organizations and keeps people's data right.", [UsersView, UsersEdit, SessionsView, OrganizationsView]);

    public static SystemRole HelpDesk { get; } = Make(5, "Help desk",
        "Resets passwords and second factors, unlocks accounts and ends sessions, never of somebody who may do more.",
        [UsersView, UsersLock, UsersResetPassword, SessionsView, SessionsEnd, CoverageView, FactorsReset, AccessPassesGive, OrganizationsView]);

    public static SystemRole Auditor { get; } = Make(6, "Auditor",
        "Sees everything, the audit log included, takes lists, reports and proofs out, and changes nothing.",
        [DashboardView, UsersView, ActivityView, SessionsView, CoverageView, RolesView, AccessReviewsView, OrganizationsView, InvitationsView, AuditView, AuditExport, AuditVerify,
            ExportsCreate, ReportsView, ReportsBuild, ReportsSchedule, JobsView, NotificationsView, SettingsView]);

    public static SystemRole OrganizationManager { get; } = Make(7, "Organization manager",
        "Given in an organization: looks after its people, teams and invitations, and those of the organizations below it.", [.. LookingAfterPeople, FactorsReset, AccessPassesGive]);

    public static SystemRole EndUser { get; } = Make(8, "End user",
        "Everybody with an account has it without being given it: their own profile and security, and asking for roles.", [AccessRequestsCreate]);

    public static IReadOnlyList<SystemRole> All { get; } = [Owner, Administrator, Manager, Agent, HelpDesk, Auditor, OrganizationManager, EndUser];

    private static readonly FrozenDictionary<Guid, SystemRole> ById = All.ToFrozenDictionary(role => role.Id);

    public static SystemRole? Find(Guid id) => ById.GetValueOrDefault(id);

    private static SystemRole Make(int number, string name, string description, IReadOnlyCollection<Permission> grants) =>
        new(new Guid($"01900000-0000-7000-8000-{number:D12}"), name, description, grants.ToFrozenSet());
}
