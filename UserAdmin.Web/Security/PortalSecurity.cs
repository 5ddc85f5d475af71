using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;
using UserAdmin.Web.TwoFactor;

namespace UserAdmin.Web.Security;

internal static class PortalSecurity
{
    public static void AddPortalSecurity(this IServiceCollection services)
    {
        // The API takes tokens and no cookies, everything else cookies and no tokens.
        services.AddAuthentication("Portal")
            .AddPolicyScheme("Portal", null, scheme => scheme.ForwardDefaultSelector = http => ApiGate.IsApi(http) ? BearerAuthentication.SchemeName : SessionAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null);

        services.AddScoped<CurrentActor>();
        // Only for Identity's passkey ceremonies, which read users and passkeys through its manager. Nothing is written with it.
        services.AddIdentityCore<User>().AddEntityFrameworkStores<UserAdminDbContext>();
        services.AddScoped<PasskeyParty>();
        services.AddScoped<IPasskeyHandler<User>>(provider => ActivatorUtilities.CreateInstance<PasskeyHandler<User>>(provider, provider.GetRequiredService<PasskeyParty>().Options()));
        services.AddScoped<PasskeyCeremony>();

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
