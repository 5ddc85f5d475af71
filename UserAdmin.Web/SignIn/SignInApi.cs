using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tokens;
using UserAdmin.Web.Api;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.SignIn;

/// <summary>Signs programs in: tokens for a password, a second factor where the account has one, new tokens for old, and the end.</summary>
internal static class SignInApi
{
    public static void MapSignInApi(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Sign-in");
        auth.MapPost("/login", LoginAsync).AllowAnonymous().LimitedAsSignIn().Answers<TokenView>().Answers<SecondFactorView>(StatusCodes.Status202Accepted)
            .Describe("login", "Sign in", "Gives an access and a refresh token for a password. An account with a second factor gets 202 and goes on at `login/second-factor`. Where the portal asks for a human at its sign-in, so does this: 403 `human_check.required` without `human_token`.")
            .Example("""{"email": "john@example.com", "password": "correct horse battery staple"}""");
        auth.MapPost("/login/second-factor", EnterSecondFactorAsync).AllowAnonymous().LimitedAsSignIn().Answers<TokenView>()
            .Describe("login_second_factor", "Give the second factor", "Finishes a sign-in that was answered with 202. Five wrong codes end it.");
        auth.MapPost("/login/send-code", SendCodeAsync).AllowAnonymous().LimitedAsSignIn().AnswersNothing()
            .Describe("login_send_code", "Have a code sent", "Sends a code by email or SMS for a sign-in that waits for its second factor.");
        auth.MapPost("/refresh", RefreshAsync).AllowAnonymous().Answers<TokenView>()
            .Describe("refresh", "Get new tokens", "Trades a refresh token, which works once, for a new pair. One that is used again later ends its session.");
        auth.MapPost("/logout", LogoutAsync).WithMetadata(new OpenToConfinedAttribute(), new OpenWhileEnrollingAttribute()).AnswersNothing()
            .Describe("logout", "Sign out", "Ends the session of the token this is called with: its tokens are dead at once.");
        auth.MapPost("/confirm", ConfirmAsync).LimitedAsSignIn().WithMetadata(new OpenWhileEnrollingAttribute()).AnswersNothing()
            .Describe("confirm_identity", "Confirm who you are", "Opens sensitive acts for ten minutes: by a code of the authenticator app, or by the password for who has no second factor. Answers with the code `step_up.needed` ask for it.");
    }

    private static async Task<IResult> LoginAsync(HttpContext http, Body<LoginBody> body, HumanCheck human, SignInService signIn, SecondStep second, TokenService tokens, CancellationToken cancel)
    {
        if (body.Value.Login is not { } login)
            return ApiAnswers.Invalid(http, "email", "Send an email address, a username or a login, and one of them only.");
        var form = new SignInForm { Login = login, Password = body.Value.Password };
        if (ApiBody.Judge(form) is { } wrong)
            return wrong(http);
        if (await human.RefuseAsync(http, body.Value.HumanToken, cancel) is { } robot)
            return robot;
        var entered = await signIn.SignInAsync(form, OriginOf(http, body.Value.DeviceToken), cancel);
        if (!entered.Succeeded)
            return Refuse(http, entered.Problem);
        if (entered.Value.PendingKey is { } pending)
            return ApiAnswers.Json(SecondFactorView.Of(pending, await second.FindAsync(pending, cancel)), StatusCodes.Status202Accepted);
        return await AnswerAsync(entered.Value.SignedIn!, tokens, cancel);
    }

    private static async Task<IResult> EnterSecondFactorAsync(HttpContext http, Body<SecondFactorBody> body, SecondStep second, TokenService tokens, CancellationToken cancel)
    {
        var (key, origin) = (body.Value.PendingToken, OriginOf(http, body.Value.DeviceToken));
        var form = new CodeForm { Code = body.Value.Code, RememberDevice = body.Value.RememberDevice };
        var entered = await (body.Value.Method switch
        {
            SecondFactorMethod.Email => second.EnterSentCodeAsync(key, Channel.Email, form, origin, cancel),
            SecondFactorMethod.Sms => second.EnterSentCodeAsync(key, Channel.Sms, form, origin, cancel),
            SecondFactorMethod.RecoveryCode => second.EnterRecoveryCodeAsync(key, form, origin, cancel),
            SecondFactorMethod.AccessPass => second.EnterAccessPassAsync(key, form, origin, cancel),
            _ => second.EnterAppCodeAsync(key, form, origin, cancel),
        });
        return entered.Succeeded ? await AnswerAsync(entered.Value.SignedIn!, tokens, cancel) : Refuse(http, entered.Problem);
    }

    private static async Task<IResult> SendCodeAsync(HttpContext http, Body<SendCodeBody> body, SecondStep second, CancellationToken cancel) =>
        ApiAnswers.Done(http, await second.SendCodeAsync(body.Value.PendingToken, body.Value.Channel, http.TraceIdentifier, cancel));

    private static async Task<IResult> RefreshAsync(HttpContext http, Body<RefreshBody> body, TokenService tokens, CancellationToken cancel)
    {
        var refreshed = await tokens.RefreshAsync(body.Value.RefreshToken, OriginOf(http, null), cancel);
        return refreshed.Succeeded ? ApiAnswers.Json(TokenView.Of(refreshed.Value, null)) : Refuse(http, refreshed.Problem);
    }

    private static async Task<IResult> LogoutAsync(HttpContext http, Caller caller, SessionService sessions, CancellationToken cancel) =>
        ApiAnswers.Done(http, await sessions.EndAsync(caller.Actor.SessionId ?? Guid.Empty, caller, cancel));

    private static async Task<IResult> ConfirmAsync(HttpContext http, Caller caller, Body<ProofForm> body, IdentityConfirmation confirmation, CancellationToken cancel)
    {
        var confirmed = await confirmation.ConfirmAsync(body.Value, caller, cancel);
        return confirmed.Succeeded ? Results.NoContent() : ApiAnswers.Refuse(http, confirmed.Problem);
    }

    private static async Task<IResult> AnswerAsync(SignedIn signedIn, TokenService tokens, CancellationToken cancel) =>
        ApiAnswers.Json(TokenView.Of(await tokens.IssueAsync(signedIn, cancel), signedIn.DeviceCookie));

    // Whoever could not show who they are is not authenticated (RFC 9110, 15.5.2).
    private static IResult Refuse(HttpContext http, Problem problem)
    {
        if (problem.Kind is not (ProblemKind.Invalid or ProblemKind.NotFound))
            return ApiAnswers.Refuse(http, problem);
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return ApiAnswers.Problem(http, StatusCodes.Status401Unauthorized, problem.Code, Words.T(problem.Message));
    }

    internal static SignInOrigin OriginOf(HttpContext http, string? device) =>
        new(http.ClientAddress, http.Request.Headers.UserAgent, device, http.TraceIdentifier, http.Request.Headers.AcceptLanguage) { Kind = SessionKind.Api };
}

internal sealed class LoginBody
{
    [StringLength(254), Description("The email address, the username or whichever of both a person typed: one of the three fields.")]
    public string? Email { get; set; }

    [StringLength(254)]
    public string? UserName { get; set; }

    [StringLength(254), Description("An email address or a username.")]
    public string? EmailOrUsername { get; set; }

    [Required(ErrorMessage = "Enter your password.")]
    public string Password { get; set; } = "";

    [StringLength(200), Description("What a former sign-in of this program was answered with: a known device causes no mail about a new one.")]
    public string? DeviceToken { get; set; }

    [Description(HumanTokens.What)]
    public string? HumanToken { get; set; }

    internal string? Login => new[] { Email, UserName, EmailOrUsername }.Where(name => !string.IsNullOrWhiteSpace(name)).ToList() is [var one] ? one : null;
}

internal enum SecondFactorMethod { App, Email, Sms, RecoveryCode, AccessPass }

internal sealed class SecondFactorBody
{
    [Required(ErrorMessage = "This is needed to go on."), StringLength(100), Description("From the answer of `login`.")]
    public string PendingToken { get; set; } = "";

    public SecondFactorMethod Method { get; set; }

    [Required(ErrorMessage = "Enter the code."), StringLength(100, ErrorMessage = "This is too long for a code.")]
    public string Code { get; set; } = "";

    [Description("Asks for no second factor on this device for as long as the policy says.")]
    public bool RememberDevice { get; set; }

    [StringLength(200)]
    public string? DeviceToken { get; set; }
}

internal sealed class SendCodeBody
{
    [Required(ErrorMessage = "This is needed to go on."), StringLength(100)]
    public string PendingToken { get; set; } = "";

    public Channel Channel { get; set; }
}

internal sealed class RefreshBody
{
    [Required(ErrorMessage = "This is needed to go on."), StringLength(100)]
    public string RefreshToken { get; set; } = "";
}

/// <summary>What a program works with; names as in RFC 6749. <paramref name="ExpiresIn"/> is in seconds.</summary>
internal sealed record TokenView(
    string AccessToken, string RefreshToken, string TokenType, int ExpiresIn, DateTimeOffset ExpiresAt, DateTimeOffset RefreshExpiresAt, Guid UserId, Guid SessionId, string? DeviceToken)
{
    public static TokenView Of(TokenPair pair, string? device) => new(
        pair.AccessToken, pair.RefreshToken, "Bearer", (int)AccessTokens.Life.TotalSeconds, pair.AccessExpiresAt, pair.RefreshExpiresAt, pair.UserId, pair.SessionId, device);
}

/// <summary>A sign-in that waits for its second factor, five minutes.</summary>
internal sealed record SecondFactorView(string PendingToken, IReadOnlyList<SecondFactorMethod> Methods, int ExpiresIn)
{
    public static SecondFactorView Of(string pending, SecondStepChoices? choices) => new(pending, MethodsOf(choices), 300);

    private static List<SecondFactorMethod> MethodsOf(SecondStepChoices? choices) => choices is null ? [] :
    [
        .. choices.Held.Authenticator ? [SecondFactorMethod.App] : Array.Empty<SecondFactorMethod>(),
        .. choices.Targets.Email is not null ? [SecondFactorMethod.Email] : Array.Empty<SecondFactorMethod>(),
        .. choices.Targets.Phone is not null ? [SecondFactorMethod.Sms] : Array.Empty<SecondFactorMethod>(),
        SecondFactorMethod.RecoveryCode, SecondFactorMethod.AccessPass,
    ];
}
