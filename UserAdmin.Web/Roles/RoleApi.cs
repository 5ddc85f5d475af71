using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Roles;

/// <summary>Roles over HTTP.</summary>
internal static class RoleApi
{
    public static void MapRoleApi(this RouteGroupBuilder api)
    {
        var roles = api.MapGroup("/roles").WithTags("Roles");
        roles.MapGet("", ListAsync).Needs(Permission.RolesView).Answers<Paged<RoleItemView>>()
            .Describe("list_roles", "List roles", "By name. `members` counts whom the caller may see.");
        roles.MapGet("/figures", FiguresAsync).Needs(Permission.RolesView).Answers<RoleFiguresView>()
            .Describe("get_role_figures", "Read figures about roles", "How many there are, are unused or inactive, and the permissions that nobody holds.");
        roles.MapGet("/assignable", ListAssignableAsync).Needs(Permission.RolesAssign).Answers<Paged<NameView>>()
            .Describe("list_assignable_roles", "List the roles that the caller may give", "Everywhere, or in the organization that is named.");
        roles.MapPost("", CreateAsync).Needs(Permission.RolesEdit).Idempotent().Answers<RoleView>(StatusCodes.Status201Created)
            .Describe("create_role", "Create a role", "From nothing, as a child that inherits, or with a copy of what another role allows.");
        roles.MapGet("/{id:guid}", FindAsync).Needs(Permission.RolesView).Answers<RoleView>()
            .Describe("get_role", "Read a role", "One role, with the version for If-Match in ETag.");
        roles.MapPut("/{id:guid}", ReplaceAsync).Needs(Permission.RolesEdit).Answers<RoleView>()
            .Describe("replace_role", "Replace a role's data", "Name, description, parent and whether it is active. What is left out gets its default.");
        roles.MapPatch("/{id:guid}", ChangeAsync).Needs(Permission.RolesEdit).Answers<RoleView>()
            .Describe("update_role", "Change a role's data", "Changes the fields that are there and leaves the others.");
        roles.MapDelete("/{id:guid}", DeleteAsync).Needs(Permission.RolesEdit).AnswersNothing()
            .Describe("delete_role", "Delete a role", "A role that somebody has is deleted only when the request says what they get instead, or that it is taken from them.");
        roles.MapGet("/{id:guid}/possible-parents", ListParentsAsync).Needs(Permission.RolesEdit).Answers<Paged<NameView>>()
            .Describe("list_possible_parents", "List the roles that a role can inherit from", "All from which it would not inherit in a circle.");
        roles.MapGet("/{id:guid}/members", ListMembersAsync).Needs(Permission.RolesView).Answers<Paged<RoleMemberView>>()
            .Describe("list_role_members", "List who has a role", "Now or later, with each assignment, as far as the caller may see them.");
        api.MapGet("/organizations/{id:guid}/roles", ListInOrganizationAsync).WithTags("Roles").Needs(Permission.RolesView).Answers<Paged<LocalRoleView>>()
            .Describe("list_organization_roles", "List the roles of an organization", "Those that can be held in it, with how many hold them there itself and whether the caller may give them there.");
        roles.MapPut("/{id:guid}/second-factor", RequireSecondFactorAsync).Needs(Permission.FactorsEnforce).Answers<SecondFactorTallyView>()
            .Describe("set_role_second_factor", "Require a second factor of everybody with a role, or no longer", "Those who have none are told by mail and have the days of the policy to set one up.");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("all, own, product, unused or inactive.")] string? kind, RoleDirectory roles, Caller caller, CancellationToken cancel)
    {
        if ((ApiChoice.Refuse(http, "kind", kind, RoleChoice.All, out var choice) ?? query.Refuse(http)) is { } refused)
            return refused;
        var found = await roles.ListAsync(query.Search, choice, query.Start, caller, cancel, query.Size);
        return ApiLists.Answer(http, query, found.Page, new(found.Count), RoleItemView.Of);
    }

    private static async Task<IResult> FiguresAsync(HttpContext http, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await roles.FiguresAsync(caller, cancel), figures => new RoleFiguresView(figures.Roles, figures.Unused, figures.Inactive, [.. figures.HeldByNobody.Select(info => info.Code)]));

    private static async Task<IResult> ListAssignableAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("Where they would be given; everywhere when it is left out.")] Guid? organization, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await roles.AssignableAsync(organization, caller, cancel), NameView.Of);

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await roles.FindAsync(id, caller, cancel), RoleView.Of);

    private static async Task<IResult> CreateAsync(HttpContext http, Body<NewRoleForm> body, RoleService service, RoleDirectory roles, Caller caller, CancellationToken cancel)
    {
        var made = await service.CreateAsync(body.Value, caller, cancel);
        return !made.Succeeded ? ApiAnswers.Refuse(http, made.Problem)
            : await roles.FindAsync(made.Value, caller, cancel) is { } role ? ApiAnswers.Created(http, $"/api/v1/roles/{made.Value}", RoleView.Of(role))
            : ApiAnswers.Created(http, $"/api/v1/roles/{made.Value}");
    }

    private static Task<IResult> ReplaceAsync(HttpContext http, Guid id, Put<RoleForm, RoleView> put, RoleService service, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, put, service, roles, caller, cancel);

    private static Task<IResult> ChangeAsync(HttpContext http, Guid id, Patch<RoleForm, RoleView> patch, RoleService service, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, patch, service, roles, caller, cancel);

    private static async Task<IResult> EditAsync(HttpContext http, Guid id, Edit<RoleForm, RoleView> edit, RoleService service, RoleDirectory roles, Caller caller, CancellationToken cancel)
    {
        if (await roles.FindAsync(id, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (edit.Refuse(http, RoleView.Of(current)) is { } refused)
            return refused;
        var (mine, wrong) = edit.ApplyTo(current.Form);
        if (mine is null)
            return wrong!(http);
        var edited = await service.EditAsync(id, mine, current.Stamp, caller, cancel);
        return edited.Succeeded ? await FindAsync(http, id, roles, caller, cancel) : ApiAnswers.Refuse(http, edited.Problem);
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext http, Guid id,
        [FromQuery(Name = "replace_with"), Description("The role that its members get instead, in the same places and for the same time.")] Guid? replaceWith,
        [FromQuery(Name = "end_assignments"), Description("true takes it from its members.")] bool? endAssignments,
        [FromQuery, Description("Why; it stands in the audit log.")] string? reason,
        RoleService service, RoleDirectory roles, Caller caller, CancellationToken cancel)
    {
        var form = new RoleRemovalForm { ReplaceWithId = replaceWith, EndAssignments = endAssignments == true, Reason = reason ?? ApiChoice.DefaultReason };
        if (ApiBody.Judge(form) is { } wrong)
            return wrong(http);
        return await roles.FindAsync(id, caller, cancel) is not { } current ? ApiAnswers.NotFound(http)
            : ApiAnswers.RefuseStale(http, RoleView.Of(current)) ?? ApiAnswers.Done(http, await service.DeleteAsync(id, form, current.Stamp, caller, cancel));
    }

    private static async Task<IResult> ListParentsAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? (await roles.FindAsync(id, caller, cancel) is null ? ApiAnswers.NotFound(http)
            : ApiLists.Answer(http, query, await roles.PossibleParentsAsync(id, caller, cancel), NameView.Of));

    private static async Task<IResult> ListMembersAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, RoleDirectory roles, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        if (await roles.FindAsync(id, caller, cancel) is null)
            return ApiAnswers.NotFound(http);
        var found = await roles.MembersAsync(id, query.Search, query.Start, caller, cancel, query.Size);
        return ApiLists.Answer(http, query, found.Page, found.Count, RoleMemberView.Of);
    }

    private static async Task<IResult> ListInOrganizationAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? (await roles.InOrganizationAsync(id, caller, cancel) is { Count: > 0 } found ? ApiLists.Answer(http, query, found, LocalRoleView.Of) : ApiAnswers.NotFound(http));

    private static async Task<IResult> RequireSecondFactorAsync(HttpContext http, Guid id, Body<RoleSecondFactorBody> body, FactorEnforcement factors, Caller caller, CancellationToken cancel)
    {
        var done = await factors.RequireOfRoleAsync(id, body.Value.Required!.Value, body.Value.Reason, caller, cancel);
        return done.Succeeded ? ApiAnswers.Json(new SecondFactorTallyView(done.Value.Done, done.Value.Skipped)) : ApiAnswers.Refuse(http, done.Problem);
    }
}
