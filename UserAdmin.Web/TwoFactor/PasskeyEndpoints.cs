using Microsoft.AspNetCore.Antiforgery;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Security;
using UserAdmin.Web.SignIn;

namespace UserAdmin.Web.TwoFactor;

/// <summary>
/// The requests of passkeys.js: first the options of a ceremony, then a form with its answer, which leads on or back to its page. For each
/// purpose there is a pair: sign-in, second-step, confirm (step-up) and new.
/// </summary>
internal static class PasskeyEndpoints
{
    private const string SignIn = "sign-in", SecondStepPurpose = "second-step", Confirm = "confirm", New = "new";

    public static void MapPasskeys(this WebApplication app)
    {
        app.MapPost("/account/passkey/options/{purpose}", StartAsync).AllowAnonymous().WithMetadata(new PartOfAttribute(Feature.Passkeys)).DisableAntiforgery();
        app.MapPost("/account/passkey/sign-in", SignInAsync).AllowAnonymous().WithMetadata(new PartOfAttribute(Feature.Passkeys)).DisableAntiforgery();
        app.MapPost("/account/passkey/second-step", EnterSecondStepAsync).AllowAnonymous().WithMetadata(new PartOfAttribute(Feature.Passkeys)).DisableAntiforgery();
        app.MapPost("/account/passkey/confirm", ConfirmAsync).RequireAuthorization().WithMetadata(new ClosedWhileActingAttribute()).WithMetadata(new PartOfAttribute(Feature.Passkeys)).DisableAntiforgery();
    }

    // The tokens are checked here, because a script sends them in a header.
    private static async Task<IResult> StartAsync(
        string purpose, HttpContext http, IAntiforgery antiforgery, PasskeyCeremony ceremony, PasskeyService passkeys, SecondStep secondStep, CurrentActor current, CancellationToken cancel)
    {
        if (!ceremony.IsPossible || !await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        switch (purpose)
        {
            case SignIn:
                return Results.Ok(await ceremony.StartAssertionAsync(http, SignIn, null, ""));
            case SecondStepPurpose when await secondStep.FindAsync(PendingCookie.KeyOf(http), cancel) is { } choices:
                return Results.Ok(await ceremony.StartAssertionAsync(http, SecondStepPurpose, await passkeys.OwnerAsync(choices.UserId, cancel), PendingCookie.KeyOf(http)));
            case Confirm when await current.FindAsync(http, cancel) is { Impersonator: null } actor:
                return Results.Ok(await ceremony.StartAssertionAsync(http, Confirm, await passkeys.OwnerAsync(actor.UserId!.Value, cancel), $"{actor.SessionId}"));
            case New when await current.FindAsync(http, cancel) is { Impersonator: null } actor:
                var owner = await passkeys.OwnerAsync(actor.UserId!.Value, cancel);
                return Results.Ok(await ceremony.StartRegistrationAsync(http, owner.Id, owner.UserName!, owner.FullName, $"{actor.SessionId}"));
            default:
                return Results.NotFound();
        }
    }

    private static async Task<IResult> SignInAsync(
        HttpContext http, IAntiforgery antiforgery, PasskeyCeremony ceremony, PasskeyService passkeys, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        var form = await http.Request.ReadFormAsync(cancel);
        var returnUrl = form["ReturnUrl"].ToString();
        var entered = await VerifyAsync(http, form, ceremony, passkeys, SignIn, "", cancel) is { } verified
            ? await passkeys.SignInAsync(verified, Arrival.OriginOf(http), cancel)
            : PasskeyService.Refused;
        return Results.LocalRedirect(entered.Succeeded ? Arrival.Continue(http, entered.Value, returnUrl) : Back("/account/sign-in", returnUrl));
    }

    private static async Task<IResult> EnterSecondStepAsync(
        HttpContext http, IAntiforgery antiforgery, PasskeyCeremony ceremony, PasskeyService passkeys, SecondStep secondStep, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        var form = await http.Request.ReadFormAsync(cancel);
        var (returnUrl, key) = (form["ReturnUrl"].ToString(), PendingCookie.KeyOf(http));
        if (await VerifyAsync(http, form, ceremony, passkeys, SecondStepPurpose, key, cancel) is not { } verified)
            return Results.LocalRedirect(Back("/account/two-factor", returnUrl));
        var entered = await secondStep.EnterPasskeyAsync(key, verified, remember: false, Arrival.OriginOf(http), cancel);
        return Results.LocalRedirect(
            entered.Succeeded ? Arrival.Continue(http, entered.Value, returnUrl)
            : entered.Problem == PasskeyService.Refused ? Back("/account/two-factor", returnUrl)
            : PendingCookie.SignInAgain(returnUrl, isOver: true));
    }

    private static async Task<IResult> ConfirmAsync(
        HttpContext http, IAntiforgery antiforgery, PasskeyCeremony ceremony, PasskeyService passkeys, IdentityConfirmation confirmation, CurrentActor current, CancellationToken cancel)
    {
        if (!await antiforgery.IsRequestValidAsync(http) || await current.FindAsync(http, cancel) is not { } actor)
            return Results.BadRequest();
        var form = await http.Request.ReadFormAsync(cancel);
        var returnUrl = form["ReturnUrl"].ToString();
        if (await VerifyAsync(http, form, ceremony, passkeys, Confirm, $"{actor.SessionId}", cancel) is not { } verified || verified.UserId != actor.UserId)
            return Results.LocalRedirect(Back("/account/confirm-identity", returnUrl));
        var renewed = await confirmation.ConfirmPasskeyAsync(() => passkeys.UseAsync(verified, cancel), actor, cancel);
        if (!renewed.Succeeded)
            return Results.LocalRedirect(Back("/account/confirm-identity", returnUrl));
        SessionCookie.Set(http, renewed.Value.Key, renewed.Value.IsPersistent ? renewed.Value.ExpiresAt : null);
        return Results.LocalRedirect(LocalUrl.OrHome(returnUrl));
    }

    private static async Task<VerifiedPasskey?> VerifyAsync(
        HttpContext http, IFormCollection form, PasskeyCeremony ceremony, PasskeyService passkeys, string purpose, string bound, CancellationToken cancel)
    {
        var verified = await ceremony.FinishAssertionAsync(http, form, purpose, bound);
        if (verified is null && ceremony.Refusal is var (credentialId, reason))
            await passkeys.RecordRefusalAsync(credentialId, reason, Arrival.OriginOf(http), cancel);
        return verified;
    }

    private static string Back(string page, string returnUrl) => $"{page}?passkey=refused&returnUrl={Uri.EscapeDataString(LocalUrl.OrHome(returnUrl))}";
}
