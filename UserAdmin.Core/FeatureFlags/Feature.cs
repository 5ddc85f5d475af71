using System.Collections.Frozen;
using System.Reflection;
using UserAdmin.Core.Roles;
using static UserAdmin.Core.Roles.Permission;

namespace UserAdmin.Core.FeatureFlags;

/// <summary>
/// Something a tenant can do without (O7). Permissions that belong to a switched-off feature count for nothing, which closes pages, endpoints, services and
/// buttons in one place; what needs no permission asks <see cref="FeatureSwitches"/>.
/// </summary>
public enum Feature
{
    [Feature(RolesView, RolesEdit, RolesAssign)] Roles,
    [Feature(AccessRequestsCreate, AccessRequestsDecide)] AccessRequests,
    [Feature(AccessReviewsView, AccessReviewsManage)] AccessReviews,
    [Feature(OrganizationsView, OrganizationsCreate, OrganizationsEdit, OrganizationsDeactivate, MembersManage, TeamsManage)] Organizations,
    [Feature(InvitationsView, InvitationsManage, InvitationsCopyLink)] Invitations,
    [Feature(UsersImpersonate)] Impersonation,
    [Feature(CustomFieldsEdit)] CustomFields,
    [Feature] PublicProfiles,
    [Feature] ActivityExport,
    [Feature(SessionsView, SessionsEnd)] Sessions,
    [Feature] SessionFigures,
    [Feature(CoverageView)] Coverage,
    [Feature] Passkeys,
    [Feature] ExternalSignIn,
    [Feature(AuditView)] AuditLog,
    [Feature(NotificationsView, NotificationsManage, TemplatesEdit)] Messages,
}

[AttributeUsage(AttributeTargets.Field)]
internal sealed class FeatureAttribute(params Permission[] permissions) : Attribute
{
    public IReadOnlyList<Permission> Permissions { get; } = permissions;
}

public static class FeaturePermissions
{
    private static readonly FrozenDictionary<Feature, IReadOnlyList<Permission>> ByFeature = Enum.GetValues<Feature>()
        .ToFrozenDictionary(feature => feature, feature => typeof(Feature).GetField(feature.ToString())!.GetCustomAttribute<FeatureAttribute>()!.Permissions);

    private static readonly FrozenDictionary<Permission, Feature> ByPermission =
        ByFeature.SelectMany(pair => pair.Value.Select(permission => (permission, pair.Key))).ToFrozenDictionary(pair => pair.permission, pair => pair.Key);

    extension(Feature feature)
    {
        /// <summary>What counts for nothing while the feature is off.</summary>
        public IReadOnlyList<Permission> Permissions => ByFeature[feature];
    }

    /// <summary>The feature a permission belongs to; null for what is always there.</summary>
    public static Feature? FeatureOf(Permission permission) => ByPermission.TryGetValue(permission, out var feature) ? feature : null;
}
