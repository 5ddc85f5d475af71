using Microsoft.AspNetCore.Mvc;
using System.ComponentModel;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Audit;

/// <summary>The audit log over HTTP: what happened, and how much of it.</summary>
internal static class AuditApi
{
    public static void MapAuditApi(this RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit");
        audit.MapGet("/events", ListAsync).Needs(Permission.AuditView).Answers<Paged<AuditEventView>>()
            .Describe("list_audit_events", "List events", "What happened, newest first. Every filter narrows the list further. Nothing is counted: `count` is null.");
        audit.MapGet("/events/{id:guid}", FindAsync).Needs(Permission.AuditView).Answers<AuditEventDetailsView>()
            .Describe("get_audit_event", "Read an event", "One event, with its place under the seal.");
        audit.MapGet("/actions", List).Needs(Permission.AuditView).Answers<Paged<AuditActionView>>()
            .Describe("list_audit_actions", "List what is recorded", "The codes of everything that is recorded, with what they are called, their category and tags.");
        audit.MapGet("/volume", CountAsync).Needs(Permission.AuditView).Answers<AuditVolumeView>()
            .Describe("count_audit_events", "Count events over time", "Events by hour, day, week, month or quarter, with the filters of the list; of the last 30 days unless `from` and `to` say otherwise.");
        api.MapAuditProofApi();
        api.MapAuditRetentionApi();
        api.MapForwarderApi();
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, [AsParameters] AuditQuery which, AuditTrail trail, Caller caller, CancellationToken cancel)
    {
        if ((query.Refuse(http) ?? (query.Search is null ? null : ApiAnswers.Invalid(http, "search", "Events aren't searched by words; use the filters."))) is { } refused)
            return refused;
        var (filter, wrong) = which.ToFilter(query.Size);
        return wrong is not null ? ApiAnswers.Refuse(http, wrong) : ApiLists.Answer(http, query, await trail.ListAsync(filter, query.Start, caller, cancel), null, AuditEventView.Of);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, AuditTrail trail, AuditPlaces places, Caller caller, CancellationToken cancel) =>
        await trail.FindAsync(id, caller, cancel) is { } row
            ? ApiAnswers.Record(http, new AuditEventDetailsView(AuditEventView.Of(row), await places.FindAsync(id, caller, cancel) is { } place ? AuditPlaceView.Of(place) : null))
            : ApiAnswers.NotFound(http);

    private static IResult List(HttpContext http, [AsParameters] ListQuery query) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, [.. AuditAction.All.Where(action => query.Search is not { } words || $"{action.Code} {action.Title}".Contains(words, StringComparison.OrdinalIgnoreCase))], AuditActionView.Of);

    private static async Task<IResult> CountAsync(
        HttpContext http, [AsParameters] AuditQuery which, [FromQuery(Name = "grain"), Description("hour, day, week, month or quarter; what fits the range when it is left out.")] string? grain,
        [FromQuery(Name = "time_zone"), Description("Whose days these are, such as Europe/Berlin; UTC by default.")] string? timeZone, AuditVolumes volumes, Caller caller, CancellationToken cancel)
    {
        var (filter, wrong) = which.ToFilter(1);
        var (kind, notKind) = ApiWord.Read<VolumeGrain>(grain, "grain");
        var (zone, noZone) = ApiWord.ReadZone(timeZone);
        if ((wrong ?? notKind ?? noZone) is { } problem)
            return ApiAnswers.Refuse(http, problem);
        return await ApiAnswers.CountedAsync(http, () => volumes.ReadAsync(filter, kind, zone, caller, cancel), volume => ApiAnswers.Json(AuditVolumeView.Of(volume)));
    }
}
