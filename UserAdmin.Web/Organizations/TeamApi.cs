using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Organizations;

/// <summary>Teams over HTTP.</summary>
internal static class TeamApi
{
    public static void MapTeamApi(this RouteGroupBuilder api)
    {
        var teams = api.MapGroup("/teams").WithTags("Teams");
        teams.MapGet("", ListAsync).Needs(Permission.OrganizationsView).Answers<Paged<TeamItemView>>()
            .Describe("list_teams", "List teams", "Of all organizations that the caller sees, by name.");
        api.MapGet("/organizations/{id:guid}/teams", ListOfOrganizationAsync).WithTags("Teams").Needs(Permission.OrganizationsView).Answers<Paged<TeamItemView>>()
            .Describe("list_organization_teams", "List an organization's teams", "By name.");
        teams.MapPost("", CreateAsync).Needs(Permission.TeamsManage).Idempotent().Answers<TeamView>(StatusCodes.Status201Created)
            .Describe("create_team", "Create a team", "In an organization.");
        teams.MapGet("/{id:guid}", FindAsync).Needs(Permission.OrganizationsView).Answers<TeamView>()
            .Describe("get_team", "Read a team", "With its members, and the version for If-Match in ETag.");
        teams.MapPut("/{id:guid}", ReplaceAsync).Needs(Permission.TeamsManage).Answers<TeamView>()
            .Describe("replace_team", "Replace a team's name and description", "What is left out is emptied.");
        teams.MapPatch("/{id:guid}", ChangeAsync).Needs(Permission.TeamsManage).Answers<TeamView>()
            .Describe("update_team", "Rename or describe a team", "Changes the fields that are there and leaves the others.");
        teams.MapDelete("/{id:guid}", DeleteAsync).Needs(Permission.TeamsManage).AnswersNothing()
            .Describe("delete_team", "Delete a team", "Its members stay members of the organization.");
        teams.MapPost("/{id:guid}/add_member", (HttpContext http, Guid id, Body<TeamMemberBody> body, TeamService service, Caller caller, CancellationToken cancel) =>
            ShowAsync(http, id, service.AddMemberAsync(id, body.Value.UserId!.Value, caller, cancel), service, caller, cancel)).Needs(Permission.TeamsManage).Answers<TeamView>()
            .Describe("add_team_member", "Add a member to a team", "Somebody who belongs to the team's organization or to one below it.");
        teams.MapPost("/{id:guid}/remove_member", (HttpContext http, Guid id, Body<TeamMemberBody> body, TeamService service, Caller caller, CancellationToken cancel) =>
            ShowAsync(http, id, service.RemoveMemberAsync(id, body.Value.UserId!.Value, caller, cancel), service, caller, cancel)).Needs(Permission.TeamsManage).Answers<TeamView>()
            .Describe("remove_team_member", "Remove a member from a team", "Who leads it no longer does.");
        teams.MapPut("/{id:guid}/lead", (HttpContext http, Guid id, Body<TeamLeadBody> body, TeamService service, Caller caller, CancellationToken cancel) =>
            ShowAsync(http, id, service.SetLeadAsync(id, body.Value.UserId, caller, cancel), service, caller, cancel)).Needs(Permission.TeamsManage).Answers<TeamView>()
            .Describe("set_team_lead", "Choose who leads a team", "One of its members, or nobody.");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("Only those of this organization.")] Guid? organization, TeamDirectory teams, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        var found = await teams.ListAsync(query.Search, organization, query.Start, query.Size, caller, cancel);
        return ApiLists.Answer(http, query, found.Page, new(found.Count), TeamItemView.Of);
    }

    private static async Task<IResult> ListOfOrganizationAsync(
        HttpContext http, Guid id, [AsParameters] ListQuery query, TeamDirectory teams, OrganizationDirectory organizations, Caller caller, CancellationToken cancel) =>
        await organizations.FindNameAsync(id, caller, cancel) is null ? ApiAnswers.NotFound(http) : await ListAsync(http, query, id, teams, caller, cancel);

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, TeamService teams, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await teams.FindAsync(id, caller, cancel), TeamView.Of);

    private static async Task<IResult> CreateAsync(HttpContext http, Body<NewTeamBody> body, TeamService teams, Caller caller, CancellationToken cancel)
    {
        var form = body.Value.ToForm();
        if (ApiBody.Judge(form) is { } wrong)
            return wrong(http);
        var made = await teams.CreateAsync(body.Value.OrganizationId!.Value, form, caller, cancel);
        return !made.Succeeded ? ApiAnswers.Refuse(http, made.Problem)
            : await teams.FindAsync(made.Value, caller, cancel) is { } team ? ApiAnswers.Created(http, $"/api/v1/teams/{made.Value}", TeamView.Of(team))
            : ApiAnswers.Created(http, $"/api/v1/teams/{made.Value}");
    }

    private static Task<IResult> ReplaceAsync(HttpContext http, Guid id, Put<TeamForm, TeamView> put, TeamService teams, Caller caller, CancellationToken cancel) => EditAsync(http, id, put, teams, caller, cancel);

    private static Task<IResult> ChangeAsync(HttpContext http, Guid id, Patch<TeamForm, TeamView> patch, TeamService teams, Caller caller, CancellationToken cancel) => EditAsync(http, id, patch, teams, caller, cancel);

    private static async Task<IResult> EditAsync(HttpContext http, Guid id, Edit<TeamForm, TeamView> edit, TeamService teams, Caller caller, CancellationToken cancel)
    {
        if (await teams.FindAsync(id, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (edit.Refuse(http, TeamView.Of(current)) is { } refused)
            return refused;
        var (mine, wrong) = edit.ApplyTo(current.Form);
        return mine is null ? wrong!(http) : await ShowAsync(http, id, teams.EditAsync(id, mine, current.ConcurrencyStamp, caller, cancel), teams, caller, cancel);
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, Guid id, [FromQuery, Description("Why; it stands in the audit log.")] string? reason, TeamService teams, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await teams.DeleteAsync(id, reason ?? ApiChoice.DefaultReason, caller, cancel));

    private static async Task<IResult> ShowAsync(HttpContext http, Guid id, Task<Result> change, TeamService teams, Caller caller, CancellationToken cancel) =>
        await change is { Succeeded: false } refused ? ApiAnswers.Refuse(http, refused.Problem) : await FindAsync(http, id, teams, caller, cancel);
}
