using UserAdmin.Core.SignIn;
using UserAdmin.Web.Security;
using UserAdmin.Web.Shell;

namespace UserAdmin.Web.SignIn;

/// <summary>What every way to sign in does last: leave the cookies and go on.</summary>
internal static class Arrival
{
    /// <summary>Where a sign-in that this request makes comes from.</summary>
    public static SignInOrigin OriginOf(HttpContext http) => new(
        http.ClientAddress, http.Request.Headers.UserAgent, http.Request.Cookies[SessionCookie.DeviceName], http.TraceIdentifier, http.Request.Headers.AcceptLanguage);

    /// <summary>Sets the cookies of the entry and gives back the local address to go to.</summary>
    public static string Continue(HttpContext http, Entry entry, string? returnUrl)
    {
        var signedIn = entry.SignedIn!;
        SessionCookie.Set(http, signedIn.SessionKey, signedIn.IsPersistent ? signedIn.ExpiresAt : null);
        SessionCookie.SetDevice(http, signedIn.DeviceCookie);
        Display.Keep(http, signedIn.Display);
        return LocalUrl.OrHome(returnUrl);
    }
}
