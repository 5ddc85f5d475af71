namespace UserAdmin.Web.SignIn;

/// <summary>Holds the secret of a mailed link between its page's visits, so that it leaves the address bar and the history at once (ASVS 14.2.1).</summary>
internal sealed record LinkCookie(string Name)
{
    public static readonly LinkCookie Activation = new("__Host-useradmin-activation");
    public static readonly LinkCookie Reset = new("__Host-useradmin-reset");
    public static readonly LinkCookie Confirmation = new("__Host-useradmin-confirmation");
    public static readonly LinkCookie EmailChange = new("__Host-useradmin-email-change");
    public static readonly LinkCookie Invitation = new("__Host-useradmin-invitation");
    public static readonly LinkCookie Report = new("__Host-useradmin-report");

    public void Keep(HttpContext http, string secret) => http.Response.Cookies.Append(Name, secret, new()
    {
        Secure = true,
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = TimeSpan.FromMinutes(30),
    });

    public string Read(HttpContext http) => http.Request.Cookies[Name] ?? "";

    public void Remove(HttpContext http) => http.Response.Cookies.Delete(Name, new() { Secure = true, Path = "/" });
}
