namespace UserAdmin.Web.Security;

/// <summary>The cookies of a sign-in. Browsers keep <c>__Host-</c> cookies only when they are Secure, for this host alone and for every path.</summary>
internal static class SessionCookie
{
    public const string Name = "__Host-useradmin";
    public const string DeviceName = "__Host-useradmin-device";

    public static void Set(HttpContext http, string key, DateTimeOffset? expires) =>
        http.Response.Cookies.Append(Name, key, Options(expires));

    public static void SetDevice(HttpContext http, string device) =>
        http.Response.Cookies.Append(DeviceName, device, Options(DateTimeOffset.UtcNow.AddDays(365)));

    public static void Remove(HttpContext http) => http.Response.Cookies.Delete(Name, Options(null));

    private static CookieOptions Options(DateTimeOffset? expires) => new()
    {
        Secure = true,
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        Expires = expires,
        IsEssential = true,
    };
}
