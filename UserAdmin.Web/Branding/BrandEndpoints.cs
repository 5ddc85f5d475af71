using Microsoft.AspNetCore.Antiforgery;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Branding;

internal static class BrandEndpoints
{
    public const string Upload = "/settings/branding/logo";

    public static void MapBrand(this WebApplication app)
    {
        app.MapGet("/brand/logo/{version:length(32)}", ShowAsync).AllowAnonymous();
        app.MapPost(Upload, SaveAsync).RequireAuthorization(new RequirePermissionAttribute(Permission.SettingsEdit));
    }

    private static async Task<IResult> ShowAsync(HttpContext http, string version, BrandService brands, CancellationToken cancel)
    {
        if (await brands.FindLogoAsync(version, cancel) is not { } png)
            return Results.NotFound();
        // A new picture has a new address.
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(png, "image/png");
    }

    private static async Task<IResult> SaveAsync(HttpContext http, IAntiforgery antiforgery, BrandService brands, CurrentActor current, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http) || await current.FindAsync(http, cancel) is not { } actor)
            return Results.BadRequest();
        var upload = new byte[AvatarPng.MaximumBytes + 1];
        var length = http.Request.ContentLength > AvatarPng.MaximumBytes ? upload.Length : await http.Request.Body.ReadAtLeastAsync(upload, upload.Length, throwOnEndOfStream: false, cancel);
        var saved = await brands.SaveLogoAsync(upload.AsMemory(0, length), actor, cancel);
        return saved.Succeeded ? Results.NoContent() : Results.Text(Words.T(saved.Problem.Message), statusCode: StatusCodes.Status400BadRequest);
    }
}
