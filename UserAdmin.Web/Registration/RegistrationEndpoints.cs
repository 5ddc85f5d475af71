namespace UserAdmin.Web.Registration;

internal static class RegistrationEndpoints
{
    public const string InvitationCookie = "__Host-useradmin-invitation";

    private static readonly CookieOptions Options = new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromMinutes(30), IsEssential = true };

    public static void MapRegistration(this WebApplication app) =>
        app.MapGet("/account/invitation/{secret:length(43)}", OpenInvitation).AllowAnonymous();

    public static void ForgetInvitation(HttpContext http) => http.Response.Cookies.Delete(InvitationCookie, new() { Secure = true, Path = "/" });

    // The secret leaves the address bar and the history at once (ASVS 14.2.1).
    private static IResult OpenInvitation(HttpContext http, string secret)
    {
        http.Response.Cookies.Append(InvitationCookie, secret, Options);
        return Results.LocalRedirect("/account/register?invited=yes");
    }
}
