using Microsoft.OpenApi;
using UserAdmin.Core.Me;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Me;

/// <summary>Pictures of people over HTTP: the body is the picture itself.</summary>
internal static class AvatarApi
{
    private const string Png = "image/png";

    public static void MapAvatarApi(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/me/avatar").WithTags("My account");
        me.MapGet("", (HttpContext http, AvatarService avatars, Caller caller, CancellationToken cancel) => ShowAsync(http, caller.UserId, avatars, caller, cancel)).Produces(StatusCodes.Status200OK, contentType: Png)
            .Describe("get_my_avatar", "Read one's own picture", "A PNG of 256 by 256 pixels; 404 when there is none.");
        me.MapPut("", SaveAsync).AnswersNothing().AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [Png] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } } } };
                return Task.CompletedTask;
            })
            .Describe("put_my_avatar", "Replace one's own picture", "The body is a PNG of 256 by 256 pixels with eight bits of RGB or RGBA, not interlaced. Only its pixels are kept.");
        me.MapDelete("", (HttpContext http, AvatarService avatars, Caller caller, CancellationToken cancel) => RemoveAsync(http, caller.UserId, avatars, caller, cancel)).AnswersNothing()
            .Describe("delete_my_avatar", "Remove one's own picture", "Succeeds when there is none, too.");

        var users = api.MapGroup("/users/{id:guid}/avatar").WithTags("Users");
        users.MapGet("", ShowAsync).Produces(StatusCodes.Status200OK, contentType: Png)
            .Describe("get_avatar", "Read somebody's picture", "A PNG of 256 by 256 pixels; 404 when there is none, or its owner does not show it to the caller.");
        users.MapDelete("", RemoveAsync).AnswersNothing()
            .Describe("delete_avatar", "Remove somebody's picture", "Of others it needs the permission to edit them.");
    }

    private static async Task<IResult> ShowAsync(HttpContext http, Guid id, AvatarService avatars, Caller caller, CancellationToken cancel) =>
        await avatars.FindAsync(id, null, caller, cancel) is { } png ? Results.Bytes(png, Png) : ApiAnswers.NotFound(http);

    private static async Task<IResult> SaveAsync(HttpContext http, AvatarService avatars, Caller caller, CancellationToken cancel)
    {
        if (!(http.Request.ContentType ?? "").StartsWith(Png, StringComparison.OrdinalIgnoreCase))
            return ApiAnswers.Problem(http, StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send the picture itself as image/png.");
        var upload = new byte[AvatarPng.MaximumBytes + 1];
        var length = http.Request.ContentLength > AvatarPng.MaximumBytes ? upload.Length : await http.Request.Body.ReadAtLeastAsync(upload, upload.Length, throwOnEndOfStream: false, cancel);
        return length > AvatarPng.MaximumBytes
            ? ApiAnswers.Problem(http, StatusCodes.Status413PayloadTooLarge, "too_large", $"A picture may have {AvatarPng.MaximumBytes / 1000} KB at most.")
            : ApiAnswers.Done(http, await avatars.SaveAsync(upload.AsMemory(0, length), caller, cancel));
    }

    private static async Task<IResult> RemoveAsync(HttpContext http, Guid id, AvatarService avatars, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await avatars.RemoveAsync(id, caller, cancel));
}
