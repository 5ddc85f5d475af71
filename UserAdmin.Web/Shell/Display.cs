using System.Globalization;
using Microsoft.AspNetCore.Localization;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;

namespace UserAdmin.Web.Shell;

/// <summary>The cookie that mirrors how somebody wants to see the portal. It holds no secret, and app.js writes it, too.</summary>
internal static class Display
{
    public const string Cookie = "useradmin-display";

    public static DisplayPreferences Of(HttpContext http) => DisplayPreferences.Read(http.Request.Cookies[Cookie]);

    /// <summary>Keeps what the account wants, or forgets what somebody before wanted. As a header: the cookie policy would hide the cookie from app.js.</summary>
    public static void Keep(HttpContext http, string? json)
    {
        if (json is not null || http.Request.Cookies.ContainsKey(Cookie))
            http.Response.Headers.Append("Set-Cookie", $"{Cookie}={Uri.EscapeDataString(json ?? "")}; max-age={(json is null ? 0 : 31536000)}; path=/; samesite=lax; secure");
    }

    /// <summary>The language of the cookie, then of the browser, then English, for the texts of pages and of the circuits they open.</summary>
    public static void UseLanguages(this WebApplication app) => app.UseRequestLocalization(options =>
    {
        string[] codes = [.. Words.Languages.Select(language => language.Code)];
        options.SetDefaultCulture("en").AddSupportedCultures(codes).AddSupportedUICultures(codes);
        options.RequestCultureProviders =
        [
            new CustomRequestCultureProvider(http => Task.FromResult(Of(http).Language is { } language ? new ProviderCultureResult(language) : null)),
            new AcceptLanguageHeaderRequestCultureProvider(),
        ];
    });
}
