using Microsoft.AspNetCore.Components;
using UserAdmin.Core.Common;
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

    /// <summary>Sets the cookies of the entry and gives back the local address to go to: the second step, or where the person wanted to go.</summary>
    public static string Continue(HttpContext http, Entry entry, string? returnUrl)
    {
        if (entry.PendingKey is { } pendingKey)
        {
            PendingCookie.Set(http, pendingKey);
            return PendingCookie.SecondStep(returnUrl);
        }
        var signedIn = entry.SignedIn!;
        PendingCookie.Remove(http);
        SessionCookie.Set(http, signedIn.SessionKey, signedIn.IsPersistent ? signedIn.ExpiresAt : null);
        SessionCookie.SetDevice(http, signedIn.DeviceCookie);
        Display.Keep(http, signedIn.Display);
        return LocalUrl.OrHome(returnUrl);
    }

    /// <summary>Ends the request of a second step: goes on, back to the password when the half-open sign-in is over, or gives back what to show.</summary>
    public static Problem? Finish(HttpContext http, NavigationManager navigation, Result<Entry> entered, string? returnUrl)
    {
        if (entered.Succeeded)
            navigation.NavigateTo(Continue(http, entered.Value, returnUrl));
        else if (entered.Problem == SecondStep.Over || entered.Problem == SignInService.Refused)
        {
            PendingCookie.Remove(http);
            navigation.NavigateTo(PendingCookie.SignInAgain(returnUrl, isOver: true));
        }
        else if (entered.Problem.Kind == ProblemKind.Busy)
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            http.Response.Headers.RetryAfter = "3600";
        }
        return entered.Problem;
    }
}
