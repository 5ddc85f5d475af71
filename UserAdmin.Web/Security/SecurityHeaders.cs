using System.Security.Cryptography;
using Microsoft.AspNetCore.Antiforgery;

namespace UserAdmin.Web.Security;

internal static class SecurityHeaders
{
    private const string NonceKey = "csp-nonce", HumanCheckKey = "csp-human-check", PolicyKey = "csp-policy";

    /// <summary>Made when a page asks for it: an answer without inline scripts allows none.</summary>
    public static string NonceOf(HttpContext http) => (string)(http.Items[NonceKey] ??= Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));

    /// <summary>Lets this one answer load scripts and frames from the origin of the human check, and nothing else from there.</summary>
    public static void AllowHumanCheck(HttpContext http, string origin) => http.Items[HumanCheckKey] = origin;

    /// <summary>For an answer whose page is not ours: what it may load.</summary>
    public static void SetPolicy(HttpContext http, string policy) => http.Items[PolicyKey] = policy;

    /// <summary>
    /// The defences browsers offer, on every answer (ASVS 3.4). The nonce is for the import map, the only inline script. Style attributes
    /// stay allowed because Radzen's components and Blazor's renderer set them; style elements do not.
    /// </summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        // At the last moment: the exception handler clears what was set before.
        context.Response.OnStarting(() =>
        {
            Write(context);
            return Task.CompletedTask;
        });
        return next();
    });

    private static void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        var nonce = context.Items[NonceKey] is string made ? $" 'nonce-{made}'" : "";
        var (scripts, frames) = context.Items[HumanCheckKey] is string origin ? ($" {origin}", $"frame-src {origin}; ") : ("", "");
        headers.ContentSecurityPolicy = context.Items[PolicyKey] as string ??
            $"default-src 'self'; {frames}script-src 'self'{nonce}{scripts}; script-src-attr 'none'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; " +
            "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers.XFrameOptions = "DENY";
        if (headers.CacheControl.Count == 0 || !headers.CacheControl.ToString().Contains("max-age", StringComparison.Ordinal))
            headers.CacheControl = "no-store";
        if (context.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
    }

    /// <summary>
    /// Lets only our own pages open circuits, and only for people who are signed in (C08). A WebSocket is not bound by the
    /// same-origin policy, so its Origin header is all that tells a foreign page apart.
    /// </summary>
    public static void UseCircuitOriginCheck(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments("/_blazor") || IsSameOrigin(request))
            return next();
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    /// <summary>Refuses every form that has no valid token (OWASP: synchronizer token), whatever reads it afterwards.</summary>
    public static void UseFormTokens(this WebApplication app)
    {
        app.UseAntiforgery();
        app.Use((context, next) =>
        {
            if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false })
                return next();
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        });
    }

    private static bool IsSameOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0)
            return string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

        // Browsers leave Origin out of same-origin GETs, but never out of an upgrade or a POST.
        return HttpMethods.IsGet(request.Method) && !request.HttpContext.WebSockets.IsWebSocketRequest
            && request.Headers.Upgrade.Count == 0 && request.Headers["Sec-Fetch-Site"].ToString() is "same-origin";
    }
}
