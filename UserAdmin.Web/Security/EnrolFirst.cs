using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Security;

/// <summary>Says that a page or endpoint is for people, too, who can do nothing else until they have set up a second factor (M5).</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OpenWhileEnrollingAttribute : Attribute;

/// <summary>Says that a page or endpoint belongs to the person alone, their security and their consent: it is closed to whoever acts as them (U14).</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ClosedWhileActingAttribute : Attribute;

internal static class EnrolFirst
{
    public const string Page = "/me/enrol";
}

/// <summary>
/// Part of every rule that asks for a sign-in, so that nothing has to remember it: requests, pages inside a circuit, and whatever names no rule.
/// </summary>
internal sealed class EnrolledRequirement : IAuthorizationRequirement;

internal sealed class EnrolledHandler(SessionDirectory sessions, TenantDirectory tenants) : AuthorizationHandler<EnrolledRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, EnrolledRequirement requirement)
    {
        if (context.User.IsActing && Has<ClosedWhileActingAttribute>(context.Resource))
            return;
        if (IsOpen(context.Resource) || context.User.SessionId is not { } id
            || await tenants.FindActiveAsync(context.User.TenantName, CancellationToken.None) is not { } tenant
            || await sessions.FindAsync(tenant, id, CancellationToken.None) is not { MustEnrol: true })
            context.Succeed(requirement);
    }

    // The circuit of the page for setting it up is a request like others; what happens inside is asked by page and by click.
    private static bool IsOpen(object? resource) => (resource as HttpContext)?.Request.Path.StartsWithSegments("/_blazor") == true || Has<OpenWhileEnrollingAttribute>(resource);

    private static bool Has<TAttribute>(object? resource) where TAttribute : Attribute => resource switch
    {
        HttpContext http => http.GetEndpoint()?.Metadata.GetMetadata<TAttribute>() is not null,
        Microsoft.AspNetCore.Components.RouteData route => route.PageType.IsDefined(typeof(TAttribute), inherit: true),
        _ => false,
    };
}
