using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Sessions;

internal static class SessionEndpoints
{
    public static void MapSessions(this WebApplication app) =>
        app.MapPost("/account/sign-out", SignOutAsync);

    // The form's antiforgery token is checked by the middleware because the endpoint takes a form.
    private static async Task<IResult> SignOutAsync(
        HttpContext http, IFormCollection form, SessionService sessions, SessionDirectory directory, CurrentTenant tenant, CancellationToken cancel)
    {
        if (http.User.SessionId is { } id && await directory.FindAsync(tenant.Tenant, id, cancel) is { } state)
            await sessions.EndAsync(id, state.ActingFrom(http.User.ClientAddress, http.TraceIdentifier), cancel);
        SessionCookie.Remove(http);
        return Results.LocalRedirect("/account/sign-in");
    }
}
