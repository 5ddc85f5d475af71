using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Roles;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Web.Api;
using UserAdmin.Web.Roles;

namespace UserAdmin.Web.TwoFactor;

/// <summary>Who has no second factor, over HTTP, and what can be done about it.</summary>
internal static class CoverageApi
{
    private const string Someone = "0193a1b2-1111-7000-8000-000000000001";

    public static void MapCoverageApi(this RouteGroupBuilder api)
    {
        var coverage = api.MapGroup("/second-factor-coverage").WithTags("Second factors");
        coverage.MapGet("", ListAsync).Needs(Permission.CoverageView).Answers<Paged<CoverageView>>()
            .Describe("list_people_without_second_factor", "List who has no second factor", "Active people, by name.");
        coverage.MapGet("/figures", FiguresAsync).Needs(Permission.CoverageView).Answers<SecondFactorFiguresView>()
            .Describe("get_second_factor_figures", "How many people have a second factor", "In all, by kind and by role. At most a minute old; 503 while it is counted for the first time.");
        coverage.MapPost("/remind", RemindAsync).Needs(Permission.FactorsEnforce).Answers<SecondFactorTallyView>()
            .Describe("remind_of_second_factor", "Ask people by mail to set up a second factor", "Skipped are those who were reminded within a day. Whoever has one is left alone.")
            .Example($$"""{"ids": ["{{Someone}}"]}""");
        coverage.MapPost("/require", RequireAsync).Needs(Permission.FactorsEnforce).Answers<SecondFactorTallyView>()
            .Describe("require_second_factors", "Require a second factor of people", "They are told by mail and have the days of the policy. Skipped are those of whom it is required already, and those above the caller.")
            .Example($$"""{"ids": ["{{Someone}}"], "reason": "New rule"}""");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("The id of a role that they hold.")] Guid? role,
        [FromQuery, Description("not_required, in_grace or overdue.")] string? state, CoverageDirectory coverage, Caller caller, CancellationToken cancel)
    {
        var (wanted, wrong) = ApiWord.Read<FactorState>(state, "state");
        if ((wrong is null ? query.Refuse(http) : ApiAnswers.Refuse(http, wrong)) is { } refused)
            return refused;
        var found = await coverage.ListAsync(new() { Search = query.Search, RoleId = role, State = wanted, PageSize = query.Size }, query.Start, caller, cancel);
        return ApiLists.Answer(http, query, found.Page, found.Count, CoverageView.Of);
    }

    private static Task<IResult> FiguresAsync(HttpContext http, CoverageDirectory coverage, Caller caller, CancellationToken cancel) =>
        ApiAnswers.CountedAsync(http, () => coverage.FiguresAsync(caller, cancel), found => ApiAnswers.Json(SecondFactorFiguresView.Of(found.Value, found.At)));

    private static async Task<IResult> RemindAsync(HttpContext http, Body<CoverageChoiceBody> body, FactorEnforcement factors, Caller caller, CancellationToken cancel) =>
        Answer(http, await factors.RemindAsync(body.Value.ToChoice(), caller, null, cancel));

    private static async Task<IResult> RequireAsync(HttpContext http, Body<RequiredFactorsBody> body, FactorEnforcement factors, Caller caller, CancellationToken cancel) =>
        Answer(http, await factors.RequireAsync(body.Value.ToChoice(), body.Value.Reason, caller, null, cancel));

    private static IResult Answer(HttpContext http, Result<FactorTally> done) =>
        done.Succeeded ? ApiAnswers.Json(new SecondFactorTallyView(done.Value.Done, done.Value.Skipped)) : ApiAnswers.Refuse(http, done.Problem);
}

/// <summary>Some of the people without a second factor: those who are named, or all whom a filter means.</summary>
internal class CoverageChoiceBody : IValidatableObject
{
    [Length(1, 200, ErrorMessage = "Choose 1 to 200 users."), Description("Users.")]
    public IReadOnlyList<Guid>? Ids { get; set; }

    [Description("true, in place of `ids`, for all who have no second factor; `search`, `role` and `state` narrow them.")]
    public bool All { get; set; }

    [StringLength(ListQuery.LongestText, ErrorMessage = "Search for 200 characters at most.")]
    public string? Search { get; set; }

    public Guid? Role { get; set; }

    public FactorState? State { get; set; }

    public CoverageChoice ToChoice() => new(new() { Search = Search, RoleId = Role, State = State }, Ids);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Ids is null != All)
            yield return new("Name people in `ids`, or send `all`.", [nameof(Ids)]);
    }
}

internal sealed class RequiredFactorsBody : CoverageChoiceBody
{
    [Required(ErrorMessage = "Say why, in a few words."), StringLength(500, ErrorMessage = "The reason can have 500 characters at most."), Description("Why; it stands in the audit log.")]
    public string Reason { get; set; } = ApiChoice.DefaultReason;
}

/// <summary>Somebody without a second factor. <paramref name="DueAt"/>: from then on the account only works with one.</summary>
internal sealed record CoverageView(Guid Id, string FullName, string Email, string? Roles, FactorState State, DateTimeOffset? DueAt, DateTimeOffset? RemindedAt, DateTimeOffset? LastSignInAt)
{
    public static CoverageView Of(CoverageRow row) => new(row.Id, row.FullName, row.Email, row.Roles, row.State, row.DueAt, row.RemindedAt, row.LastSignInAt);
}

internal sealed record RoleCoverageView(Guid Id, string Name, long Members, long Protected, bool RequiresSecondFactor, DateTimeOffset? RequiredAt)
{
    public static RoleCoverageView Of(RoleCoverage role) => new(role.Id, role.Name, role.Members, role.Protected, role.RequiresSecondFactor, role.RequiredAt);
}

/// <summary>How many active people have a second factor, counted at <paramref name="At"/>. Somebody with both kinds counts in each.</summary>
internal sealed record SecondFactorFiguresView(DateTimeOffset At, long People, long Protected, long Lacking, long WithAuthenticator, long WithPasskey, long Overdue, long InGrace, IReadOnlyList<RoleCoverageView> Roles)
{
    public static SecondFactorFiguresView Of(CoverageFigures figures, DateTimeOffset at) => new(
        at, figures.People, figures.Protected, figures.Lacking, figures.WithAuthenticator, figures.WithPasskey, figures.Overdue, figures.InGrace, [.. figures.Roles.Select(RoleCoverageView.Of)]);
}
