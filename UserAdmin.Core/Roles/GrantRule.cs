using UserAdmin.Core.Common;

namespace UserAdmin.Core.Roles;

/// <summary>Which roles somebody may give, prolong and take away, and where (E05, E06): those that allow no more than they may do there themselves.</summary>
public static class GrantRule
{
    /// <summary>
    /// May assign roles in that place and holds everything the role gives there. Whoever takes a role away sets free what it denies, so they hold that as well;
    /// <paramref name="isTaking"/> asks for it.
    /// </summary>
    public static bool Allows(Access giver, AccessBook book, Guid roleId, Guid? organizationId, bool isHost, bool isTaking) =>
        giver.CanAt(organizationId, Permission.RolesAssign)
        && giver.Covers(AccessEvaluator.OfRole(book, roleId, organizationId, isHost))
        && (!isTaking || book.Find(roleId) is not { } role || role.Denied.All(permission => !AccessEvaluator.CanBeHeld(permission, isHost, organizationId is not null)
            || giver.CanAt(organizationId, permission)));

    /// <summary>What keeps a role from being given in a place, whoever gives it. Null when nothing does.</summary>
    internal static Problem? RefusePlace(AccessBook book, Guid roleId, Guid? organizationId) =>
        book.Find(roleId) is not { } role ? RoleProblems.NotFound
        : roleId == SystemRoles.EndUser.Id ? RoleProblems.Everybodys
        : !role.IsActive ? RoleProblems.Inactive
        : roleId == SystemRoles.OrganizationManager.Id && organizationId is null ? RoleProblems.OnlyInOrganization
        : roleId == SystemRoles.Owner.Id && organizationId is not null ? RoleProblems.OnlyEverywhere
        : organizationId is { } place && !book.Organizations.IsInForce(place) ? RoleProblems.OrganizationMissing
        : null;
}
