using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dormancy;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Dormancy;

/// <summary>The rule about dormant accounts over HTTP; the rule itself is one of the settings.</summary>
internal static class DormancyApi
{
    public static void MapDormancyApi(this RouteGroupBuilder api)
    {
        var dormancy = api.MapGroup("/dormancy").WithTags("Dormant accounts");
        dormancy.MapGet("/preview", PreviewAsync).Needs(Permission.SettingsView).Answers<DormancyPreviewView>()
            .Describe("preview_dormancy", "See what the rule would do", "How many the next run would warn, deactivate and delete, as if the rule were on, with the first of them for who may see people.");
        dormancy.MapGet("/exemptions", ListAsync).Needs(Permission.SettingsView).Answers<Paged<ExemptionView>>()
            .Describe("list_dormancy_exemptions", "List exemptions", "Whom the rule leaves alone; empty for who may not see all people.");
        dormancy.MapPut("/exemptions/{userId:guid}", ExemptAsync).Needs(Permission.SettingsEdit).AnswersNothing()
            .Describe("put_dormancy_exemption", "Exempt somebody", "The rule leaves them alone, for ever or until an instant.")
            .Example("""{"reason": "On parental leave", "until": "2027-06-30T00:00:00Z"}""");
        dormancy.MapDelete("/exemptions/{userId:guid}", EndAsync).Needs(Permission.SettingsEdit).AnswersNothing()
            .Describe("delete_dormancy_exemption", "End an exemption", "The rule holds for them again; nothing happens when there was none.");
    }

    private static async Task<IResult> PreviewAsync(HttpContext http, DormancyDirectory dormancy, Caller caller, CancellationToken cancel) =>
        caller.Actor.Can(Permission.SettingsView) ? ApiAnswers.Json(DormancyPreviewView.Of(await dormancy.PreviewAsync(caller, cancel))) : ApiAnswers.NotAllowed(http);

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, DormancyDirectory dormancy, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, (await dormancy.PreviewAsync(caller, cancel)).Exemptions, ExemptionView.Of);

    private static async Task<IResult> ExemptAsync(HttpContext http, Guid userId, Body<ExemptionBody> body, DormancyDirectory dormancy, Caller caller, CancellationToken cancel)
    {
        var done = await dormancy.ExemptAsync(userId, body.Value.Reason, body.Value.Until, caller, cancel);
        return ApiAnswers.Done(http, done.Problem?.Code == "dormancy.over" ? new Result(done.Problem with { Field = nameof(ExemptionBody.Until) }) : done);
    }

    private static async Task<IResult> EndAsync(HttpContext http, Guid userId, DormancyDirectory dormancy, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await dormancy.EndExemptionAsync(userId, caller, cancel));
}

internal sealed class ExemptionBody
{
    [Required(ErrorMessage = "Say why, in a few words."), StringLength(500, ErrorMessage = "The reason can have 500 characters at most.")]
    public string Reason { get; set; } = "";

    [Description("Left out: for ever.")]
    public DateTimeOffset? Until { get; set; }
}

internal sealed record DormantView(Guid Id, string FullName, string Email, DateTimeOffset? LastSignInAt);

internal sealed record DormancyStepView(string Title, int Count, IReadOnlyList<DormantView> First);

internal sealed record DormancyPreviewView(bool IsOn, IReadOnlyList<DormancyStepView> Steps)
{
    public static DormancyPreviewView Of(DormancyPreview preview) => new(preview.IsOn,
        [.. preview.Steps.Select(step => new DormancyStepView(step.Title, step.Count, [.. step.First.Select(row => new DormantView(row.Id, row.FullName, row.Email, row.LastSignInAt))]))]);
}

internal sealed record ExemptionView(Guid UserId, string FullName, string Reason, DateTimeOffset? Until)
{
    public static ExemptionView Of(ExemptionRow row) => new(row.UserId, row.FullName, row.Reason, row.Until);
}
