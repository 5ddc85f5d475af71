namespace UserAdmin.Web.SignIn;

/// <summary>The cookie between the two steps of a sign-in. No page or endpoint but the second step reads it (B09).</summary>
internal static class PendingCookie
{
    private const string Name = "__Host-useradmin-pending";

    public static string KeyOf(HttpContext http) => http.Request.Cookies[Name] ?? "";

    public static void Set(HttpContext http, string key) => http.Response.Cookies.Append(Name, key, Options(TimeSpan.FromMinutes(5)));

    public static void Remove(HttpContext http)
    {
        if (http.Request.Cookies.ContainsKey(Name))
            http.Response.Cookies.Delete(Name, Options(null));
    }

    public static string SecondStep(string? returnUrl, string page = "two-factor") => $"/account/{page}{Query(returnUrl, page.Contains('?') ? "&" : "?")}";

    /// <summary>The password page, which says so when the second step is over.</summary>
    public static string SignInAgain(string? returnUrl, bool isOver = false) =>
        isOver ? $"/account/sign-in?over=yes{Query(returnUrl, "&")}" : $"/account/sign-in{Query(returnUrl)}";

    private static string Query(string? returnUrl, string mark = "?") =>
        LocalUrl.OrHome(returnUrl) is var url and not "/" ? $"{mark}returnUrl={Uri.EscapeDataString(url)}" : "";

    // Lax, because an external provider's page may have led here.
    private static CookieOptions Options(TimeSpan? life) => new()
    {
        Secure = true,
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = life,
        IsEssential = true,
    };
}
