namespace UserAdmin.Web.SignIn;

internal static class SignInEndpoints
{
    public static void MapSignIn(this WebApplication app)
    {
        app.MapLink("/account/activate", LinkCookie.Activation);
        app.MapLink("/account/confirm-email", LinkCookie.Confirmation);
        app.MapLink("/account/reset-password", LinkCookie.Reset);
        app.MapLink("/account/confirm-email-change", LinkCookie.EmailChange);
        app.MapLink("/account/invitation", LinkCookie.Invitation);
        app.MapLink("/account/not-me", LinkCookie.Report);
    }

    // Opening the address changes nothing: programs that look into mails follow links, too.
    private static void MapLink(this WebApplication app, string page, LinkCookie cookie) =>
        app.MapGet($"{page}/{{secret:length(43)}}", (HttpContext http, string secret) =>
        {
            cookie.Keep(http, secret);
            return Results.LocalRedirect(page);
        }).AllowAnonymous();
}
