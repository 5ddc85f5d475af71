using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Web.Security;
using UserAdmin.Web.Shell;

namespace UserAdmin.Web.Exports;

/// <summary>Lists as files: short ones are sent while they are read, long ones are made in the background, and whoever made them fetches them.</summary>
internal static class ExportEndpoints
{
    public static void MapExports(this WebApplication app)
    {
        app.MapPost("/exports/new", BeginAsync).RequireAuthorization().WithMetadata(new ClosedWhileActingAttribute());
        app.MapGet("/me/exports/{id:guid}/file", FetchAsync).RequireAuthorization().WithMetadata(new ClosedWhileActingAttribute());
    }

    // A form with a token, because what is begun is recorded and may leave a file.
    private static async Task<IResult> BeginAsync(
        HttpContext http, [FromForm] string list, [FromForm] ExportFormat format, [FromForm] string query, ExportService exports, CurrentActor current, CancellationToken cancel)
    {
        if (!Enum.IsDefined(format) || query.Length > ExportQuery.Longest || await current.FindAsync(http, cancel) is not { } actor)
            return Results.BadRequest();
        var zone = Viewer.In(http.Request.Cookies["useradmin-time-zone"], Display.Of(http)).TimeZone;
        var begun = await exports.BeginAsync(new(list, format, query, zone.Id), actor, cancel);
        if (!begun.Succeeded)
            return Refuse(begun.Problem);
        if (begun.Value is not { Table: { } table, Order: { } order })
            return Results.LocalRedirect("/me/exports");
        http.Response.RegisterForDispose(begun.Value);
        return Results.Stream(stream => exports.SendAsync(begun.Value, stream, actor, http.RequestAborted), ExportWriter.ContentTypeOf(format), ExportFiles.NameOf(table.Title, format, order.At));
    }

    private static async Task<IResult> FetchAsync(HttpContext http, Guid id, ExportFiles files, CurrentActor current, CancellationToken cancel)
    {
        if (await current.FindAsync(http, cancel) is not { } actor)
            return Results.NotFound();
        var file = await files.OpenAsync(id, actor, cancel);
        if (!file.Succeeded)
            return Results.NotFound();
        http.Response.ContentLength = file.Value.Bytes;
        return Results.Stream(stream => files.SendAsync(file.Value, stream, http.RequestAborted), file.Value.ContentType, file.Value.Name);
    }

    private static IResult Refuse(Problem problem) => problem.Kind switch
    {
        ProblemKind.NotFound => Results.NotFound(),
        ProblemKind.NotAllowed => Results.StatusCode(StatusCodes.Status403Forbidden),
        _ => Results.LocalRedirect($"/me/exports?problem={Uri.EscapeDataString(problem.Code)}"),
    };
}
