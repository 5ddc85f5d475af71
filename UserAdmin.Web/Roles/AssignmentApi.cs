using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Roles;

/// <summary>Which roles people have, and what they may do by them, over HTTP.</summary>
internal static class AssignmentApi
{
    public static void MapAssignmentApi(this RouteGroupBuilder api)
    {
        var ofUser = api.MapGroup("/users/{id:guid}").WithTags("Roles");
        ofUser.MapGet("/roles", ListAsync).Answers<Paged<AssignmentView>>()
            .Describe("list_user_roles", "List a user's roles", "Each assignment that counts now or will. About others it answers whoever may see roles.");
        ofUser.MapPost("/roles", AssignAsync).Needs(Permission.RolesAssign).Idempotent().Answers<AssignmentView>(StatusCodes.Status201Created)
            .Describe("assign_role", "Give a user a role", "Everywhere or in an organization, from now or later, for good or until a time. Never more than the caller holds.");
        ofUser.MapDelete("/roles/{roleId:guid}", RemoveAsync).Needs(Permission.RolesAssign).AnswersNothing()
            .Describe("remove_role", "Take a role from a user", "By the id of the role, or of the assignment. Whoever has the role in several places loses it in the organization that is named.");
        ofUser.MapGet("/access", FindAccessAsync).Answers<AccessView>()
            .Describe("get_user_access", "Read what a user may do, and why", "Each permission with every reason for and against it. About others it answers whoever may see roles.");
        ofUser.MapGet("/access/comparison/{otherId:guid}", CompareAsync).Answers<AccessComparisonView>()
            .Describe("compare_access", "Compare what two users may do", "What only the one, only the other and what both may do, and where. Answers whoever may see the roles of both.");
        api.MapGet("/me/access", (HttpContext http, AccessReport report, Caller caller, CancellationToken cancel) => FindAccessAsync(http, caller.UserId, null, report, caller, cancel)).WithTags("Me").Answers<AccessView>()
            .Describe("get_my_access", "Read what the caller may do, and why", "Each permission with every reason for and against it.");

        var assignments = api.MapGroup("/role-assignments").WithTags("Roles");
        assignments.MapPatch("/{id:guid}", ChangeEndAsync).Needs(Permission.RolesAssign).AnswersNothing()
            .Describe("update_role_assignment", "Change until when an assignment counts", "Send `ends_at`, or null for good.");
        assignments.MapDelete("/{id:guid}", EndAsync).Needs(Permission.RolesAssign).AnswersNothing()
            .Describe("end_role_assignment", "End an assignment now", "Never the last owner's.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, AccessReport report, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? (await report.FindAsync(id, caller, cancel) is { } access ? ApiLists.Answer(http, query, access.Assignments, AssignmentView.Of) : ApiAnswers.NotFound(http));

    private static async Task<IResult> AssignAsync(HttpContext http, Guid id, Body<AssignmentBody> body, RoleAssignmentService service, AccessReport report, Caller caller, CancellationToken cancel)
    {
        var made = await service.AssignAsync(body.Value.For(id), caller, cancel);
        if (!made.Succeeded)
            return ApiAnswers.Refuse(http, made.Problem);
        // Who gives roles without seeing them gets the bare fact.
        return (await report.FindAsync(id, caller, cancel))?.Assignments.FirstOrDefault(row => row.Id == made.Value) is { } row
            ? ApiAnswers.Created(http, $"/api/v1/users/{id}/roles", AssignmentView.Of(row)) : Results.StatusCode(StatusCodes.Status201Created);
    }

    private static async Task<IResult> RemoveAsync(
        HttpContext http, Guid id, Guid roleId, [FromQuery, Description("The organization in which it is taken away.")] Guid? organization, [FromQuery, Description("Why; it stands in the audit log.")] string? reason,
        RoleAssignmentService service, AccessReport report, Caller caller, CancellationToken cancel)
    {
        var held = (await report.FindAsync(id, caller, cancel))?.Assignments.Where(row => row.Id == roleId || (row.RoleId == roleId && (organization is null || row.OrganizationId == organization))).ToList() ?? [];
        return held switch
        {
            [] => ApiAnswers.NotFound(http),
            [var one] => ApiAnswers.Done(http, await service.EndAsync(one.Id, reason ?? ApiChoice.DefaultReason, caller, cancel)),
            _ => ApiAnswers.Refuse(http, new(ProblemKind.Conflict, "role.held_in_several_places",
                "This person has the role in several places. Say in which organization, or end the assignment by its own id.", "Organization")),
        };
    }

    private static async Task<IResult> FindAccessAsync(
        HttpContext http, Guid id, [FromQuery, Description("The code of the only permission to explain.")] string? permission, AccessReport report, Caller caller, CancellationToken cancel)
    {
        if (permission is not null && PermissionInfo.Find(permission) is null)
            return ApiAnswers.Invalid(http, "permission", "There is no such permission.");
        return await report.FindAsync(id, caller, cancel) is not { } access ? ApiAnswers.NotFound(http)
            : ApiAnswers.Record(http, AccessView.Of(id, access with { Permissions = [.. access.Permissions.Where(answer => permission is null || answer.Permission.Code == permission)] }));
    }

    private static async Task<IResult> CompareAsync(HttpContext http, Guid id, Guid otherId, AccessReport report, Caller caller, CancellationToken cancel) =>
        await report.FindAsync(id, caller, cancel) is { } mine && await report.FindAsync(otherId, caller, cancel) is { } theirs
            ? ApiAnswers.Json(AccessComparisonView.Of(id, otherId, mine.Beside(theirs))) : ApiAnswers.NotFound(http);

    private static async Task<IResult> ChangeEndAsync(HttpContext http, Guid id, Patch<AssignmentEndBody> patch, RoleAssignmentService service, Caller caller, CancellationToken cancel)
    {
        if (!patch.Has("ends_at"))
            return ApiAnswers.Invalid(http, "ends_at", "Say until when, or null for good.");
        var (body, wrong) = patch.ApplyTo(new());
        return body is null ? wrong!(http) : ApiAnswers.Done(http, await service.ChangeEndAsync(id, body.EndsAt, body.Reason, caller, cancel));
    }

    private static async Task<IResult> EndAsync(HttpContext http, Guid id, [FromQuery, Description("Why; it stands in the audit log.")] string? reason, RoleAssignmentService service, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await service.EndAsync(id, reason ?? ApiChoice.DefaultReason, caller, cancel));
}
