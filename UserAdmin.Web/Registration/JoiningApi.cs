using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Registration;
using UserAdmin.Web.Api;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.SignIn;

namespace UserAdmin.Web.Registration;

/// <summary>Taking an invitation over HTTP. Its token stands in bodies only: addresses are logged on their way.</summary>
internal static class JoiningApi
{
    public static void MapJoiningApi(this RouteGroupBuilder api)
    {
        api.MapPost("/auth/invitation", FindAsync).AllowAnonymous().LimitedAsSignIn().WithTags("Account").WithMetadata(new PartOfAttribute(Feature.Invitations)).Answers<WelcomeView>()
            .Describe("check_invitation", "What an invitation is for", "Takes the token at the end of the mailed link and uses nothing up. With `has_account` the invited person signs in and goes on at `me/invitations/accept`, else at `auth/register`.");
        api.MapPost("/me/invitations/accept", AcceptAsync).WithTags("My account").WithMetadata(new PartOfAttribute(Feature.Invitations)).AnswersNothing()
            .Describe("accept_invitation", "Take an invitation with one's account", "Takes the token at the end of the mailed link. The caller's confirmed email address has to be the invited one.");
    }

    private static async Task<IResult> FindAsync(HttpContext http, Body<LinkBody> body, InvitationAcceptance invitations, RegistrationService registration, CancellationToken cancel)
    {
        var (welcome, offer) = (await invitations.WelcomeAsync(body.Value.Token, cancel), await registration.FindOfferAsync(cancel));
        // Only people who have an account may be invited while registration is closed.
        return welcome is null || offer.Mode == RegistrationMode.Closed && !welcome.HasAccount ? ApiAnswers.Refuse(http, InvitationProblems.Dead) : ApiAnswers.Json(WelcomeView.Of(welcome));
    }

    private static async Task<IResult> AcceptAsync(HttpContext http, Body<LinkBody> body, InvitationAcceptance invitations, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await invitations.JoinAsync(body.Value.Token, caller, cancel));
}

/// <summary>An invitation as its taker sees it.</summary>
internal sealed record WelcomeView(string Email, string InvitedBy, string? Organization, string? Role, string? Team, bool HasAccount, DateTimeOffset ExpiresAt)
{
    public static WelcomeView Of(InvitationWelcome welcome) =>
        new(welcome.Invitation.Email, welcome.Invitation.InvitedByName, welcome.Organization, welcome.Role, welcome.Team, welcome.HasAccount, welcome.Invitation.ExpiresAt);
}
