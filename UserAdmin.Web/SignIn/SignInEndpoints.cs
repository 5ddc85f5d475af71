using UserAdmin.Web.Security;

namespace UserAdmin.Web.SignIn;

internal static class SignInEndpoints
{
    public const string ActivationCookie = "__Host-useradmin-activation";

    public static void MapSignIn(this WebApplication app) =>
        app.MapGet("/account/activate/{secret:length(43)}", OpenActivation).AllowAnonymous();

    // The secret leaves the address bar and the history at once (ASVS 14.2.1).
    private static IResult OpenActivation(HttpContext http, string secret)
    {
        http.Response.Cookies.Append(ActivationCookie, secret, new()
        {
            Secure = true,
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = TimeSpan.FromMinutes(30),
        });
        return Results.LocalRedirect("/account/activate");
    }
}
