using UserAdmin.Core.Tokens;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Tokens;

internal static class KeySetEndpoint
{
    /// <summary>The public keys of access tokens (RFC 7517), for services that check tokens themselves.</summary>
    public static void MapKeySet(this WebApplication app) => app.MapGet("/.well-known/jwks.json", async (HttpContext http, SigningKeys keys, CancellationToken cancel) =>
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        return Results.Json(new { keys = await keys.PublishedAsync(cancel) }, ApiJson.Options, "application/jwk-set+json");
    }).AllowAnonymous();
}
