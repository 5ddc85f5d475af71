using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;
using UserAdmin.Core.Registration;
using UserAdmin.Core.SignIn;
using UserAdmin.Web.Api;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.SignIn;

/// <summary>
/// What people without a session do about their account: making one, showing that a mailbox is theirs, choosing a new password. No answer tells whether an address has an account (A05).
/// </summary>
internal static class AccountApi
{
    private static readonly MessageView LookIntoMailbox = new("If that is possible for this address, a message is on its way to it.");

    public static void MapAccountApi(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Account").LimitedAsSignIn();
        auth.MapGet("/registration", OfferAsync).AllowAnonymous().Answers<RegistrationView>()
            .Describe("get_registration", "Who may register", "Whether people can make their own account, which terms they have to accept, how long a password must be, and with which key Turnstile is asked where the portal asks for a human.");
        auth.MapPost("/register", RegisterAsync).AllowAnonymous().Answers<MessageView>(StatusCodes.Status202Accepted).Answers<MessageView>(StatusCodes.Status201Created)
            .Describe("register", "Make one's own account", "The account works once its mailbox is confirmed by the link in a mail. The answer is the same when the address has an account already; its mailbox is told. A username that somebody has is replaced by the address. With an `invitation` that came by mail, which proves the mailbox, the account works at once: 201.");
        auth.MapPost("/verify-email", VerifyAsync).AllowAnonymous().AnswersNothing()
            .Describe("verify_email", "Confirm the mailbox of a new account", "Takes the token at the end of the mailed link, and the password of the registration.");
        auth.MapPost("/resend-verification", ResendAsync).AllowAnonymous().Answers<MessageView>(StatusCodes.Status202Accepted)
            .Describe("resend_verification", "Send the confirmation again", "Does something only for an address that waits to be confirmed, and answers the same for all.");
        auth.MapPost("/password-reset", AskForResetAsync).AllowAnonymous().Answers<MessageView>(StatusCodes.Status202Accepted)
            .Describe("request_password_reset", "Ask for a new password", "Mails a link to whoever has an account with this address, and answers the same for all.");
        auth.MapPost("/password-reset/confirm", ResetAsync).AllowAnonymous().AnswersNothing()
            .Describe("confirm_password_reset", "Choose a new password by a link", "Takes the token at the end of the mailed link. Ends every session and signs nobody in.");
        auth.MapPost("/activate", ActivateAsync).AllowAnonymous().AnswersNothing()
            .Describe("activate_account", "Choose the first password", "Takes the token at the end of an activation link. The account works from then on.");
        auth.MapPost("/email-change/confirm", ConfirmEmailAsync).AllowAnonymous().AnswersNothing()
            .Describe("confirm_email_change", "Confirm a new email address", "Takes the token at the end of the link that was mailed to the new address. Ends the sessions of the account.");
    }

    private static async Task<IResult> OfferAsync(RegistrationService registration, TermsService terms, HumanCheck human, CancellationToken cancel)
    {
        var offer = await registration.FindOfferAsync(cancel);
        return ApiAnswers.Json(new RegistrationView(offer.Mode, offer.MinimumLength, offer.Terms, offer.Terms is null ? null : (await terms.FindCurrentAsync(cancel))?.Body, human.IsOn ? human.SiteKey : null));
    }

    private static async Task<IResult> RegisterAsync(HttpContext http, Body<RegistrationBody> body, RegistrationService registration, InvitationAcceptance invitations, HumanCheck human, CancellationToken cancel)
    {
        var form = body.Value.ToForm();
        if (ApiBody.Judge(form) is { } wrong)
            return wrong(http);
        if (await human.RefuseAsync(http, body.Value.HumanToken, cancel) is { } robot)
            return robot;
        var invitation = await invitations.FindAsync(body.Value.Invitation, cancel);
        if (body.Value.Invitation is not null && invitation is null)
            return ApiAnswers.Refuse(http, InvitationProblems.Dead);
        var registered = await registration.RegisterAsync(form, invitation, SignInApi.OriginOf(http, null), cancel);
        return registered.Succeeded && invitation is { LinkCopiedAt: null } ? ApiAnswers.Json(new MessageView(Words.T("Your account is active. Sign in with your new password.")), StatusCodes.Status201Created) : Sent(http, registered);
    }

    private static async Task<IResult> VerifyAsync(HttpContext http, Body<VerificationBody> body, EmailConfirmation confirmation, CancellationToken cancel) =>
        ApiAnswers.Done(http, await confirmation.ConfirmAsync(body.Value.Token, new() { Password = body.Value.Password }, SignInApi.OriginOf(http, null), cancel));

    private static async Task<IResult> ResendAsync(HttpContext http, Body<MailboxBody> body, EmailConfirmation confirmation, HumanCheck human, CancellationToken cancel) =>
        await human.RefuseAsync(http, body.Value.HumanToken, cancel) is { } robot ? robot
            : Sent(http, await confirmation.ResendAsync(new() { Email = body.Value.Email }, SignInApi.OriginOf(http, null), cancel));

    private static async Task<IResult> AskForResetAsync(HttpContext http, Body<MailboxBody> body, ForgottenPassword forgotten, HumanCheck human, CancellationToken cancel) =>
        await human.RefuseAsync(http, body.Value.HumanToken, cancel) is { } robot ? robot
            : Sent(http, await forgotten.RequestAsync(new() { Email = body.Value.Email }, SignInApi.OriginOf(http, null), cancel));

    private static async Task<IResult> ResetAsync(HttpContext http, Body<LinkPasswordBody> body, PasswordReset reset, CancellationToken cancel) =>
        ApiAnswers.Done(http, await reset.ResetAsync(body.Value.Token, body.Value.ToForm(), SignInApi.OriginOf(http, null), cancel));

    private static async Task<IResult> ActivateAsync(HttpContext http, Body<LinkPasswordBody> body, ActivationService activation, CancellationToken cancel) =>
        ApiAnswers.Done(http, await activation.ActivateAsync(body.Value.Token, body.Value.ToForm(), http.ClientAddress, cancel));

    private static async Task<IResult> ConfirmEmailAsync(HttpContext http, Body<LinkBody> body, EmailChangeConfirmation change, CancellationToken cancel) =>
        ApiAnswers.Done(http, await change.ConfirmAsync(body.Value.Token, SignInApi.OriginOf(http, null), null, cancel));

    private static IResult Sent(HttpContext http, Result sent) => sent.Succeeded ? ApiAnswers.Json(LookIntoMailbox, StatusCodes.Status202Accepted) : ApiAnswers.Refuse(http, sent.Problem);
}

internal sealed class RegistrationBody : NewPasswordBody
{
    [Description(HumanTokens.What)]
    public string? HumanToken { get; set; }

    [StringLength(100, ErrorMessage = "This is too long."), Description("The token at the end of an invitation's link, by whoever was invited.")]
    public string? Invitation { get; set; }

    [Description("The email address where it is left out.")]
    public string? UserName { get; set; }

    public string Email { get; set; } = "";
    public string FirstName { get; set; } = "";
    public string LastName { get; set; } = "";

    [Description("The number of the terms of use that were accepted, from `registration`.")]
    public int? Terms { get; set; }

    public bool AcceptsTerms { get; set; }

    public RegistrationForm ToForm() => new() { UserName = UserName, Email = Email, Password = Password, FirstName = FirstName, LastName = LastName, Terms = Terms, AcceptsTerms = AcceptsTerms };
}

internal class LinkBody
{
    [Required(ErrorMessage = "This is needed to go on."), StringLength(100, ErrorMessage = "This is too long."), Description("The last part of the link.")]
    public string Token { get; set; } = "";
}

internal sealed class VerificationBody : LinkBody
{
    [Required(ErrorMessage = "Enter your password."), StringLength(512, ErrorMessage = "This is too long for a password.")]
    public string Password { get; set; } = "";
}

internal sealed class MailboxBody
{
    [Required(ErrorMessage = "Enter your email address."), Email]
    public string Email { get; set; } = "";

    [Description(HumanTokens.What)]
    public string? HumanToken { get; set; }
}

/// <summary>A new password, and once more where the program asks twice.</summary>
internal class NewPasswordBody : IValidatableObject
{
    [Required(ErrorMessage = "Enter a password."), StringLength(512, ErrorMessage = "This is too long for a password.")]
    public string Password { get; set; } = "";

    [Description("The same once more; may be left out.")]
    public string? PasswordConfirm { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PasswordConfirm is { } again && again != Password)
            yield return new("The two passwords differ.", [nameof(PasswordConfirm)]);
    }
}

internal sealed class LinkPasswordBody : NewPasswordBody
{
    [Required(ErrorMessage = "This is needed to go on."), StringLength(100, ErrorMessage = "This is too long."), Description("The last part of the link.")]
    public string Token { get; set; } = "";

    public NewPasswordForm ToForm() => new() { Password = Password, Again = Password };
}

internal sealed record MessageView(string Message);

/// <summary>What a form for registering needs; <paramref name="TermsText"/> is Markdown.</summary>
internal sealed record RegistrationView(
    RegistrationMode Mode, int MinimumPasswordLength, int? Terms, string? TermsText, [property: Description("The key of the site for Cloudflare Turnstile; null where nobody is asked.")] string? HumanCheckSiteKey);
