using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Forwarding;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Audit;

/// <summary>Other systems that get the events.</summary>
internal static class ForwarderApi
{
    public static void MapForwarderApi(this RouteGroupBuilder api)
    {
        var forwarders = api.MapGroup("/audit/forwarders").WithTags("Audit forwarding");
        forwarders.MapGet("", ListAsync).Needs(Permission.AuditManage).Answers<Paged<ForwarderView>>()
            .Describe("list_audit_forwarders", "List systems", "Which systems get the events, and how far each has come.");
        forwarders.MapPost("", AddAsync).Needs(Permission.AuditManage).Idempotent().Answers<ForwarderSettingsView>(StatusCodes.Status201Created)
            .Describe("create_audit_forwarder", "Add a system", "A webhook, a syslog server or an OpenTelemetry collector. A webhook needs a secret of 16 characters or more, which signs its calls. Needs a fresh sign-in, as all changes here do.")
            .Example("""{"kind": "webhook", "name": "SIEM", "address": "https://siem.example.org/events", "secret": "a key of 16 characters or more", "from_beginning": false}""");
        forwarders.MapGet("/{id:guid}", FindAsync).Needs(Permission.AuditManage).Answers<ForwarderSettingsView>()
            .Describe("get_audit_forwarder", "Read a system", "Where its events go, with the version for If-Match in ETag. Secrets are never shown.");
        forwarders.MapPut("/{id:guid}", SaveAsync).Needs(Permission.AuditManage).Answers<ForwarderSettingsView>()
            .Describe("replace_audit_forwarder", "Change a system", "The kind stays; a secret that is left out stays, too.");
        forwarders.MapDelete("/{id:guid}", RemoveAsync).Needs(Permission.AuditManage).AnswersNothing()
            .Describe("delete_audit_forwarder", "Remove a system", "It gets no more events.");
        forwarders.MapPost("/{id:guid}/pause", PauseAsync).Needs(Permission.AuditManage).AnswersNothing()
            .Describe("pause_audit_forwarder", "Pause a system", "It gets nothing until it is resumed; then it gets what it missed.");
        forwarders.MapPost("/{id:guid}/resume", ResumeAsync).Needs(Permission.AuditManage).AnswersNothing()
            .Describe("resume_audit_forwarder", "Resume a system", "Goes on where it stopped, also without waiting for the end of a pause after failures.");
        forwarders.MapPost("/{id:guid}/test", TestAsync).Needs(Permission.AuditManage).AnswersNothing()
            .Describe("test_audit_forwarder", "Test a system", "Sends one event that is marked as a test; 409 says why the other side has not taken it.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, ForwarderService forwarders, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await forwarders.ListAsync(caller, cancel), ForwarderView.Of);

    private static async Task<IResult> AddAsync(HttpContext http, Body<ForwarderForm> body, ForwarderService forwarders, Caller caller, CancellationToken cancel)
    {
        var added = await forwarders.AddAsync(body.Value, caller, cancel);
        return !added.Succeeded ? ApiAnswers.Refuse(http, added.Problem)
            : await forwarders.FindAsync(added.Value, caller, cancel) is { } made ? ApiAnswers.Created(http, $"/api/v1/audit/forwarders/{made.Id}", ForwarderSettingsView.Of(made)) : ApiAnswers.NotFound(http);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, ForwarderService forwarders, Caller caller, CancellationToken cancel) =>
        await forwarders.FindAsync(id, caller, cancel) is { } found ? ApiAnswers.Record(http, ForwarderSettingsView.Of(found)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> SaveAsync(HttpContext http, Guid id, Body<ForwarderBody> body, ForwarderService forwarders, Caller caller, CancellationToken cancel)
    {
        if (await forwarders.FindAsync(id, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (ApiAnswers.RefuseStale(http, ForwarderSettingsView.Of(current)) is { } stale)
            return stale;
        var saved = await forwarders.SaveAsync(id, new() { Kind = current.Form.Kind, Name = body.Value.Name, Address = body.Value.Address, Secret = body.Value.Secret ?? "" }, current.Stamp, caller, cancel);
        return saved.Succeeded ? await FindAsync(http, id, forwarders, caller, cancel) : ApiAnswers.Refuse(http, saved.Problem);
    }

    private static async Task<IResult> RemoveAsync(HttpContext http, Guid id, [FromQuery, Description("Why; it stands in the audit log.")] string? reason, ForwarderService forwarders, Caller caller, CancellationToken cancel) =>
        reason?.Length > 500 ? ApiAnswers.Invalid(http, "reason", "The reason can have 500 characters at most.") : ApiAnswers.Done(http, await forwarders.RemoveAsync(id, reason ?? "Through the API", caller, cancel));

    private static async Task<IResult> PauseAsync(HttpContext http, Guid id, ForwarderService forwarders, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await forwarders.PauseAsync(id, caller, cancel));

    private static async Task<IResult> ResumeAsync(HttpContext http, Guid id, ForwarderService forwarders, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await forwarders.ResumeAsync(id, caller, cancel));

    private static async Task<IResult> TestAsync(HttpContext http, Guid id, ForwarderService forwarders, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await forwarders.TestAsync(id, caller, cancel));
}

internal sealed class ForwarderBody
{
    public string Name { get; set; } = "";
    public string Address { get; set; } = "";

    [Description("Left out or empty: the one that is kept stays.")]
    public string? Secret { get; set; }
}

/// <summary>A system and how far it has come; <paramref name="Behind"/> is the number of sealed events it has not got yet.</summary>
internal sealed record ForwarderView(
    Guid Id, ForwarderKind Kind, string Name, string Address, bool IsActive, DateTimeOffset? LastSentAt, string? LastProblem, int Failures, DateTimeOffset NextAttemptAt, long Behind)
{
    public static ForwarderView Of(ForwarderRow row) => new(row.Id, row.Kind, row.Name, row.Address, row.IsActive, row.LastSentAt, row.LastProblem, row.Failures, row.NextAttemptAt, row.Behind);
}

internal sealed record ForwarderSettingsView(Guid Id, ForwarderKind Kind, string Name, string Address, bool HasSecret)
{
    public static ForwarderSettingsView Of(ForwarderDetails found) => new(found.Id, found.Form.Kind, found.Form.Name, found.Form.Address, found.HasSecret);
}
