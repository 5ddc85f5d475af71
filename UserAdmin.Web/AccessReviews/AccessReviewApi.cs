using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Common;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Users;

namespace UserAdmin.Web.AccessReviews;

internal sealed class ReviewDecisionsBody
{
    [Required, Length(1, ReviewDecisions.AtOnce, ErrorMessage = "Choose 1 to 200 items.")]
    public IReadOnlyList<Guid> Ids { get; set; } = [];

    [Required, Description("keep, or remove, which ends the assignment at once.")]
    public ReviewDecision? Decision { get; set; }

    [StringLength(500, ErrorMessage = "A comment can have 500 characters at most.")]
    public string? Comment { get; set; }
}

internal sealed record AccessReviewView(
    Guid Id, string Name, string Subject, Guid ReviewerId, string Reviewer, string StartedBy, DateTimeOffset StartedAt, DateTimeOffset DueAt, DateTimeOffset? ClosedAt, string? ClosedBy,
    int Total, int Kept, int Removed, int Undecided)
{
    public static AccessReviewView Of(AccessReviewRow row) => new(
        row.Id, row.Name, row.Subject, row.ReviewerId, row.ReviewerName, row.StartedByName, row.StartedAt, row.DueAt, row.ClosedAt, row.ClosedByName, row.Total, row.Kept, row.Removed, row.Undecided);
}

internal sealed record AccessReviewItemView(
    Guid Id, Guid UserId, string FullName, string Role, string? Organization, DateTimeOffset AssignedAt, DateTimeOffset? EndsAt, string? AssignedBy, string? Reason, DateTimeOffset? LastSignInAt,
    ReviewDecision? Decision, string? Comment, DateTimeOffset? DecidedAt, string? DecidedBy)
{
    public static AccessReviewItemView Of(ReviewItemRow row) => new(
        row.Id, row.UserId, row.UserName, row.RoleName, row.OrganizationName, row.AssignedAt, row.EndsAt, row.AssignedBy, row.Reason, row.LastSignInAt, row.Decision, row.Comment, row.DecidedAt, row.DecidedByName);
}

/// <summary>Access reviews over HTTP: for whoever may see them all, and for their reviewers.</summary>
internal static class AccessReviewApi
{
    public static void MapAccessReviewApi(this RouteGroupBuilder api)
    {
        var reviews = api.MapGroup("/access-reviews").WithTags("Access reviews").WithMetadata(new PartOfAttribute(Feature.AccessReviews));
        reviews.MapGet("", ListAsync).Answers<Paged<AccessReviewView>>()
            .Describe("list_access_reviews", "List access reviews", "Newest first, the last two hundred: all for whoever may see them, one's own for reviewers.");
        reviews.MapPost("", StartAsync).Needs(Permission.AccessReviewsManage).Idempotent().Answers<AccessReviewView>(StatusCodes.Status201Created)
            .Describe("start_access_review", "Start an access review", "Of every assignment of a role, of those in an organization, or both. The reviewer is told by mail.");
        reviews.MapGet("/{id:guid}", FindAsync).Answers<AccessReviewView>()
            .Describe("get_access_review", "Read an access review", "With how many assignments are kept, removed and undecided.");
        reviews.MapGet("/{id:guid}/items", ListItemsAsync).Answers<Paged<AccessReviewItemView>>()
            .Describe("list_access_review_items", "List what is reviewed", "Each assignment by the name of the person, with the decision about it.");
        reviews.MapPost("/{id:guid}/decisions", DecideAsync).Answers<BulkView>()
            .Describe("decide_access_review_items", "Decide about assignments", "By the reviewer alone. Each is decided or refused by itself; the answer says which.");
        reviews.MapPost("/{id:guid}/close", CloseAsync).Answers<AccessReviewView>()
            .Describe("close_access_review", "Close an access review", "By its reviewer, or whoever runs reviews. What is undecided stays undecided.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, AccessReviewDirectory reviews, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await reviews.ListAsync(caller, cancel), AccessReviewView.Of);

    private static async Task<IResult> StartAsync(HttpContext http, Body<AccessReviewForm> body, AccessReviewService service, AccessReviewDirectory reviews, Caller caller, CancellationToken cancel)
    {
        var started = await service.StartAsync(body.Value, caller, cancel);
        return !started.Succeeded ? ApiAnswers.Refuse(http, started.Problem)
            : await reviews.FindAsync(started.Value, caller, cancel) is { } review ? ApiAnswers.Created(http, $"/api/v1/access-reviews/{started.Value}", AccessReviewView.Of(review))
            : ApiAnswers.Created(http, $"/api/v1/access-reviews/{started.Value}");
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, AccessReviewDirectory reviews, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await reviews.FindAsync(id, caller, cancel), AccessReviewView.Of);

    private static async Task<IResult> ListItemsAsync(
        HttpContext http, Guid id, [AsParameters] ListQuery query, [FromQuery, Description("true for those about which nothing is decided.")] bool? undecided, AccessReviewDirectory reviews, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        if (await reviews.FindAsync(id, caller, cancel) is not { } review)
            return ApiAnswers.NotFound(http);
        var page = await reviews.ItemsAsync(id, undecided == true, query.Start, caller, cancel, query.Size);
        return ApiLists.Answer(http, query, page, new(undecided == true ? review.Undecided : review.Total), AccessReviewItemView.Of);
    }

    private static async Task<IResult> DecideAsync(HttpContext http, Guid id, Body<ReviewDecisionsBody> body, ReviewDecisions decisions, Caller caller, CancellationToken cancel)
    {
        var decided = await decisions.DecideAsync(id, body.Value.Ids, body.Value.Decision!.Value, body.Value.Comment, caller, cancel);
        if (!decided.Succeeded)
            return ApiAnswers.Refuse(http, decided.Problem);
        List<BulkItemView> items = [.. body.Value.Ids.Distinct().Select(item => decided.Value.GetValueOrDefault(item) is { } problem
            ? new BulkItemView(item, false, problem.Code, Words.T(problem.Message)) : new BulkItemView(item, true, null, null))];
        return ApiAnswers.Json(new BulkView(items.Count(item => item.Succeeded), items.Count(item => !item.Succeeded), items));
    }

    private static async Task<IResult> CloseAsync(HttpContext http, Guid id, AccessReviewService service, AccessReviewDirectory reviews, Caller caller, CancellationToken cancel) =>
        await service.CloseAsync(id, caller, cancel) is { Succeeded: false } refused ? ApiAnswers.Refuse(http, refused.Problem) : await FindAsync(http, id, reviews, caller, cancel);
}
