using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Terms;

/// <summary>The terms of use over HTTP: what they say, their versions, and who accepted which.</summary>
internal static class TermsApi
{
    public static void MapTermsApi(this RouteGroupBuilder api)
    {
        var terms = api.MapGroup("/terms").WithTags("Terms");
        terms.MapGet("", FindAsync).AllowAnonymous().Answers<TermsView>()
            .Describe("get_terms", "Read the terms of use", "The version in force. Anybody may read it, as on the page.");
        terms.MapGet("/versions", ListAsync).Needs(Permission.SettingsView).Answers<Paged<TermsVersionView>>()
            .Describe("list_terms_versions", "List all versions of the terms", "Newest first, with how many accepted each.");
        terms.MapPost("/versions", PublishAsync).Needs(Permission.SettingsEdit).Idempotent().Answers<TermsView>(StatusCodes.Status201Created)
            .Describe("publish_terms", "Publish a version of the terms", "A version is never changed. Everybody is asked to accept the newest. `after` says which version its author knew: 409 when somebody published another meanwhile. Asks for a recent sign-in: see `auth/confirm`.")
            .Example("""{"body": "# Terms of use\n\nBe kind.", "after": 0}""");

        var mine = api.MapGroup("/me/terms").WithTags("Terms");
        mine.MapGet("", FindMineAsync).Answers<MyTermsView>()
            .Describe("get_my_terms", "Which terms one accepted", "And the number of the version that one still has to accept, or null.");
        mine.MapPost("/accept", async (HttpContext http, Body<AcceptanceBody> body, TermsService service, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await service.AcceptAsync(body.Value.Number, caller, cancel))).AnswersNothing()
            .Describe("accept_terms", "Accept the terms of use", "The version that was shown: 409 when there is a newer one by now. Accepting one again changes nothing. Closed to tokens that were made to be kept.");
        api.MapGet("/users/{id:guid}/terms", ListOfUserAsync).WithTags("Terms").Needs(Permission.UsersView).Answers<Paged<AcceptanceRow>>()
            .Describe("list_terms_of_user", "Which terms a user accepted", "Newest first, with the time and the network address.");
    }

    private static async Task<IResult> FindAsync(HttpContext http, TermsService terms, CancellationToken cancel) =>
        ApiChoice.Found(http, await terms.FindCurrentAsync(cancel), TermsView.Of);

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, TermsService terms, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await terms.ListAsync(caller, cancel), TermsVersionView.Of);

    private static async Task<IResult> PublishAsync(HttpContext http, Body<PublicationBody> body, TermsService terms, Caller caller, CancellationToken cancel)
    {
        var published = await terms.PublishAsync(body.Value.Body, body.Value.After!.Value, caller, cancel);
        return !published.Succeeded ? ApiAnswers.Refuse(http, published.Problem)
            : await terms.FindCurrentAsync(cancel) is { } current ? ApiAnswers.Created(http, "/api/v1/terms", TermsView.Of(current)) : ApiAnswers.NotFound(http);
    }

    private static async Task<IResult> FindMineAsync(TermsService terms, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Json(new MyTermsView((await terms.FindDueAsync(caller, cancel))?.Number, await terms.ListAcceptancesAsync(caller.UserId, caller, cancel)));

    private static async Task<IResult> ListOfUserAsync(HttpContext http, Guid id, [AsParameters] ListQuery query, UserDirectory users, TermsService terms, Caller caller, CancellationToken cancel) =>
        await users.FindAsync(id, caller, cancel) is null ? ApiAnswers.NotFound(http)
            : query.Refuse(http) ?? ApiLists.Answer(http, query, await terms.ListAcceptancesAsync(id, caller, cancel), row => row);
}

internal sealed class PublicationBody
{
    private const string AfterWhich = "Name the newest version that you know, 0 when there is none.";

    [Required(ErrorMessage = "Write the terms first."), StringLength(TermsService.MaximumLength, ErrorMessage = "The terms can have 100,000 characters at most."), Description("Markdown; as long as a body may be. Longer ones are published in the portal.")]
    public string Body { get; set; } = "";

    [Required(ErrorMessage = AfterWhich), Range(0, int.MaxValue, ErrorMessage = AfterWhich), Description("The newest version that its author knew; 0 when there is none.")]
    public int? After { get; set; }
}

internal sealed class AcceptanceBody
{
    [Range(1, int.MaxValue, ErrorMessage = "Name a version from 1."), Description("The number of the version that was shown.")]
    public int Number { get; set; }
}

/// <summary><paramref name="Body"/> is Markdown, <paramref name="Html"/> the same to be shown.</summary>
internal sealed record TermsView(int Number, string Body, string Html, DateTimeOffset PublishedAt)
{
    public static TermsView Of(TermsVersion version) => new(version.Number, version.Body, TermsText.ToHtml(version.Body), version.PublishedAt);
}

internal sealed record TermsVersionView(int Number, string Body, DateTimeOffset PublishedAt, string PublishedBy, int Accepted)
{
    public static TermsVersionView Of(TermsRow row) => new(row.Number, row.Body, row.PublishedAt, row.PublishedBy, row.Accepted);
}

internal sealed record MyTermsView(int? Due, IReadOnlyList<AcceptanceRow> Accepted);
