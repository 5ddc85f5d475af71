using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.ServiceAccounts;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tokens;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;
using UserAdmin.Web.Tokens;

namespace UserAdmin.Web.ServiceAccounts;

/// <summary>Accounts of programs over HTTP. Roles, activation and the like are those of users.</summary>
internal static class ServiceAccountApi
{
    public static void MapServiceAccountApi(this RouteGroupBuilder api)
    {
        var accounts = api.MapGroup("/service-accounts").WithTags("Service accounts");
        accounts.MapGet("", ListAsync).Needs(Permission.ServiceAccountsManage).Answers<Paged<ServiceAccountView>>()
            .Describe("list_service_accounts", "List service accounts", "Accounts of programs by name.");
        accounts.MapPost("", CreateAsync).Needs(Permission.ServiceAccountsManage).Idempotent().Answers<ServiceAccountView>(StatusCodes.Status201Created)
            .Describe("create_service_account", "Create a service account", "It may do nothing until it has a role, and comes in by tokens alone.");
        accounts.MapGet("/{id:guid}", FindAsync).Needs(Permission.ServiceAccountsManage).Answers<ServiceAccountView>()
            .Describe("get_service_account", "Read a service account", "One account, with the version for If-Match in ETag.");
        accounts.MapPut("/{id:guid}", ReplaceAsync).Needs(Permission.ServiceAccountsManage).Answers<ServiceAccountView>()
            .Describe("replace_service_account", "Rename a service account", "Replaces name and username.");
        accounts.MapPatch("/{id:guid}", ChangeAsync).Needs(Permission.ServiceAccountsManage).Answers<ServiceAccountView>()
            .Describe("update_service_account", "Change a service account", "Changes name or username.");
        accounts.MapDelete("/{id:guid}", DeleteAsync).Needs(Permission.ServiceAccountsManage).AnswersNothing()
            .Describe("delete_service_account", "Delete a service account", "Its tokens are refused at once. Needs the permission to delete users as well.");
        accounts.MapGet("/{id:guid}/tokens", ListTokensAsync).Needs(Permission.ServiceAccountsManage).Answers<Paged<TokenRow>>()
            .Describe("list_service_account_tokens", "List the tokens of a service account", "The newest first, without their secrets.");
        accounts.MapPost("/{id:guid}/tokens", TokenApi.MakeAsync).Needs(Permission.ServiceAccountsManage).Idempotent().Answers<NewToken>(StatusCodes.Status201Created)
            .Describe("create_service_account_token", "Make a token for a service account", "`token` is in this answer and nowhere else. Needs a recent sign-in.");
        accounts.MapDelete("/{id:guid}/tokens/{tokenId:guid}", EndTokenAsync).Needs(Permission.ServiceAccountsManage).AnswersNothing()
            .Describe("end_service_account_token", "End a token of a service account", "It is refused at once.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, ServiceAccountService accounts, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        var listing = await accounts.ListAsync(query.Search, query.Start, query.Size, caller, cancel);
        return ApiLists.Answer(http, query, listing.Page, listing.Count, ServiceAccountView.Of);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, ServiceAccountService accounts, Caller caller, CancellationToken cancel) =>
        await accounts.FindAsync(id, caller, cancel) is { } account ? ApiAnswers.Record(http, ServiceAccountView.Of(account)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> CreateAsync(HttpContext http, Body<ServiceAccountForm> body, ServiceAccountService accounts, Caller caller, CancellationToken cancel)
    {
        var made = await accounts.CreateAsync(body.Value, caller, cancel);
        return !made.Succeeded ? ApiAnswers.Refuse(http, made.Problem)
            : await accounts.FindAsync(made.Value, caller, cancel) is { } account ? ApiAnswers.Created(http, $"/api/v1/service-accounts/{account.Id}", ServiceAccountView.Of(account)) : ApiAnswers.NotFound(http);
    }

    private static Task<IResult> ReplaceAsync(HttpContext http, Guid id, Put<ServiceAccountForm, ServiceAccountView> put, ServiceAccountService accounts, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, put, accounts, caller, cancel);

    private static Task<IResult> ChangeAsync(HttpContext http, Guid id, Patch<ServiceAccountForm, ServiceAccountView> patch, ServiceAccountService accounts, Caller caller, CancellationToken cancel) =>
        EditAsync(http, id, patch, accounts, caller, cancel);

    private static async Task<IResult> EditAsync(
        HttpContext http, Guid id, Edit<ServiceAccountForm, ServiceAccountView> edit, ServiceAccountService accounts, Caller caller, CancellationToken cancel)
    {
        if (await accounts.FindAsync(id, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (edit.Refuse(http, ServiceAccountView.Of(current)) is { } refused)
            return refused;
        var (mine, wrong) = edit.ApplyTo(new ServiceAccountForm { Name = current.Name, UserName = current.UserName });
        if (mine is null)
            return wrong!(http);
        var edited = await accounts.EditAsync(id, mine, current.UpdatedAt, caller, cancel);
        return edited.Succeeded ? await FindAsync(http, id, accounts, caller, cancel) : ApiAnswers.Refuse(http, edited.Problem);
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext http, Guid id, [FromQuery, Description("Why; it stands in the audit log.")] string? reason, ServiceAccountService accounts, UserLifecycle lifecycle, Caller caller, CancellationToken cancel) =>
        await accounts.FindAsync(id, caller, cancel) is null ? ApiAnswers.NotFound(http) : ApiAnswers.Done(http, await lifecycle.DeleteAsync(id, reason ?? "Through the API", caller, cancel));

    private static async Task<IResult> ListTokensAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, ServiceAccountService accounts, KeptTokens service, Caller caller, CancellationToken cancel) =>
        await accounts.FindAsync(id, caller, cancel) is null ? ApiAnswers.NotFound(http) : await TokenApi.ListAsync(http, query, id, service, caller, cancel);

    private static async Task<IResult> EndTokenAsync(HttpContext http, Guid id, Guid tokenId, KeptTokens service, SessionService sessions, Caller caller, CancellationToken cancel) =>
        (await service.ListAsync(id, caller, cancel)).Any(token => token.Id == tokenId) ? ApiAnswers.Done(http, await sessions.EndAsync(tokenId, caller, cancel)) : ApiAnswers.NotFound(http);
}

/// <summary>The account of a program.</summary>
internal sealed record ServiceAccountView(
    [property: Fixed] Guid Id, string Name, string UserName, [property: Fixed] UserStatus Status, int OpenTokens, DateTimeOffset? LastUsedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static ServiceAccountView Of(ServiceAccountRow row) => new(row.Id, row.Name, row.UserName, row.Status, row.OpenTokens, row.LastUsedAt, row.CreatedAt, row.UpdatedAt);
}
