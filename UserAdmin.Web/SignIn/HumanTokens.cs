using UserAdmin.Core.SignIn;

namespace UserAdmin.Web.SignIn;

internal static class HumanTokens
{
    extension(HttpContext http)
    {
        /// <summary>What the script of <see cref="HumanCheckField"/> put into the posted form.</summary>
        public string? HumanToken => http.Request.HasFormContentType ? http.Request.Form[HumanCheck.FieldName].FirstOrDefault() : null;
    }
}
