using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Organizations;

/// <summary>Organizations over HTTP.</summary>
internal static class OrganizationApi
{
    private delegate Task<Result> Act(OrganizationLifecycle organizations, Guid id, string reason, Actor actor, CancellationToken cancel);

    public static void MapOrganizationApi(this RouteGroupBuilder api)
    {
        var organizations = api.MapGroup("/organizations").WithTags("Organizations");
        organizations.MapGet("", ListAsync).Needs(Permission.OrganizationsView).Answers<Paged<OrganizationItemView>>()
            .Describe("list_organizations", "List organizations", "All that the caller sees, by name. With `parent` one level of the tree. Deleted ones are left out unless `status` asks for them.");
        organizations.MapPost("", CreateAsync).Needs(Permission.OrganizationsCreate).Idempotent().Answers<OrganizationView>(StatusCodes.Status201Created)
            .Describe("create_organization", "Create an organization", "At the top, or below another one with `parent_id`.");
        organizations.MapGet("/{id:guid}", FindAsync).Needs(Permission.OrganizationsView).Answers<OrganizationView>()
            .Describe("get_organization", "Read an organization", "One organization, with the version for If-Match in ETag.");
        organizations.MapPut("/{id:guid}", ReplaceAsync).Needs(Permission.OrganizationsEdit).Answers<OrganizationView>()
            .Describe("replace_organization", "Replace an organization's data", "What is left out is emptied.");
        organizations.MapPatch("/{id:guid}", ChangeAsync).Needs(Permission.OrganizationsEdit).Answers<OrganizationView>()
            .Describe("update_organization", "Change an organization's data", "Changes the fields that are there and leaves the others.");
        organizations.MapDelete("/{id:guid}", DeleteAsync).Needs(Permission.OrganizationsDeactivate).AnswersNothing()
            .Describe("delete_organization", "Delete an organization", "It can be restored. Refused while there are organizations below it.");
        organizations.MapPost("/{id:guid}/move", MoveAsync).Needs(Permission.OrganizationsEdit).Answers<OrganizationView>()
            .Describe("move_organization", "Put an organization below another one", "With everything below it. Nobody gains rights by it.");
        MapAct(organizations, "activate", "Switch an organization on again", "Roles held in it count again.", (service, id, reason, actor, cancel) => service.ActivateAsync(id, reason, actor, cancel));
        MapAct(organizations, "deactivate", "Switch an organization off", "Members stay members; roles held in it, or below it, give nothing.", (service, id, reason, actor, cancel) => service.DeactivateAsync(id, reason, actor, cancel));
        MapAct(organizations, "restore", "Restore a deleted organization", "To where it was, with its members and teams.", (service, id, reason, actor, cancel) => service.RestoreAsync(id, reason, actor, cancel));
    }

    private static void MapAct(RouteGroupBuilder organizations, string name, string summary, string description, Act act) =>
        organizations.MapPost($"/{{id:guid}}/{name}", async (HttpContext http, Guid id, Body<ReasonBody> body, OrganizationLifecycle service, OrganizationDirectory directory, Caller caller, CancellationToken cancel) =>
            await act(service, id, body.Value.Reason, caller, cancel) is { Succeeded: false } refused ? ApiAnswers.Refuse(http, refused.Problem) : await FindAsync(http, id, directory, caller, cancel))
            .Needs(Permission.OrganizationsDeactivate).Answers<OrganizationView>().Describe($"{name}_organization", summary, description);

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("active, deactivated or deleted.")] string? status,
        [FromQuery, Description("An id, for those directly below it, or `none` for the topmost that the caller sees.")] string? parent, OrganizationDirectory organizations, Caller caller, CancellationToken cancel)
    {
        if ((ApiChoice.Refuse(http, "status", status, (OrganizationStatus)(-1), out var wanted) ?? query.Refuse(http)) is { } refused)
            return refused;
        Guid below = default;
        if (parent is not (null or "none") && !Guid.TryParse(parent, out below))
            return ApiAnswers.Invalid(http, "parent", "Name an id, or none.");
        var filter = new OrganizationFilter(query.Search, string.IsNullOrEmpty(status) ? null : wanted, parent is null or "none" ? null : below, parent is "none");
        var found = await organizations.ListAsync(filter, query.Start, query.Size, caller, cancel);
        return ApiLists.Answer(http, query, found.Page, new(found.Count), OrganizationItemView.Of);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, OrganizationDirectory organizations, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await organizations.FindAsync(id, caller, cancel), OrganizationView.Of);

    private static async Task<IResult> CreateAsync(HttpContext http, Body<NewOrganizationBody> body, OrganizationService service, OrganizationDirectory organizations, Caller caller, CancellationToken cancel)
    {
        var made = await service.CreateAsync(body.Value, body.Value.ParentId, caller, cancel);
        return !made.Succeeded ? ApiAnswers.Refuse(http, made.Problem)
            // Whoever may do something above may do it here only with what they may do by now: the tree has changed.
            : await organizations.FindAsync(made.Value, await Caller.BindAsync(http), cancel) is { } found ? ApiAnswers.Created(http, $"/api/v1/organizations/{made.Value}", OrganizationView.Of(found))
            : ApiAnswers.Created(http, $"/api/v1/organizations/{made.Value}");
    }

    private static Task<IResult> ReplaceAsync(HttpContext http, Guid id, Put<OrganizationForm, OrganizationView> put, OrganizationService service, OrganizationDirectory organizations, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, put, service, organizations, caller, cancel);

    private static Task<IResult> ChangeAsync(HttpContext http, Guid id, Patch<OrganizationForm, OrganizationView> patch, OrganizationService service, OrganizationDirectory organizations, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, patch, service, organizations, caller, cancel);

    private static async Task<IResult> EditAsync(
        HttpContext http, Guid id, Edit<OrganizationForm, OrganizationView> edit, OrganizationService service, OrganizationDirectory organizations, Caller caller, CancellationToken cancel)
    {
        if (await organizations.FindAsync(id, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (edit.Refuse(http, OrganizationView.Of(current)) is { } refused)
            return refused;
        var (mine, wrong) = edit.ApplyTo(current.Form);
        if (mine is null)
            return wrong!(http);
        var edited = await service.EditAsync(id, mine, current.Form, caller, cancel);
        return !edited.Succeeded ? ApiAnswers.Refuse(http, edited.Problem)
            : edited.Value.Conflicts.Count > 0 ? ApiAnswers.Refuse(http, new(ProblemKind.Conflict, "organization.conflict", "Somebody else changed the same fields at this moment. Read the organization again."))
            : await FindAsync(http, id, organizations, caller, cancel);
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext http, Guid id, [FromQuery, Description("Why; it stands in the audit log.")] string? reason, OrganizationLifecycle organizations, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await organizations.DeleteAsync(id, reason ?? ApiChoice.DefaultReason, caller, cancel));

    private static async Task<IResult> MoveAsync(HttpContext http, Guid id, Body<OrganizationMoveBody> body, OrganizationService service, OrganizationDirectory organizations, Caller caller, CancellationToken cancel)
    {
        var moved = await service.MoveAsync(id, body.Value.ParentId, body.Value.Reason, caller, cancel);
        // Where it is now, the caller may not see it any more.
        return !moved.Succeeded ? ApiAnswers.Refuse(http, moved.Problem)
            : await organizations.FindAsync(id, await Caller.BindAsync(http), cancel) is { } found ? ApiAnswers.Record(http, OrganizationView.Of(found)) : Results.NoContent();
    }
}
