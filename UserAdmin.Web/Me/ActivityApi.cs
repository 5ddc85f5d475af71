using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Audit;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Me;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;
using UserAdmin.Web.FeatureFlags;

namespace UserAdmin.Web.Me;

/// <summary>What happened to people and how often they come, over HTTP.</summary>
internal static class ActivityApi
{
    public static void MapActivityApi(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("Activity");
        me.MapGet("/activity", (HttpContext http, [AsParameters] ListQuery query, [AsParameters] ActivityQuery which, AuditTrail audit, Caller caller, CancellationToken cancel) =>
                ListAsync(http, query, which, which.ToFilter() with { AboutId = caller.UserId }, audit, caller, cancel)).Answers<Paged<ActivityView>>()
            .Describe("list_my_activity", "What happened to one's account", "What the caller did and what was done to them, newest first.");
        me.MapGet("/activity/analytics", (HttpContext http, [AsParameters] DaysQuery days, PersonFigures figures, TimeProvider clock, Caller caller, CancellationToken cancel) => CountAsync(http, caller.UserId, days, figures, clock, caller, cancel)).Answers<ActivityCountView>()
            .Describe("count_my_activity", "Count one's activity", "Events by day and category; without days of the last thirty.");
        me.MapGet("/activity/export", ExportAsync).WithMetadata(new PartOfAttribute(Feature.ActivityExport)).Produces(StatusCodes.Status200OK, contentType: "application/json", additionalContentTypes: "text/csv")
            .Describe("export_my_activity", "Take one's activity out", "The whole list as JSON, or as CSV for spreadsheets. That it was taken is recorded. Closed to tokens that were made to be kept.");
        me.MapGet("/engagement", (HttpContext http, [AsParameters] DaysQuery days, PersonFigures figures, TimeProvider clock, Caller caller, CancellationToken cancel) => EngagementAsync(http, caller.UserId, days, figures, clock, caller, cancel)).Answers<EngagementView>()
            .Describe("get_my_engagement", "How often one comes", "Sign-ins by day and week, and the days with at least one.");

        var users = api.MapGroup("/users").WithTags("Activity");
        users.MapGet("/engagement", EngagementOfAllAsync).Needs(Permission.ReportsView).Answers<EngagementReportView>()
            .Describe("get_engagement", "How many people come", "The report about active people: how many by day, week and month, and how often they come. At most a minute old; 503 while it is counted for the first time.");
        users.MapGet("/{id:guid}/activity", ListOfUserAsync).Answers<Paged<ActivityView>>()
            .Describe("list_activity_of_user", "What happened to a user", "What was done to them; with `by` what they did, for those who may see the whole audit log.");
        users.MapGet("/{id:guid}/activity/analytics", CountAsync).Answers<ActivityCountView>()
            .Describe("count_activity_of_user", "Count a user's activity", "Events by day and category; without days of the last thirty.");
        users.MapGet("/{id:guid}/engagement", EngagementAsync).Answers<EngagementView>()
            .Describe("get_engagement_of_user", "How often a user comes", "Sign-ins by day and week, and the days with at least one.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, ListQuery query, ActivityQuery which, AuditFilter filter, AuditTrail audit, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? which.Refuse(http) ?? ApiLists.Answer(http, query, await audit.ListAsync(filter with { PageSize = query.Size }, query.Start, caller, cancel), null, ActivityView.Of);

    private static async Task<IResult> ListOfUserAsync(
        HttpContext http, Guid id, [AsParameters] ListQuery query, [AsParameters] ActivityQuery which, [FromQuery, Description("What they did instead of what was done to them.")] bool? by,
        AuditTrail audit, PersonFigures figures, Caller caller, CancellationToken cancel)
    {
        if (!await figures.IsOpenToAsync(id, caller, cancel) || (by == true && id != caller.UserId && !caller.Actor.Can(Permission.AuditView)))
            return ApiAnswers.NotFound(http);
        var filter = which.ToFilter();
        return await ListAsync(http, query, which, by == true ? filter with { ActorId = id } : filter with { TargetId = id }, audit, caller, cancel);
    }

    private static async Task<IResult> CountAsync(HttpContext http, Guid id, [AsParameters] DaysQuery days, PersonFigures figures, TimeProvider clock, Caller caller, CancellationToken cancel)
    {
        if (days.Refuse(http, clock, out var from, out var to) is { } refused)
            return refused;
        return await figures.CountAsync(id, from, to, caller, cancel) is { } counted ? ApiAnswers.Json(ActivityCountView.Of(counted, from, to)) : ApiAnswers.NotFound(http);
    }

    private static async Task<IResult> EngagementAsync(HttpContext http, Guid id, [AsParameters] DaysQuery days, PersonFigures figures, TimeProvider clock, Caller caller, CancellationToken cancel)
    {
        if (days.Refuse(http, clock, out var from, out var to) is { } refused)
            return refused;
        return await figures.EngagementAsync(id, from, to, caller, cancel) is { } found ? ApiAnswers.Json(EngagementView.Of(found, from, to)) : ApiAnswers.NotFound(http);
    }

    private static async Task<IResult> EngagementOfAllAsync(HttpContext http, ReportReader reports, Caller caller, CancellationToken cancel)
    {
        if (!caller.Actor.Can(Permission.ReportsView))
            return ApiAnswers.Problem(http, StatusCodes.Status403Forbidden, "not_allowed", "These figures are about everybody.");
        return await reports.FindAsync("active-people", new(), TimeZoneInfo.Utc, caller, cancel) is { } report ? ApiAnswers.Json(EngagementReportView.Of(report.Value, report.At)) : ApiAnswers.AskAgain(http);
    }

    private static async Task<IResult> ExportAsync(
        HttpContext http, [AsParameters] ActivityQuery which, [FromQuery, Description("json or csv.")] string? format, ActivityExport export, Caller caller, CancellationToken cancel)
    {
        if (which.Refuse(http) is { } refused)
            return refused;
        if (format is not (null or "json" or "csv"))
            return ApiAnswers.Invalid(http, "format", "Choose json or csv.");
        if (await export.RefuseAsync(caller, cancel) is { } closed)
            return ApiAnswers.Refuse(http, closed);
        var rows = export.ReadAsync(which.ToFilter(), format ?? "json", caller, cancel);
        return format == "csv"
            ? Results.Stream(stream => ActivityEndpoints.WriteCsvAsync(stream, rows, cancel), "text/csv; charset=utf-8", "activity.csv")
            : Results.Stream(stream => JsonSerializer.SerializeAsync(stream, Views(rows, cancel), ApiJson.Options, cancel), "application/json", "activity.json");
    }

    private static async IAsyncEnumerable<ActivityView> Views(IAsyncEnumerable<AuditRow> rows, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in rows.WithCancellation(cancel))
            yield return ActivityView.Of(row);
    }
}
