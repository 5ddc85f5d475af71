using Microsoft.AspNetCore.Antiforgery;
using UserAdmin.Core.Impersonation;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Sessions;

internal static class SessionEndpoints
{
    public static void MapSessions(this WebApplication app) =>
        app.MapPost("/account/sign-out", SignOutAsync).AllowAnonymous().DisableAntiforgery();

    // The token is checked here, and only for a living session: that of a dead one belongs to nobody any more, and there is nothing to protect.
    private static async Task<IResult> SignOutAsync(
        HttpContext http, IAntiforgery antiforgery, SessionService sessions, ActingService acting, SessionDirectory directory, CurrentTenant tenant, CancellationToken cancel)
    {
        if (http.User.SessionId is not null && !await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        if (http.User.SessionId is { } id && await directory.FindAsync(tenant.Tenant, id, cancel) is { } state)
        {
            var actor = state.ActingFrom(http.User.ClientAddress, http.TraceIdentifier);
            // Signing out while acting as somebody is the administrator's own sign-out.
            if (actor.Impersonator is { } owner)
            {
                await acting.StopAsync(actor, cancel);
                actor = actor with { UserId = owner.Id, Name = owner.Name, Impersonator = null };
            }
            await sessions.EndAsync(id, actor, cancel);
        }
        SessionCookie.Remove(http);
        return Results.LocalRedirect("/account/sign-in");
    }
}
