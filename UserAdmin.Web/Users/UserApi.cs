using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Users;

/// <summary>Users over HTTP.</summary>
internal static class UserApi
{
    private static readonly Dictionary<string, UserSort> Orderings = new()
    {
        ["name"] = UserSort.Name,
        ["username"] = UserSort.UserName,
        ["email"] = UserSort.Email,
        ["created_at"] = UserSort.Created,
        ["last_sign_in_at"] = UserSort.LastSignIn,
    };

    public static void MapUserApi(this RouteGroupBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users");
        users.MapGet("", ListAsync).Needs(Permission.UsersView).Answers<Paged<UserView>>()
            .Describe("list_users", "List users", "Everybody the caller may see, by name unless `ordering` says otherwise. Deleted users are left out unless `status` asks for them. `custom.KEY=value` finds those who have the value in the custom field with that key, `custom.KEY=` those who have any.");
        users.MapGet("/active_count", CountActiveAsync).Needs(Permission.UsersView).Answers<ActiveCountView>()
            .Describe("count_active_users", "Count active users", "How many users can sign in. Large counts may be up to a minute old; the header Count-Precision says so.");
        users.MapGet("/{id:guid}", FindAsync).Answers<UserView>()
            .Describe("get_user", "Read a user", "One user with their custom fields, and the version for If-Match in ETag.");
        users.MapDelete("/{id:guid}", DeleteAsync).Needs(Permission.UsersDelete).AnswersNothing()
            .Describe("delete_user", "Delete a user", "The account can be restored for as long as the settings say.");
        users.MapPost("/{id:guid}/{act}", ActAsync).Answers<UserView>()
            .Describe("act_on_user", "Activate, deactivate, lock, unlock, restore or purge a user", "Ends the user's sessions where that follows. Each act has its permission.");
        users.MapPost("/bulk", ActOnManyAsync).Answers<BulkView>()
            .Describe("act_on_users", "Do the same to many users", "At most 200 at once. Each is done or refused by itself; the answer says which.");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [AsParameters] UserQuery which, UserDirectory users, CustomValues custom, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http, [.. Orderings.Keys]) is { } refused)
            return refused;
        if (which.StatusesIn() is not { } statuses)
            return ApiAnswers.Invalid(http, "status", $"Choose of: {string.Join(", ", Enum.GetValues<UserStatus>().Select(status => ApiJson.NameOf($"{status}")))}.");
        var wanted = UserQuery.CustomIn(http);
        var known = wanted.Count == 0 ? [] : (await custom.FieldsAsync(caller, cancel)).Select(one => one.Key).ToHashSet();
        if (wanted.FirstOrDefault(one => !known.Contains(one.Key)) is { Key: { } unknown })
            return ApiAnswers.Invalid(http, $"custom.{Text.Shorten(unknown, 80)}", Words.T(ApiBody.Unknown));
        var (field, descending) = query.Order;
        var filter = new UserFilter
        {
            Search = query.Search,
            Statuses = statuses,
            RoleId = which.Role,
            OrganizationId = which.Organization,
            HasTwoFactor = which.HasTwoFactor,
            CreatedFrom = which.CreatedFrom,
            CreatedTo = which.CreatedTo,
            HasSignedIn = which.HasSignedIn,
            LastSignInFrom = which.LastSignInFrom,
            LastSignInTo = which.LastSignInTo,
            Custom = wanted,
            Sort = field is null ? UserSort.Name : Orderings[field],
            Descending = descending,
            PageSize = query.Size,
        };
        var found = await users.ListAsync(filter, query.Start, caller, cancel);
        return ApiLists.Answer(http, query, found.Page, found.Count, UserView.Of);
    }

    private static async Task<IResult> CountActiveAsync(HttpContext http, UserDirectory users, Caller caller, CancellationToken cancel)
    {
        var count = (await users.ListAsync(new() { Statuses = [UserStatus.Active], PageSize = 1 }, PageStart.First, caller, cancel)).Count;
        if (count.IsKept || count.IsAtLeast)
            http.Response.Headers["Count-Precision"] = count.IsAtLeast ? "at-least" : "up-to-a-minute-old";
        return ApiAnswers.Json(new ActiveCountView(count.Value));
    }

    internal static async Task<IResult> FindAsync(HttpContext http, Guid id, UserDirectory users, CustomValues custom, Caller caller, CancellationToken cancel) =>
        await users.FindAsync(id, caller, cancel) is { } user ? ApiAnswers.Record(http, UserView.Of(user, await custom.ListAsync(id, caller, cancel))) : ApiAnswers.NotFound(http);

    private static async Task<IResult> DeleteAsync(HttpContext http, Guid id, [FromQuery, Description("Why; it stands in the audit log.")] string? reason, UserLifecycle lifecycle, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await lifecycle.DeleteAsync(id, reason ?? "Through the API", caller, cancel));

    private static async Task<IResult> ActAsync(HttpContext http, Guid id, string act, Body<ActBody> body, UserLifecycle lifecycle, UserDirectory users, CustomValues custom, Caller caller, CancellationToken cancel)
    {
        // The framework would take the words of the enumeration in their capitals only.
        if (!char.IsAsciiLetter(act[0]) || !Enum.TryParse<UserAct>(act, ignoreCase: true, out var wanted))
            return ApiAnswers.NotFound(http);
        var done = await DoAsync(wanted, id, body.Value.Reason, body.Value.Until, lifecycle, caller, cancel);
        return !done.Succeeded ? ApiAnswers.Refuse(http, done.Problem)
            : wanted is UserAct.Purge ? Results.NoContent()
            : await FindAsync(http, id, users, custom, caller, cancel);
    }

    private static async Task<IResult> ActOnManyAsync(Body<BulkBody> body, UserLifecycle lifecycle, Caller caller, CancellationToken cancel)
    {
        List<BulkItemView> items = [];
        foreach (var id in body.Value.Ids.Distinct())
        {
            var done = await DoAsync(body.Value.Action, id, body.Value.Reason, body.Value.Until, lifecycle, caller, cancel);
            items.Add(new(id, done.Succeeded, done.Problem?.Code, done.Problem is null ? null : Words.T(done.Problem.Message)));
        }
        return ApiAnswers.Json(new BulkView(items.Count(item => item.Succeeded), items.Count(item => !item.Succeeded), items));
    }

    private static Task<Result> DoAsync(UserAct act, Guid id, string reason, DateTimeOffset? until, UserLifecycle lifecycle, Actor actor, CancellationToken cancel) => act switch
    {
        UserAct.Activate => lifecycle.ActivateAsync(id, reason, actor, cancel),
        UserAct.Deactivate => lifecycle.DeactivateAsync(id, reason, actor, cancel),
        UserAct.Lock => lifecycle.LockAsync(id, until, reason, actor, cancel),
        UserAct.Unlock => lifecycle.UnlockAsync(id, reason, actor, cancel),
        UserAct.Restore => lifecycle.RestoreAsync(id, reason, actor, cancel),
        UserAct.Delete => lifecycle.DeleteAsync(id, reason, actor, cancel),
        _ => lifecycle.PurgeAsync(id, reason, actor, cancel),
    };
}
