using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Roles;

/// <summary>Permissions, and what roles say of them, over HTTP.</summary>
internal static class PermissionApi
{
    public static void MapPermissionApi(this RouteGroupBuilder api)
    {
        var permissions = api.MapGroup("/permissions").WithTags("Permissions");
        permissions.MapGet("", List).Needs(Permission.RolesView).Answers<Paged<PermissionView>>()
            .Describe("list_permissions", "List permissions", "Everything that somebody may be allowed to do, by code. `scope` says whether it can be held in an organization, or everywhere only.");
        permissions.MapGet("/{code}/holders", ListHoldersAsync).Needs(Permission.RolesView).Answers<Paged<HolderView>>()
            .Describe("list_permission_holders", "List who may do something", "The active people who may, somewhere or in the organization that is named, each with the reasons.");

        var role = api.MapGroup("/roles/{id:guid}/permissions").WithTags("Roles");
        role.MapGet("", FindAsync).Needs(Permission.RolesView).Answers<RolePermissionsView>()
            .Describe("get_role_permissions", "Read what a role allows", "All permissions, with what the role says itself, what it inherits and from which role, and what comes of both.");
        role.MapPut("", ReplaceAsync).Needs(Permission.RolesEdit).Answers<RolePermissionsView>()
            .Describe("replace_role_permissions", "Replace what a role says", "All at once: what isn't named is inherited from then on.");
        role.MapPost("", SayAsync).Needs(Permission.RolesEdit).Answers<RolePermissionsView>()
            .Describe("set_role_permissions", "Grant or deny permissions by a role", "Only those that are named change.");
        role.MapDelete("/{code}", ForgetAsync).Needs(Permission.RolesEdit).AnswersNothing()
            .Describe("clear_role_permission", "Take back what a role says of a permission", "The role inherits it from then on.");
    }

    private static IResult List(HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("The part of the code before the point, such as users.")] string? module, CurrentTenant tenant) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, PermissionInfo.In(tenant.Tenant).Where(info => info.Matches(query.Search) && (module is null || info.Module == module)).ToList(), PermissionView.Of);

    private static async Task<IResult> ListHoldersAsync(
        HttpContext http, string code, [AsParameters] ListQuery query, [FromQuery, Description("Only who may do it there.")] Guid? organization, PermissionHolders holders, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        if (PermissionInfo.Find(code) is not { } info)
            return ApiAnswers.NotFound(http);
        var found = await holders.ListAsync(info.Permission, organization, query.Start, query.Size, caller, cancel);
        return ApiLists.Answer(http, query, found.Page, found.Count, HolderView.Of);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, RolePermissions permissions, Caller caller, CancellationToken cancel) =>
        await ViewAsync(id, permissions, caller, cancel) is { } view ? ApiAnswers.Record(http, view) : ApiAnswers.NotFound(http);

    private static Task<IResult> ReplaceAsync(HttpContext http, Guid id, Body<RolePermissionsBody> body, RolePermissions permissions, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        SaveAsync(http, id, view => view.Permissions.ToDictionary(row => row.Code, _ => Statement.Inherit).Concat(body.Value.Permissions), permissions, roles, caller, cancel);

    private static Task<IResult> SayAsync(HttpContext http, Guid id, Body<RolePermissionBody> body, RolePermissions permissions, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        SaveAsync(http, id, _ => body.Value.Permissions.Select(code => KeyValuePair.Create(code, body.Value.Statement)), permissions, roles, caller, cancel);

    private static async Task<IResult> ForgetAsync(HttpContext http, Guid id, string code, RolePermissions permissions, RoleDirectory roles, Caller caller, CancellationToken cancel) =>
        PermissionInfo.Find(code) is not { } info || await roles.FindAsync(id, caller, cancel) is not { } role ? ApiAnswers.NotFound(http)
        : ApiAnswers.Done(http, await permissions.SaveAsync(id, new Dictionary<Permission, Statement> { [info.Permission] = Statement.Inherit }, role.Stamp, caller, cancel));

    private static async Task<IResult> SaveAsync(
        HttpContext http, Guid id, Func<RolePermissionsView, IEnumerable<KeyValuePair<string, Statement>>> wanted, RolePermissions permissions, RoleDirectory roles, Caller caller, CancellationToken cancel)
    {
        // The stamp first: what is changed between the two reads is refused, not overwritten.
        if (await roles.FindAsync(id, caller, cancel) is not { } role || await ViewAsync(id, permissions, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (ApiAnswers.RefuseStale(http, current) is { } stale)
            return stale;
        var (known, said) = (current.Permissions.Select(row => row.Code).ToHashSet(), new Dictionary<Permission, Statement>());
        foreach (var (code, statement) in wanted(current))
            if (known.Contains(code))
                said[PermissionInfo.Find(code)!.Permission] = statement;
            else
                return ApiAnswers.Invalid(http, "permissions", $"There is no permission {Text.Shorten(code, 80)}.");
        var saved = await permissions.SaveAsync(id, said, role.Stamp, caller, cancel);
        return saved.Succeeded ? await FindAsync(http, id, permissions, caller, cancel) : ApiAnswers.Refuse(http, saved.Problem);
    }

    private static async Task<RolePermissionsView?> ViewAsync(Guid id, RolePermissions permissions, Actor actor, CancellationToken cancel) =>
        await permissions.FindAsync(id, actor, cancel) is { Count: > 0 } rows ? new(id, [.. rows.Select(RolePermissionView.Of)]) : null;
}
