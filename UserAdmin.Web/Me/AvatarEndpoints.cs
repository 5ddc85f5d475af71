using Microsoft.AspNetCore.Antiforgery;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Me;

internal static class AvatarEndpoints
{
    public static void MapAvatars(this WebApplication app)
    {
        app.MapPost("/me/avatar", SaveAsync).RequireAuthorization();
        app.MapGet("/users/{id:guid}/avatar/{version:length(32)}", ShowAsync).RequireAuthorization();
    }

    // The body is the picture itself: there is no file name to fall for. It is read up to the size that a picture can have.
    private static async Task<IResult> SaveAsync(HttpContext http, IAntiforgery antiforgery, AvatarService avatars, CurrentActor current, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http) || await current.FindAsync(http, cancel) is not { } actor)
            return Results.BadRequest();

        var upload = new byte[AvatarPng.MaximumBytes + 1];
        var length = http.Request.ContentLength > AvatarPng.MaximumBytes ? upload.Length : await http.Request.Body.ReadAtLeastAsync(upload, upload.Length, throwOnEndOfStream: false, cancel);
        var saved = await avatars.SaveAsync(upload.AsMemory(0, length), actor, cancel);
        return saved.Succeeded ? Results.NoContent() : Results.Text(Words.T(saved.Problem.Message), statusCode: StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, Guid id, string version, AvatarService avatars, CurrentActor current, CancellationToken cancel)
    {
        if (await current.FindAsync(http, cancel) is not { } actor || await avatars.FindAsync(id, version, actor, cancel) is not { } png)
            return Results.NotFound();
        // A new picture has a new address.
        http.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return Results.Bytes(png, "image/png");
    }
}
