using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using UserAdmin.Core.Roles;

namespace UserAdmin.Web.Security;

internal static class PortalSecurity
{
    public static void AddPortalSecurity(this IServiceCollection services)
    {
        services.AddAuthentication(SessionAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null);

        services.AddScoped<CurrentActor>();
        services.AddScoped<IAuthorizationHandler, PermissionHandler>();
        services.AddScoped<IAuthorizationHandler, EnrolledHandler>();
        services.AddAuthorization(options =>
        {
            options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new EnrolledRequirement()).Build();
            // Whatever names no rule is for people who are signed in.
            options.FallbackPolicy = options.DefaultPolicy;
            foreach (var permission in Enum.GetValues<Permission>())
                options.AddPolicy(permission.ToString(), policy => policy.RequireAuthenticatedUser().AddRequirements(new EnrolledRequirement(), new PermissionRequirement(permission)));
        });

        services.Configure<CookiePolicyOptions>(options => (options.Secure, options.HttpOnly) = (CookieSecurePolicy.Always, Microsoft.AspNetCore.CookiePolicy.HttpOnlyPolicy.Always));
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "__Host-useradmin-form";
            // Antiforgery refuses to work over http when told to be Secure; the cookie policy marks its cookie like all others.
            options.Cookie.SecurePolicy = CookieSecurePolicy.None;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.SuppressXFrameOptionsHeader = true;
        });
    }
}
