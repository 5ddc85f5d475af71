using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Organizations;

/// <summary>Who belongs to which organization, over HTTP.</summary>
internal static class MemberApi
{
    public static void MapMemberApi(this RouteGroupBuilder api)
    {
        var members = api.MapGroup("/organizations/{id:guid}/members").WithTags("Organizations");
        members.MapGet("", ListAsync).Needs(Permission.OrganizationsView).Answers<Paged<OrganizationMemberView>>()
            .Describe("list_members", "List an organization's members", "By name, with their title and the roles they hold in it.");
        members.MapPost("", AddAsync).Needs(Permission.MembersManage).Idempotent().Answers<OrganizationMemberView>(StatusCodes.Status201Created)
            .Describe("add_member", "Make a user a member", "Only somebody whom the caller reaches already. Others are invited.");
        members.MapGet("/{userId:guid}", FindAsync).Needs(Permission.OrganizationsView).Answers<OrganizationMemberView>()
            .Describe("get_member", "Read a membership", "One member, with the version for If-Match in ETag.");
        members.MapPatch("/{userId:guid}", ChangeAsync).Needs(Permission.MembersManage).Answers<OrganizationMemberView>()
            .Describe("update_member", "Change a member's title", "What the person is there, in words; null for nothing.");
        members.MapDelete("/{userId:guid}", RemoveAsync).Needs(Permission.MembersManage).AnswersNothing()
            .Describe("remove_member", "Remove a member", "Ends the roles held in the organization and the places in its teams; the account stays.");
        members.MapPost("/{userId:guid}/move", MoveAsync).Needs(Permission.MembersManage).AnswersNothing()
            .Describe("move_member", "Move a member to another organization", "The account keeps its id, history and second factors.");
        api.MapGet("/users/{id:guid}/organizations", ListOfUserAsync).WithTags("Organizations").Needs(Permission.UsersView).Answers<Paged<MembershipView>>()
            .Describe("list_user_organizations", "List where a user belongs", "The organizations that the caller sees, with title, roles and teams there.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, MemberDirectory members, OrganizationDirectory organizations, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        if (await organizations.FindNameAsync(id, caller, cancel) is null)
            return ApiAnswers.NotFound(http);
        var found = await members.ListAsync(id, query.Search, query.Start, caller, cancel, query.Size);
        return ApiLists.Answer(http, query, found.Page, found.Count, OrganizationMemberView.Of);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, Guid userId, MemberDirectory members, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await members.FindAsync(id, userId, caller, cancel), OrganizationMemberView.Of);

    private static async Task<IResult> AddAsync(HttpContext http, Guid id, Body<NewMemberBody> body, MembershipService service, MemberDirectory members, Caller caller, CancellationToken cancel)
    {
        var (form, userId) = (body.Value.ToForm(), body.Value.UserId!.Value);
        if (ApiBody.Judge(form) is { } wrong)
            return wrong(http);
        var added = await service.AddAsync(id, userId, form, caller, cancel);
        return !added.Succeeded ? ApiAnswers.Refuse(http, added.Problem)
            : await members.FindAsync(id, userId, caller, cancel) is { } member ? ApiAnswers.Created(http, $"/api/v1/organizations/{id}/members/{userId}", OrganizationMemberView.Of(member))
            : ApiAnswers.Created(http, $"/api/v1/organizations/{id}/members/{userId}");
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, Guid id, Guid userId, Patch<MembershipForm> patch, MembershipService service, MemberDirectory members, Caller caller, CancellationToken cancel)
    {
        if (await members.FindAsync(id, userId, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (ApiAnswers.RefuseStale(http, OrganizationMemberView.Of(current)) is { } stale)
            return stale;
        var (form, wrong) = patch.ApplyTo(new() { Title = current.Title });
        if (form is null)
            return wrong!(http);
        var changed = await service.SetTitleAsync(id, userId, form, caller, cancel);
        return changed.Succeeded ? await FindAsync(http, id, userId, members, caller, cancel) : ApiAnswers.Refuse(http, changed.Problem);
    }

    private static async Task<IResult> RemoveAsync(
        HttpContext http, Guid id, Guid userId, [FromQuery, Description("Why; it stands in the audit log.")] string? reason, MembershipService service, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await service.RemoveAsync(id, userId, reason ?? ApiChoice.DefaultReason, caller, cancel));

    private static async Task<IResult> MoveAsync(HttpContext http, Guid id, Guid userId, Body<MemberMoveBody> body, MembershipService service, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await service.MoveAsync(userId, id, body.Value.OrganizationId!.Value, body.Value.EndRoles, body.Value.Reason, caller, cancel));

    private static async Task<IResult> ListOfUserAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, MemberDirectory members, UserDirectory users, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? (await users.FindAsync(id, caller, cancel) is null ? ApiAnswers.NotFound(http)
            : ApiLists.Answer(http, query, await members.ListOfAsync(id, caller, cancel), MembershipView.Of));
}
