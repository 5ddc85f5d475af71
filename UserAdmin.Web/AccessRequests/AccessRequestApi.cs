using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.Common;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Roles;

namespace UserAdmin.Web.AccessRequests;

/// <summary><paramref name="Hours"/> from the approval; null means without an end.</summary>
internal sealed record AccessRequestView(
    Guid Id, Guid UserId, string FullName, Guid RoleId, string Role, Guid? OrganizationId, string? Organization, int? Hours, string Reason, AccessRequestState State, DateTimeOffset CreatedAt,
    DateTimeOffset? DecidedAt, string? DecidedBy, string? DecisionReason, bool MayDecide, bool MayApprove)
{
    public static AccessRequestView Of(AccessRequestRow row) => new(
        row.Id, row.UserId, row.FullName, row.RoleId, row.Role, row.OrganizationId, row.Organization, row.Hours, row.Reason, row.State, row.CreatedAt, row.DecidedAt, row.DecidedBy, row.DecisionReason,
        row.MayDecide, row.MayApprove);
}

internal sealed record RequestableRoleView(Guid Id, string Name, string? Description);

/// <summary>Where the caller can ask for roles besides everywhere, and which roles in the place that was asked about.</summary>
internal sealed record RequestChoicesView(IReadOnlyList<NameView> Organizations, IReadOnlyList<RequestableRoleView> Roles);

/// <summary>Asking for roles and deciding, over HTTP.</summary>
internal static class AccessRequestApi
{
    public static void MapAccessRequestApi(this RouteGroupBuilder api)
    {
        var own = api.MapGroup("/me/access-requests").WithTags("Access requests").WithMetadata(new PartOfAttribute(Feature.AccessRequests));
        own.MapGet("", ListOwnAsync).Answers<Paged<AccessRequestView>>()
            .Describe("list_my_access_requests", "List one's own requests", "Newest first, the last hundred.");
        own.MapGet("/choices", FindChoicesAsync).Needs(Permission.AccessRequestsCreate).Answers<RequestChoicesView>()
            .Describe("get_access_request_choices", "Read what can be asked for", "Everywhere, or in one of one's own organizations.");
        own.MapPost("", AskAsync).Needs(Permission.AccessRequestsCreate).Idempotent().Answers<AccessRequestView>(StatusCodes.Status201Created)
            .Describe("create_access_request", "Ask for a role", "For a week when `hours` is left out, without an end when it is null. Those who can decide are told by mail.");
        own.MapPost("/{id:guid}/withdraw", WithdrawAsync).Answers<AccessRequestView>()
            .Describe("withdraw_access_request", "Take one's own request back", "As long as it is not decided.");

        var requests = api.MapGroup("/access-requests").WithTags("Access requests");
        requests.MapGet("", ListAsync).Needs(Permission.AccessRequestsDecide).Answers<Paged<AccessRequestView>>()
            .Describe("list_access_requests", "List requests for roles", "What the caller may decide, or others decided of it, newest first.");
        requests.MapGet("/{id:guid}", FindAsync).Needs(Permission.AccessRequestsDecide).Answers<AccessRequestView>()
            .Describe("get_access_request", "Read a request", "One request, with what the caller may do about it.");
        requests.MapPost("/{id:guid}/approve", ApproveAsync).Needs(Permission.AccessRequestsDecide).Answers<AccessRequestView>()
            .Describe("approve_access_request", "Approve a request", "For as long as was asked for, or `hours`. Nobody gives more than they hold.");
        requests.MapPost("/{id:guid}/decline", DeclineAsync).Needs(Permission.AccessRequestsDecide).Answers<AccessRequestView>()
            .Describe("decline_access_request", "Decline a request", "With a reason, which the person is told.");
    }

    private static async Task<IResult> ListOwnAsync(HttpContext http, [AsParameters] ListQuery query, AccessRequestDirectory requests, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await requests.MineAsync(caller, cancel), AccessRequestView.Of);

    private static async Task<IResult> FindChoicesAsync([FromQuery, Description("One of the caller's organizations; everywhere when it is left out.")] Guid? organization, RequestableRoles roles, Caller caller, CancellationToken cancel)
    {
        var choices = await roles.FindAsync(organization, caller, cancel);
        return ApiAnswers.Json(new RequestChoicesView([.. choices.Organizations.Select(place => new NameView(place.Id, place.Name))], [.. choices.Roles.Select(role => new RequestableRoleView(role.Id, role.Name, role.Description))]));
    }

    private static async Task<IResult> AskAsync(HttpContext http, Body<AccessRequestForm> body, AccessRequestService service, AccessRequestDirectory requests, Caller caller, CancellationToken cancel)
    {
        var asked = await service.AskAsync(body.Value, caller, cancel);
        return !asked.Succeeded ? ApiAnswers.Refuse(http, asked.Problem)
            : ApiAnswers.Created(http, "/api/v1/me/access-requests", AccessRequestView.Of((await requests.MineAsync(caller, cancel)).First(row => row.Id == asked.Value)));
    }

    private static async Task<IResult> WithdrawAsync(HttpContext http, Guid id, AccessRequestService service, AccessRequestDirectory requests, Caller caller, CancellationToken cancel) =>
        await service.WithdrawAsync(id, caller, cancel) is { Succeeded: false } refused ? ApiAnswers.Refuse(http, refused.Problem)
        : ApiChoice.Found(http, (await requests.MineAsync(caller, cancel)).FirstOrDefault(row => row.Id == id), AccessRequestView.Of);

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("open, approved, declined or withdrawn; all when it is left out.")] string? state, AccessRequestDirectory requests, Caller caller, CancellationToken cancel)
    {
        if ((ApiChoice.Refuse(http, "state", state, AccessRequestState.Open, out var wanted) ?? query.Refuse(http)) is { } refused)
            return refused;
        var found = await requests.ListAsync(string.IsNullOrEmpty(state) ? null : wanted, query.Start, caller, cancel, query.Size);
        return ApiLists.Answer(http, query, found.Page, new(found.Count), AccessRequestView.Of);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, AccessRequestDirectory requests, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await requests.FindAsync(id, caller, cancel), AccessRequestView.Of);

    private static async Task<IResult> ApproveAsync(HttpContext http, Guid id, Body<AccessDecisionForm> body, AccessRequestService service, AccessRequestDirectory requests, Caller caller, CancellationToken cancel) =>
        await ShowAsync(http, id, await service.ApproveAsync(id, body.Value, caller, cancel), requests, caller, cancel);

    private static async Task<IResult> DeclineAsync(HttpContext http, Guid id, Body<AccessDecisionForm> body, AccessRequestService service, AccessRequestDirectory requests, Caller caller, CancellationToken cancel) =>
        await ShowAsync(http, id, await service.DeclineAsync(id, body.Value, caller, cancel), requests, caller, cancel);

    private static async Task<IResult> ShowAsync(HttpContext http, Guid id, Result done, AccessRequestDirectory requests, Caller caller, CancellationToken cancel) =>
        done.Succeeded ? await FindAsync(http, id, requests, caller, cancel) : ApiAnswers.Refuse(http, done.Problem);
}
