using System.ComponentModel;
using UserAdmin.Core.ExternalSignIn;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Web.Api;
using UserAdmin.Web.FeatureFlags;

namespace UserAdmin.Web.ExternalSignIn;

/// <summary>The services with which one signs in, over HTTP. To link one takes a browser that goes there and back.</summary>
internal static class ExternalLoginApi
{
    public static void MapExternalLoginApi(this RouteGroupBuilder api)
    {
        var logins = api.MapGroup("/me/external-logins").WithTags("My account").WithMetadata(new PartOfAttribute(Feature.ExternalSignIn));
        logins.MapGet("", ListAsync).Answers<Paged<ExternalLoginView>>()
            .Describe("list_external_logins", "List one's sign-ins with other services", "The services that are offered, and links with ones that no longer are. They are linked in the portal, by a browser.");
        logins.MapDelete("/{provider}", async (HttpContext http, string provider, ExternalLogins service, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await service.UnlinkAsync(provider, caller, cancel))).AnswersNothing()
            .Describe("delete_external_login", "Unlink a service", "Refused for the only way in that is left (409). Asks for a recent sign-in: see `auth/confirm`.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, ExternalLogins service, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await service.ListAsync(caller, cancel), row => new ExternalLoginView(row.Provider, row.Name, row.IsLinked, row.LinkedAs, row.IsConfigured));
}

internal sealed record ExternalLoginView(
    string Provider, string Name, bool IsLinked, [property: Description("The address or name there.")] string? LinkedAs, [property: Description("False for a link with a service that is not offered any more.")] bool IsOffered);
