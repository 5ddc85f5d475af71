using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tokens;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Tokens;

/// <summary>One's own access tokens over HTTP.</summary>
internal static class TokenApi
{
    public static void MapTokenApi(this RouteGroupBuilder api)
    {
        var tokens = api.MapGroup("/me/tokens").WithTags("Access tokens");
        tokens.MapGet("", (HttpContext http, [AsParameters] ListQuery query, KeptTokens service, Caller caller, CancellationToken cancel) => ListAsync(http, query, caller.UserId, service, caller, cancel))
            .Answers<Paged<TokenRow>>().Describe("list_own_tokens", "List own access tokens", "The caller's tokens that were made to be kept, the newest first, without their secrets.");
        tokens.MapPost("", (HttpContext http, Body<TokenForm> body, KeptTokens service, Caller caller, CancellationToken cancel) => MakeAsync(http, caller.UserId, body, service, caller, cancel))
            .Idempotent().Answers<NewToken>(StatusCodes.Status201Created)
            .Describe("create_own_token", "Make an access token", "A token for a program of the caller's, with chosen permissions. `token` is in this answer and nowhere else. Needs a recent sign-in; a token can't make tokens.");
        tokens.MapDelete("/{id:guid}", EndAsync).AnswersNothing().Describe("end_own_token", "End an access token", "It is refused at once.");
    }

    public static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, Guid id, KeptTokens service, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await service.ListAsync(id, caller, cancel), row => row);

    public static async Task<IResult> MakeAsync(HttpContext http, Guid id, Body<TokenForm> body, KeptTokens service, Caller caller, CancellationToken cancel)
    {
        var made = await service.MakeAsync(id, body.Value, caller, cancel);
        return made.Succeeded ? ApiAnswers.Json(made.Value, StatusCodes.Status201Created) : ApiAnswers.Refuse(http, made.Problem);
    }

    public static async Task<IResult> EndAsync(HttpContext http, Guid id, KeptTokens service, SessionService sessions, Caller caller, CancellationToken cancel) =>
        (await service.ListAsync(caller.UserId, caller, cancel)).Any(token => token.Id == id) ? ApiAnswers.Done(http, await sessions.EndAsync(id, caller, cancel)) : ApiAnswers.NotFound(http);
}
