using Microsoft.AspNetCore.Authorization;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Security;

/// <summary>Names the permission a page or endpoint needs; the policy of that name does the rest, in middleware and router alike.</summary>
internal sealed class RequirePermissionAttribute(Permission permission) : AuthorizeAttribute(permission.ToString())
{
    public Permission Permission { get; } = permission;
}

internal sealed record PermissionRequirement(Permission Permission) : IAuthorizationRequirement;

/// <summary>Asks the session directory, not the principal: a principal lives as long as its circuit, a permission may not.</summary>
internal sealed class PermissionHandler(SessionDirectory sessions, TenantDirectory tenants) : AuthorizationHandler<PermissionRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (context.User.SessionId is { } id
            && await tenants.FindActiveAsync(context.User.TenantName, CancellationToken.None) is { } tenant
            && await sessions.FindAsync(tenant, id, CancellationToken.None) is { } state
            && state.UserId == context.User.UserId && state.ActingFrom(null, null).CanSomewhere(requirement.Permission))
            context.Succeed(requirement);
    }
}
