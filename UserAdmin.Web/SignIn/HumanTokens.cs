using UserAdmin.Core.SignIn;
using UserAdmin.Web.Api;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.SignIn;

internal static class HumanTokens
{
    public const string What = "Needed only where the portal asks for a human: the token of Cloudflare Turnstile.";

    extension(HttpContext http)
    {
        /// <summary>What the script of <see cref="HumanCheckField"/> put into the posted form.</summary>
        public string? HumanToken => http.Request.HasFormContentType ? http.Request.Form[HumanCheck.FieldName].FirstOrDefault() : null;
    }

    extension(HumanCheck human)
    {
        /// <summary>What a program is answered with that sent no good token where the portal asks for one; null when it may go on.</summary>
        public async Task<IResult?> RefuseAsync(HttpContext http, string? token, CancellationToken cancel) =>
            human.IsOn && string.IsNullOrEmpty(token) ? ApiAnswers.Refuse(http, HumanCheck.Required)
            : await human.RefuseAsync(token, http.ClientAddress, cancel) is { } robot ? ApiAnswers.Refuse(http, robot) : null;
    }
}
