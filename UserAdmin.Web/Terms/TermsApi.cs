using UserAdmin.Core.Registration;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Terms;

/// <summary><paramref name="Body"/> is Markdown, <paramref name="Html"/> the same to be shown.</summary>
internal sealed record TermsView(int Number, string Body, string Html, DateTimeOffset PublishedAt);

internal sealed record TermsVersionView(int Number, string Body, DateTimeOffset PublishedAt, string PublishedBy, int Accepted)
{
    public static TermsVersionView Of(TermsRow row) => new(row.Number, row.Body, row.PublishedAt, row.PublishedBy, row.Accepted);
}

/// <summary>The terms of use over HTTP. Accepting them is done in the portal, by the person who does.</summary>
internal static class TermsApi
{
    public static void MapTermsApi(this RouteGroupBuilder api)
    {
        var terms = api.MapGroup("/terms").WithTags("Terms");
        terms.MapGet("", FindAsync).AllowAnonymous().Answers<TermsView>()
            .Describe("get_terms", "Read the terms of use", "The version in force. Anybody may read it, as on the page.");
        terms.MapGet("/versions", ListAsync).Needs(Permission.SettingsView).Answers<Paged<TermsVersionView>>()
            .Describe("list_terms_versions", "List all versions of the terms", "Newest first, with how many accepted each.");
    }

    private static async Task<IResult> FindAsync(HttpContext http, TermsService terms, CancellationToken cancel) =>
        ApiChoice.Found(http, await terms.FindCurrentAsync(cancel), version => new TermsView(version.Number, version.Body, TermsText.ToHtml(version.Body), version.PublishedAt));

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, TermsService terms, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await terms.ListAsync(caller, cancel), TermsVersionView.Of);
}
