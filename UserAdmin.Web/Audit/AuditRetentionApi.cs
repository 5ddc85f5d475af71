using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Retention;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Audit;

/// <summary>How long events are kept, and what is erased before that.</summary>
internal static class AuditRetentionApi
{
    public static void MapAuditRetentionApi(this RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit retention");
        audit.MapGet("/retention", FindAsync).Needs(Permission.AuditManage).Answers<AuditRetentionPolicy>()
            .Describe("get_audit_retention", "See how long events are kept", "Days by category, with the version for If-Match in ETag.");
        audit.MapPut("/retention", SaveAsync).Needs(Permission.AuditManage).Answers<AuditRetentionPolicy>()
            .Describe("replace_audit_retention", "Say how long events are kept", "Keeping anything for a shorter time needs a `reason`, and every change a fresh sign-in.");
        audit.MapGet("/retention/forecast", ForecastAsync).Needs(Permission.AuditManage).Answers<RetentionForecastView>()
            .Describe("get_audit_retention_forecast", "See what the next run would remove", "By the policy as it is saved.");
        audit.MapPost("/retention/forecast", ForecastOtherAsync).Needs(Permission.AuditManage).Answers<RetentionForecastView>()
            .Describe("forecast_audit_retention", "See what another policy would remove", "Nothing is saved.");
        audit.MapGet("/erasure/{personId:guid}", LookAsync).Needs(Permission.AuditManage).Answers<ErasureView>()
            .Describe("get_audit_erasure", "See what names somebody", "How many events a person did and how many are about them, of those that still say so.");
        audit.MapPost("/erasure/{personId:guid}", EraseAsync).Needs(Permission.AuditManage).Answers<ErasureView>()
            .Describe("erase_person_from_audit", "Erase a person", "Erases what names somebody whose account is deleted. It can't be undone, and needs a fresh sign-in.");
    }

    private static async Task<IResult> FindAsync(HttpContext http, AuditRetentionService retention, Caller caller, CancellationToken cancel)
    {
        var found = await retention.FindAsync(caller, cancel);
        return found.Succeeded ? ApiAnswers.Record(http, found.Value.Policy) : ApiAnswers.Refuse(http, found.Problem);
    }

    private static async Task<IResult> SaveAsync(
        HttpContext http, Body<AuditRetentionPolicy> body, [FromQuery(Name = "reason"), Description("Why anything is kept for a shorter time.")] string? reason, AuditRetentionService retention, Caller caller, CancellationToken cancel)
    {
        var found = await retention.FindAsync(caller, cancel);
        if (!found.Succeeded)
            return ApiAnswers.Refuse(http, found.Problem);
        if (ApiAnswers.RefuseStale(http, found.Value.Policy) is { } stale)
            return stale;
        var saved = await retention.SaveAsync(body.Value, found.Value.Stamp, reason ?? "", caller, cancel);
        return saved.Succeeded ? ApiAnswers.Record(http, body.Value) : ApiAnswers.Refuse(http, saved.Problem);
    }

    private static async Task<IResult> ForecastAsync(HttpContext http, AuditRetentionService retention, Caller caller, CancellationToken cancel)
    {
        var found = await retention.FindAsync(caller, cancel);
        return found.Succeeded ? ApiAnswers.Json(RetentionForecastView.Of(found.Value.Forecast)) : ApiAnswers.Refuse(http, found.Problem);
    }

    private static async Task<IResult> ForecastOtherAsync(HttpContext http, Body<AuditRetentionPolicy> body, AuditRetentionService retention, Caller caller, CancellationToken cancel)
    {
        var found = await retention.ForecastAsync(body.Value, caller, cancel);
        return found.Succeeded ? ApiAnswers.Json(RetentionForecastView.Of(found.Value)) : ApiAnswers.Refuse(http, found.Problem);
    }

    private static async Task<IResult> LookAsync(HttpContext http, Guid personId, AuditErasure erasure, Caller caller, CancellationToken cancel)
    {
        var found = await erasure.LookAsync(personId, caller, cancel);
        return found.Succeeded ? ApiAnswers.Json(ErasureView.Of(found.Value)) : ApiAnswers.Refuse(http, found.Problem);
    }

    private static async Task<IResult> EraseAsync(HttpContext http, Guid personId, Body<ErasureBody> body, AuditErasure erasure, Caller caller, CancellationToken cancel)
    {
        var erased = await erasure.EraseAsync(personId, body.Value.Reason, caller, cancel);
        return erased.Succeeded ? await LookAsync(http, personId, erasure, caller, cancel) : ApiAnswers.Refuse(http, erased.Problem);
    }
}

internal sealed class ErasureBody
{
    [Required(ErrorMessage = "Say why, in a few words."), StringLength(500, ErrorMessage = "The reason can have 500 characters at most.")]
    public string Reason { get; set; } = "";
}

internal sealed record RetentionLineView(AuditCategory Category, int Days, DateTimeOffset Before, long Events);

internal sealed record RetentionForecastView(long Events, long Addresses, IReadOnlyList<RetentionLineView> Categories)
{
    public static RetentionForecastView Of(RetentionForecast forecast) =>
        new(forecast.Events, forecast.Addresses, [.. forecast.Lines.Select(line => new RetentionLineView(line.Category, line.Days, line.Before, line.Events))]);
}

internal sealed record ErasureView(Guid PersonId, string? Name, long Did, long About, bool IsUnderWay)
{
    public static ErasureView Of(ErasureForecast found) => new(found.PersonId, found.Name, found.Did, found.About, found.IsUnderWay);
}
