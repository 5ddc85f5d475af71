using System.ComponentModel;
using UserAdmin.Core.Common;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Web.Api;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.TwoFactor;

/// <summary>
/// One's own second factors over HTTP; passkeys need a browser, so the portal sets them up. Keys and codes stand in one answer only: none of these endpoints keeps
/// its answer for an Idempotency-Key.
/// </summary>
internal static class FactorApi
{
    public static void MapFactorApi(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("Second factor");
        me.MapGet("/second-factor", FindAsync).WithMetadata(new OpenWhileEnrollingAttribute()).Answers<FactorsView>()
            .Describe("get_my_second_factor", "How one's account is protected", "Authenticator apps, passkeys and how many recovery codes are left; by when one has to be set up.");
        me.MapPost("/authenticators", BeginAsync).WithMetadata(new OpenWhileEnrollingAttribute()).Answers<EnrolmentView>(StatusCodes.Status201Created)
            .Describe("begin_authenticator", "Begin to set up an authenticator app", "`secret` is in this answer and nowhere else. It counts once one of its codes confirms it, within half an hour; beginning again drops it. Asks for a recent sign-in: see `auth/confirm`.");
        me.MapPost("/authenticators/{id:guid}/confirm", ConfirmAsync).WithMetadata(new OpenWhileEnrollingAttribute()).Answers<EnrolledView>()
            .Describe("confirm_authenticator", "Finish setting up an authenticator app", "Takes the code that the app shows now, and a name. Ends the other sessions. With the first one come the recovery codes, which are shown this once. Asks for a recent sign-in.")
            .Example("""{"name": "Phone", "code": "123456"}""");
        me.MapPatch("/authenticators/{id:guid}", RenameAsync).Answers<AuthenticatorView>()
            .Describe("update_authenticator", "Rename an authenticator app", "The name under which one recognises it.").Example("""{"name": "Old phone"}""");
        me.MapDelete("/authenticators/{id:guid}", async (HttpContext http, Guid id, AuthenticatorService service, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await service.RemoveAsync(id, caller, cancel))).AnswersNothing()
            .Describe("delete_authenticator", "Remove an authenticator app", "Its codes are worth nothing from now on. Ends the other sessions; with the last factor the recovery codes go, too. Asks for a recent sign-in.");
        me.MapPost("/recovery-codes", RegenerateAsync).Answers<RecoveryCodesView>(StatusCodes.Status201Created)
            .Describe("create_recovery_codes", "Make new recovery codes", "Ten codes, each good once; they are in this answer and nowhere else, and the old ones stop working. Ends the other sessions. Asks for a recent sign-in.");
    }

    private static async Task<IResult> FindAsync(MySecurity security, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Json(FactorsView.Of(await security.FindAsync(caller, cancel), caller.Actor));

    private static async Task<IResult> BeginAsync(HttpContext http, AuthenticatorService service, Caller caller, CancellationToken cancel)
    {
        var begun = await service.BeginAsync(caller, cancel);
        return begun.Succeeded ? ApiAnswers.Json(EnrolmentView.Of(begun.Value), StatusCodes.Status201Created) : ApiAnswers.Refuse(http, begun.Problem);
    }

    private static async Task<IResult> ConfirmAsync(HttpContext http, Guid id, Body<EnrolmentForm> body, AuthenticatorService service, Caller caller, CancellationToken cancel)
    {
        var confirmed = await service.ConfirmAsync(id, body.Value, caller, cancel);
        return confirmed.Succeeded ? ApiAnswers.Json(new EnrolledView(id, confirmed.Value.RecoveryCodes)) : ApiAnswers.Refuse(http, confirmed.Problem);
    }

    private static async Task<IResult> RenameAsync(HttpContext http, Guid id, Patch<FactorNameForm> patch, AuthenticatorService service, Caller caller, CancellationToken cancel)
    {
        if (await FindAppAsync(id, service, caller, cancel) is not { } app)
            return ApiAnswers.Refuse(http, AuthenticatorService.NotFound);
        if (ApiAnswers.RefuseStale(http, app) is { } stale)
            return stale;
        var (form, wrong) = patch.ApplyTo(new() { Name = app.Name });
        if (form is null)
            return wrong!(http);
        var renamed = await service.RenameAsync(id, form, caller, cancel);
        return !renamed.Succeeded ? ApiAnswers.Refuse(http, renamed.Problem) : ApiChoice.Found(http, await FindAppAsync(id, service, caller, cancel), now => now);
    }

    private static async Task<IResult> RegenerateAsync(HttpContext http, RecoveryCodes codes, Caller caller, CancellationToken cancel)
    {
        var made = await codes.RegenerateAsync(caller, cancel);
        return made.Succeeded ? ApiAnswers.Json(new RecoveryCodesView(made.Value.RecoveryCodes!), StatusCodes.Status201Created) : ApiAnswers.Refuse(http, made.Problem);
    }

    private static async Task<AuthenticatorView?> FindAppAsync(Guid id, AuthenticatorService service, Actor actor, CancellationToken cancel) =>
        (await service.ListAsync(actor, cancel)).Where(app => app.Id == id).Select(AuthenticatorView.Of).SingleOrDefault();
}

internal sealed record AuthenticatorView(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)
{
    public static AuthenticatorView Of(AuthenticatorRow row) => new(row.Id, row.Name, row.CreatedAt, row.LastUsedAt);
}

internal sealed record FactorView(string Name, DateTimeOffset CreatedAt);

/// <summary>How an account is protected. <paramref name="EnrolBy"/>: until then a second factor has to be set up.</summary>
internal sealed record FactorsView(
    bool HasSecondFactor, IReadOnlyList<AuthenticatorView> Authenticators, IReadOnlyList<FactorView> Passkeys, int RecoveryCodesLeft, DateTimeOffset? RecoveryCodesMadeAt, int RememberedDevices, DateTimeOffset? EnrolBy)
{
    public static FactorsView Of(SecurityOverview overview, Actor actor) => new(
        overview.HasSecondFactor, [.. overview.Authenticators.Select(AuthenticatorView.Of)], [.. overview.Passkeys.Select(key => new FactorView(key.Name, key.CreatedAt))],
        overview.RecoveryCodes.Left, overview.RecoveryCodes.MadeAt, overview.RememberedDevices, actor.EnrolBy);
}

internal sealed record EnrolmentView(
    Guid Id, [property: Description("In Base32, for somebody who types it.")] string Secret, [property: Description("The same as an app reads it from a QR code.")] string OtpauthUri)
{
    public static EnrolmentView Of(Enrolment begun) => new(begun.Id, begun.Key.Replace(" ", "", StringComparison.Ordinal), begun.Uri);
}

internal sealed record EnrolledView(Guid Id, [property: Description("Null when there are recovery codes already: those go on working.")] IReadOnlyList<string>? RecoveryCodes);

internal sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes);
