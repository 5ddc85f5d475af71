using System.Globalization;
using System.Text.Encodings.Web;
using UserAdmin.Core.Tenants;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Web.Hosting;

/// <summary>What a tenant answers that is suspended, deleted, or whose database is not in order. It asks nothing of that database and tells nothing of the tenant.</summary>
internal static class ClosedPage
{
    public static async Task WriteAsync(HttpContext http, KnownTenant tenant)
    {
        var (title, text) = tenant.Status == TenantStatus.Active
            ? (T("This portal is being looked after"), T("It can't be used at the moment. Try again in a few minutes."))
            : (T("This portal is suspended"), T("It is closed for the time being. If you need it, ask whoever runs it for you."));
        (http.Response.StatusCode, http.Response.ContentType) = (StatusCodes.Status503ServiceUnavailable, "text/html; charset=utf-8");
        http.Response.Headers.RetryAfter = "300";
        await http.Response.WriteAsync($"""
            <!DOCTYPE html>
            <html lang="{CultureInfo.CurrentUICulture.Name}">
            <head><meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" /><meta name="color-scheme" content="light dark" />
            <title>{Encode(title)}</title><link rel="stylesheet" href="/app.css" /></head>
            <body><div class="account"><main id="content"><h1>{Encode(title)}</h1><p class="lead">{Encode(text)}</p></main></div></body>
            </html>
            """, http.RequestAborted);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
