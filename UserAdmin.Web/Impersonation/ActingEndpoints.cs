using Microsoft.AspNetCore.Antiforgery;
using UserAdmin.Core.Impersonation;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Impersonation;

internal static class ActingEndpoints
{
    public static void MapActing(this WebApplication app) =>
        app.MapPost("/account/stop-acting", StopAsync).RequireAuthorization().DisableAntiforgery();

    public static string After(Guid? person) => person is { } id ? $"/users/{id}" : "/";

    // A page that was open before acting ended elsewhere has a token of somebody else; then there is nothing left to stop.
    private static async Task<IResult> StopAsync(HttpContext http, IAntiforgery antiforgery, ActingService acting, CurrentActor current, CancellationToken cancel)
    {
        if (await current.FindAsync(http, cancel) is not { } actor)
            return Results.BadRequest();
        if (actor.Impersonator is null)
            return Results.LocalRedirect("/");
        if (!await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        await acting.StopAsync(actor, cancel);
        return Results.LocalRedirect(After(actor.UserId));
    }
}
