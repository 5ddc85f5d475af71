using UserAdmin.Core.Common;
using UserAdmin.Core.ExternalSignIn;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Security;
using UserAdmin.Web.SignIn;

namespace UserAdmin.Web.ExternalSignIn;

internal static class ExternalSignInEndpoints
{
    public const string Cookie = "__Host-useradmin-external";
    public const string LinkPage = "/me/security";

    private const int LongestReturnUrl = 500;

    public static void MapExternalSignIn(this WebApplication app)
    {
        app.MapGet("/account/external/{key:maxlength(30)}", BeginAsync).AllowAnonymous().WithMetadata(new PartOfAttribute(Feature.ExternalSignIn));
        app.MapGet("/account/external/{key:maxlength(30)}/callback", CompleteAsync).AllowAnonymous().WithMetadata(new PartOfAttribute(Feature.ExternalSignIn));
    }

    // A link and no form: our policy forbids that a form's answer leads to another host, and it stays that way.
    private static async Task<IResult> BeginAsync(
        HttpContext http, string key, string? returnUrl, string? link, ExternalSignInService service, ExternalRequests requests, OpenIdProviders providers, CancellationToken cancel)
    {
        if (!providers.All.Any(provider => provider.Key == key))
            return Results.NotFound();
        var local = LocalUrl.OrHome(returnUrl is { Length: <= LongestReturnUrl } ? returnUrl : null);
        var session = http.User.SessionId;
        if (link is not null && (session is null || !requests.IsTicket(link, key, session.Value)))
            return Show(ExternalProblems.Expired);
        if (link is null && session is not null)
            return Results.LocalRedirect(local);

        var begun = await service.BeginAsync(key, link is null ? null : session, local, cancel);
        if (!begun.Succeeded)
            return Show(begun.Problem);
        http.Response.Cookies.Append(Cookie, begun.Value.Cookie, Options(TimeSpan.FromMinutes(5)));
        return Results.Redirect(begun.Value.Address.AbsoluteUri);
    }

    private static async Task<IResult> CompleteAsync(
        HttpContext http, string key, string? code, string? state, string? error, string? iss, ExternalSignInService service, ExternalLogins logins,
        ExternalRequests requests, OpenIdClient client, SessionDirectory sessions, CurrentTenant tenant, CancellationToken cancel)
    {
        var request = requests.Take(http.Request.Cookies[Cookie], key, state);
        http.Response.Cookies.Delete(Cookie, Options(null));
        if (request is null)
            return Show(ExternalProblems.Expired);
        var identified = await client.IdentifyAsync(request, new(code, state, error, iss), cancel);
        if (!identified.Succeeded)
            return Show(identified.Problem);

        if (request.LinkFor is not { } linkFor)
        {
            var entered = await service.SignInAsync(identified.Value, Arrival.OriginOf(http), cancel);
            return entered.Succeeded ? Results.LocalRedirect(Arrival.Continue(http, entered.Value, request.ReturnUrl)) : Show(entered.Problem);
        }

        // The person who asked must still be the one who is signed in here.
        if (http.User.SessionId != linkFor || await sessions.FindAsync(tenant.Tenant, linkFor, cancel) is not { } session)
            return Show(ExternalProblems.Expired);
        var linked = await logins.LinkAsync(identified.Value, session.ActingFrom(http.ClientAddress, http.TraceIdentifier), cancel);
        return linked.Succeeded ? Results.LocalRedirect($"{LinkPage}?linked={key}") : Show(linked.Problem);
    }

    private static IResult Show(Problem problem) => Results.LocalRedirect($"/account/external-problem?code={problem.Code}");

    // Lax: the provider sends the browser back from another site.
    private static CookieOptions Options(TimeSpan? age) => new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = age, IsEssential = true };
}
