using Microsoft.Extensions.Options;
using UserAdmin.Core;
using UserAdmin.Core.Roles;
using UserAdmin.Web.AccessRequests;
using UserAdmin.Web.AccessReviews;
using UserAdmin.Web.Audit;
using UserAdmin.Web.Branding;
using UserAdmin.Web.CustomFields;
using UserAdmin.Web.Dashboard;
using UserAdmin.Web.Dormancy;
using UserAdmin.Web.Exports;
using UserAdmin.Web.ExternalSignIn;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Invitations;
using UserAdmin.Web.Jobs;
using UserAdmin.Web.Me;
using UserAdmin.Web.Notifications;
using UserAdmin.Web.Organizations;
using UserAdmin.Web.Registration;
using UserAdmin.Web.Reports;
using UserAdmin.Web.Roles;
using UserAdmin.Web.Security;
using UserAdmin.Web.ServiceAccounts;
using UserAdmin.Web.Sessions;
using UserAdmin.Web.Settings;
using UserAdmin.Web.SignIn;
using UserAdmin.Web.Tenants;
using UserAdmin.Web.Terms;
using UserAdmin.Web.Tokens;
using UserAdmin.Web.TwoFactor;
using UserAdmin.Web.Users;

namespace UserAdmin.Web.Api;

/// <summary>The HTTP API as a whole. Its endpoints stand beside the pages of their feature.</summary>
internal static class ApiHost
{
    private const string Cors = "Api";

    public static void AddApi(this IServiceCollection services)
    {
        services.AddSettings<ApiSettings>("Api");
        services.ConfigureHttpJsonOptions(json => ApiJson.Apply(json.SerializerOptions));
        services.AddCors();
        services.AddOptions<Microsoft.AspNetCore.Cors.Infrastructure.CorsOptions>().Configure<IOptions<ApiSettings>>((cors, settings) => cors.AddPolicy(Cors, policy => policy
            .WithOrigins(ApiSettings.OriginsIn(settings.Value.Origins))
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", "Content-Type", "If-Match", "Idempotency-Key", "Accept-Language")
            .WithExposedHeaders("ETag", "Location", "Retry-After", "Count-Precision", "Idempotency-Replayed")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
        services.AddApiDocument();
    }

    public static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1").RequireAuthorization().RequireCors(Cors).DisableAntiforgery().AddEndpointFilter(RefuseBadBodies);
        api.MapAccessRequestApi();
        api.MapAccessReviewApi();
        api.MapAccountApi();
        api.MapActivityApi();
        api.MapAssignmentApi();
        api.MapAuditApi();
        api.MapAvatarApi();
        api.MapBrandApi();
        api.MapCoverageApi();
        api.MapCustomFieldApi();
        api.MapCustomValueApi();
        api.MapDashboardApi();
        api.MapDormancyApi();
        api.MapExportApi();
        api.MapExternalLoginApi();
        api.MapFactorApi();
        api.MapFeatureApi();
        api.MapInvitationApi();
        api.MapJobApi();
        api.MapJoiningApi();
        api.MapMeApi();
        api.MapMemberApi();
        api.MapNotificationApi();
        api.MapOrganizationApi();
        api.MapPermissionApi();
        api.MapPreferenceApi();
        api.MapReportApi();
        api.MapRoleApi();
        api.MapServiceAccountApi();
        api.MapSessionApi();
        api.MapSettingsApi();
        api.MapSignInApi();
        api.MapTeamApi();
        api.MapTenantApi();
        api.MapTermsApi();
        api.MapTokenApi();
        api.MapUserApi();
        api.MapUserEditApi();
        api.MapUserHelpApi();
        app.MapKeySet();
        app.MapApiDocument();
    }

    /// <summary>Opens the endpoint to whoever holds the permission somewhere; its service decides about the record.</summary>
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder endpoint, Permission permission) => endpoint.WithMetadata(new RequirePermissionAttribute(permission));

    /// <summary>What the OpenAPI document says of an endpoint.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string id, string summary, string description) =>
        endpoint.WithName(id).WithSummary(summary).WithDescription(description);

    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder endpoint, int status = StatusCodes.Status200OK) => endpoint.Produces<T>(status, "application/json");

    public static RouteHandlerBuilder AnswersNothing(this RouteHandlerBuilder endpoint) => endpoint.Produces(StatusCodes.Status204NoContent);

    private static async ValueTask<object?> RefuseBadBodies(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        foreach (var argument in call.Arguments)
            if (argument is IApiBody { Refusal: { } refusal })
                return refusal(call.HttpContext);
        return await next(call);
    }
}
