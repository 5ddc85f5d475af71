using UserAdmin.Core.Common;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Web.SignIn;

internal static class Politeness
{
    extension(HttpContext http)
    {
        /// <summary>A form that was posted must stand on the page, also when its link has died since it was shown: otherwise the answer is blank.</summary>
        public bool IsPost => HttpMethods.IsPost(http.Request.Method);
    }

    /// <summary>Answers 429 to whoever has to wait, and says how long.</summary>
    public static void AskToWait(this HttpContext http, Problem? problem)
    {
        if (problem?.Kind != ProblemKind.Busy)
            return;
        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        http.Response.Headers.RetryAfter = problem == SignInService.Busy ? "5" : problem == ForgottenPassword.TooMany ? "3600" : "600";
    }
}
