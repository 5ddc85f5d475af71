using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.Api;
using UserAdmin.Web.Hosting;

namespace UserAdmin.Web.Tenants;

/// <summary>Tenants over HTTP, in the default tenant alone.</summary>
internal static class TenantApi
{
    private delegate Task<Result> Act(TenantLifecycle tenants, Guid id, string reason, Actor actor, CancellationToken cancel);

    public static void MapTenantApi(this RouteGroupBuilder api)
    {
        var tenants = api.MapGroup("/tenants").WithTags("Tenants").WithMetadata(new OnlyInDefaultTenantAttribute());
        tenants.MapGet("", ListAsync).Needs(Permission.TenantsManage).Answers<Paged<TenantItemView>>()
            .Describe("list_tenants", "List tenants", "By name. `search` looks in names, titles and domains.");
        tenants.MapPost("", CreateAsync).Needs(Permission.TenantsManage).Idempotent().Answers<TenantView>(StatusCodes.Status201Created)
            .Describe("create_tenant", "Create a tenant", "With its database and its first owner, who gets a link by mail; while no mail leaves the portal, `owner_link` has it this once.");
        tenants.MapGet("/{id:guid}", FindAsync).Needs(Permission.TenantsManage).Answers<TenantView>()
            .Describe("get_tenant", "Read a tenant", "One tenant with its domains, and the version for If-Match in ETag.");
        tenants.MapPatch("/{id:guid}", RenameAsync).Needs(Permission.TenantsManage).Answers<TenantView>()
            .Describe("update_tenant", "Change a tenant's title", "The name stays for good.");
        tenants.MapDelete("/{id:guid}", DeleteAsync).Needs(Permission.TenantsManage).AnswersNothing()
            .Describe("delete_tenant", "Delete a tenant", "Nobody gets in any more; its database is removed after the days of grace.");
        MapAct(tenants, "suspend", "Suspend a tenant", "Nobody gets in any more, and whoever is in leaves at once.", (service, id, reason, actor, cancel) => service.SuspendAsync(id, reason, actor, cancel));
        MapAct(tenants, "resume", "Resume a suspended tenant", "People can sign in again.", (service, id, reason, actor, cancel) => service.ResumeAsync(id, reason, actor, cancel));
        MapAct(tenants, "restore", "Restore a deleted tenant", "While its database is there.", (service, id, reason, actor, cancel) => service.RestoreAsync(id, reason, actor, cancel));

        tenants.MapPost("/{id:guid}/domains", (HttpContext http, Guid id, Body<DomainForm> body, TenantDomains domains, TenantList list, Caller caller, CancellationToken cancel) =>
            ShowAsync(http, id, domains.AddAsync(id, body.Value, caller, cancel), list, caller, cancel)).Needs(Permission.TenantsManage).Answers<TenantView>()
            .Describe("add_tenant_domain", "Add a domain to a tenant", "A host name by which it is found.");
        tenants.MapPut("/{id:guid}/primary-domain", (HttpContext http, Guid id, Body<DomainForm> body, TenantDomains domains, TenantList list, Caller caller, CancellationToken cancel) =>
            ShowAsync(http, id, domains.MakePrimaryAsync(id, body.Value.Host, caller, cancel), list, caller, cancel)).Needs(Permission.TenantsManage).Answers<TenantView>()
            .Describe("set_tenant_primary_domain", "Choose a tenant's primary domain", "The one that links in mails name; one of those that it has.");
        tenants.MapDelete("/{id:guid}/domains/{host}", async (HttpContext http, Guid id, string host, TenantDomains domains, Caller caller, CancellationToken cancel) =>
            ApiAnswers.Done(http, await domains.RemoveAsync(id, host, caller, cancel))).Needs(Permission.TenantsManage).AnswersNothing()
            .Describe("remove_tenant_domain", "Remove a domain from a tenant", "Not the primary one.");
    }

    private static void MapAct(RouteGroupBuilder tenants, string name, string summary, string description, Act act) =>
        tenants.MapPost($"/{{id:guid}}/{name}", (HttpContext http, Guid id, Body<ReasonBody> body, TenantLifecycle service, TenantList list, Caller caller, CancellationToken cancel) =>
            ShowAsync(http, id, act(service, id, body.Value.Reason, caller, cancel), list, caller, cancel)).Needs(Permission.TenantsManage).Answers<TenantView>().Describe($"{name}_tenant", summary, description);

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("active, suspended or deleted; all when it is left out.")] string? status, TenantList tenants, Caller caller, CancellationToken cancel)
    {
        if ((ApiChoice.Refuse(http, "status", status, TenantStatus.Active, out var wanted) ?? query.Refuse(http)) is { } refused)
            return refused;
        var found = await tenants.ListAsync(string.IsNullOrEmpty(status) ? null : wanted, query.Search, query.Start, caller, cancel, query.Size);
        return ApiLists.Answer(http, query, found.Page, new(found.Count), TenantItemView.Of);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, TenantList tenants, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await tenants.FindAsync(id, caller, cancel), TenantView.Of);

    private static async Task<IResult> CreateAsync(HttpContext http, Body<TenantForm> body, TenantService service, TenantList tenants, Caller caller, CancellationToken cancel)
    {
        var made = await service.CreateAsync(body.Value, caller, cancel);
        if (!made.Succeeded)
            return ApiAnswers.Refuse(http, made.Problem);
        if (await tenants.FindAsync(made.Value.Id, caller, cancel) is not { } tenant)
            return ApiAnswers.NotFound(http);
        var view = TenantView.Of(tenant);
        var created = ApiAnswers.Created(http, $"/api/v1/tenants/{made.Value.Id}", view);
        // The version stays that of the record: the link is told this once.
        return made.Value.Link.Length == 0 ? created : ApiAnswers.Json(view with { OwnerLink = made.Value.Link }, StatusCodes.Status201Created);
    }

    private static async Task<IResult> RenameAsync(HttpContext http, Guid id, Patch<TenantTitleBody> patch, TenantLifecycle service, TenantList tenants, Caller caller, CancellationToken cancel)
    {
        if (await tenants.FindAsync(id, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (ApiAnswers.RefuseStale(http, TenantView.Of(current)) is { } stale)
            return stale;
        var (mine, wrong) = patch.ApplyTo(new() { Title = current.Tenant.Title });
        return mine is null ? wrong!(http) : await ShowAsync(http, id, service.RenameAsync(id, mine.Title, caller, cancel), tenants, caller, cancel);
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext http, Guid id, [FromQuery, Description("The tenant's name once more, so that nobody deletes the wrong one.")] string? name, [FromQuery, Description("Why; it stands in the audit log.")] string? reason,
        TenantLifecycle tenants, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await tenants.DeleteAsync(id, name ?? "", reason ?? ApiChoice.DefaultReason, caller, cancel));

    private static async Task<IResult> ShowAsync(HttpContext http, Guid id, Task<Result> change, TenantList tenants, Caller caller, CancellationToken cancel) =>
        await change is { Succeeded: false } refused ? ApiAnswers.Refuse(http, refused.Problem) : await FindAsync(http, id, tenants, caller, cancel);
}
