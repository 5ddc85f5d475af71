using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Exports;

/// <summary>Lists as files over HTTP: ordered, made in the background, fetched by whoever ordered them.</summary>
internal static class ExportApi
{
    public static void MapExportApi(this RouteGroupBuilder api)
    {
        var exports = api.MapGroup("/exports").WithTags("Exports");
        exports.MapGet("", ListAsync).Answers<Paged<ExportView>>()
            .Describe("list_exports", "List own files", "The caller's own files and what is under way, newest first. They are removed when `expires_at` is over.");
        exports.MapPost("", BeginAsync).Idempotent().Answers<ExportView>(StatusCodes.Status202Accepted)
            .Describe("create_export", "Have a file made", "Takes a list out as Excel, CSV, JSON or PDF, with the rows and columns that the caller may see. It is made in the background: Location says where it will be. Lists other than one's own need `exports.create`; three files are made at once. A token that was made to be kept is refused.")
            .Example("""{"list": "users", "format": "csv", "query": {"filter": {"search": "doe"}, "columns": ["Email", "Status"]}, "time_zone": "Europe/Berlin"}""");
        exports.MapGet("/{id:guid}", FindAsync).Answers<ExportView>()
            .Describe("get_export", "See how a file stands", "`rows` of `expected_rows` are written; `state` is done when it can be downloaded.");
        exports.MapDelete("/{id:guid}", RemoveAsync).AnswersNothing()
            .Describe("delete_export", "Cancel or remove a file", "What is under way is canceled, what is finished is removed.");
        exports.MapGet("/{id:guid}/download", DownloadAsync).Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .Describe("download_export", "Download a file", "The finished file. That it was fetched is recorded.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, ExportService exports, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await exports.ListAsync(caller, cancel), ExportView.Of);

    private static async Task<IResult> BeginAsync(HttpContext http, Body<ExportBody> body, ExportService exports, Caller caller, CancellationToken cancel)
    {
        var query = body.Value.Query is { } wanted ? InCamelCase(wanted)!.ToJsonString() : "{}";
        if (query.Length > ExportQuery.Longest)
            return ApiAnswers.Invalid(http, "query", $"A query may have {ExportQuery.Longest} characters at most.");
        var begun = await exports.BeginAsync(new(body.Value.List, body.Value.Format, query, body.Value.TimeZone) { IsForLater = true }, caller, cancel);
        if (!begun.Succeeded)
            return ApiAnswers.Refuse(http, begun.Problem);
        using var order = begun.Value;
        http.Response.Headers.Location = ApiLists.Absolute(http, $"/api/v1/exports/{order.BackgroundId}");
        return await RowAsync(order.BackgroundId ?? Guid.Empty, exports, caller, cancel) is { } row ? ApiAnswers.Json(ExportView.Of(row), StatusCodes.Status202Accepted) : ApiAnswers.NotFound(http);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, ExportService exports, Caller caller, CancellationToken cancel) =>
        await RowAsync(id, exports, caller, cancel) is { } row ? ApiAnswers.Json(ExportView.Of(row)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> RemoveAsync(HttpContext http, Guid id, ExportService exports, ExportFiles files, Caller caller, CancellationToken cancel)
    {
        var canceled = await exports.CancelAsync(id, caller, cancel);
        return ApiAnswers.Done(http, canceled.Problem?.Code == ExportProblems.NotUnderWay.Code ? await files.RemoveAsync(id, caller, cancel) : canceled);
    }

    private static async Task<IResult> DownloadAsync(HttpContext http, Guid id, ExportFiles files, Caller caller, CancellationToken cancel)
    {
        var file = await files.OpenAsync(id, caller, cancel);
        if (!file.Succeeded)
            return ApiAnswers.Refuse(http, file.Problem);
        http.Response.ContentLength = file.Value.Bytes;
        return Results.Stream(stream => files.SendAsync(file.Value, stream, http.RequestAborted), file.Value.ContentType, file.Value.Name);
    }

    private static async Task<ExportRow?> RowAsync(Guid id, ExportService exports, Caller caller, CancellationToken cancel) => (await exports.ListAsync(caller, cancel)).FirstOrDefault(row => row.Id == id);

    // Lists keep their queries as the portal writes them; here every name is in snake_case.
    private static JsonNode? InCamelCase(JsonNode? node) => node switch
    {
        JsonObject json => new JsonObject(json.Select(field => KeyValuePair.Create(JsonNamingPolicy.CamelCase.ConvertName(string.Concat(field.Key.Split('_').Select(part => part.Length == 0 ? "" : char.ToUpperInvariant(part[0]) + part[1..]))), InCamelCase(field.Value))).DistinctBy(field => field.Key)),
        JsonArray array => new JsonArray([.. array.Select(InCamelCase)]),
        _ => node?.DeepClone(),
    };
}

internal sealed class ExportBody
{
    [Required(ErrorMessage = "Say which list."), StringLength(60), Description("users, deleted-users, roles, role-members, who-can, role-permissions, organizations, organization-members, teams, team-members, invitations, sessions, devices, my-sessions, my-devices, access-requests, access-reviews, access-review-evidence, second-factors, dormancy-preview, notifications, job-runs, audit, report or tenants.")]
    public string List { get; set; } = "";

    public ExportFormat Format { get; set; } = ExportFormat.Excel;

    [Description("What the list is narrowed to, as docs/api.md says for each list; everything when it is left out.")]
    public JsonObject? Query { get; set; }

    [StringLength(60), Description("In which zone times in the file are written.")]
    public string TimeZone { get; set; } = "UTC";
}

internal sealed record ExportView(
    Guid Id, string Title, ExportFormat Format, ExportState State, long Rows, long? ExpectedRows, long Bytes, string? Problem, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, DateTimeOffset ExpiresAt, DateTimeOffset? DownloadedAt, bool IsOfReport)
{
    public static ExportView Of(ExportRow row) => new(
        row.Id, row.Title, row.Format, row.State, row.Rows, row.ExpectedRows, row.Bytes, row.Problem, row.CreatedAt, row.EndedAt, row.ExpiresAt, row.DownloadedAt, row.IsOfReport);
}
