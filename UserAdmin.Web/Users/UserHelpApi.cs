using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Users;

/// <summary>Helping people back into their account over HTTP. Nobody sees or chooses somebody else's password; each act asks for a reason and a recent sign-in.</summary>
internal static class UserHelpApi
{
    private const string ReasonHelp = "Why; it stands in the audit log.", Default = "Through the API";

    public static void MapUserHelpApi(this RouteGroupBuilder api)
    {
        var user = api.MapGroup("/users/{id:guid}").WithTags("Helping users");
        user.MapPost("/reset-password", ResetPasswordAsync).Needs(Permission.UsersResetPassword).Answers<PasswordResetView>()
            .Describe("reset_password", "Help with a password", "`mail` sends a link for a new password, `link` makes one to hand over and answers with it once, `require` ends all sessions and asks for a new password at the next sign-in.");
        user.MapPost("/confirm-email", ConfirmEmailAsync).Needs(Permission.UsersResetPassword).AnswersNothing()
            .Describe("confirm_email_of_user", "Take an email address as confirmed", "For an address that is known to belong to the user.");
        user.MapPost("/resend-activation", async (HttpContext http, Guid id, ActivationMail mail, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await mail.SendAsync(id, caller, cancel))).Needs(Permission.UsersCreate).AnswersNothing()
            .Describe("resend_activation", "Mail the activation link again", "Older links stop working.");
        user.MapPost("/activation-link", MakeActivationLinkAsync).Needs(Permission.UsersCreate).Answers<LinkView>()
            .Describe("make_activation_link", "Make an activation link", "To hand over; it is shown once, and older links stop working.");
        user.MapGet("/second-factor", FindSecurityAsync).Needs(Permission.UsersView).Answers<ProtectionView>()
            .Describe("get_second_factor", "How a user's account is protected", "Which second factors there are and what is open for them.");
        user.MapPost("/second-factor/reset", ResetFactorsAsync).Needs(Permission.FactorsReset).Answers<FactorResetView>()
            .Describe("reset_second_factor", "Remove a user's second factors", "At once, or when a second administrator has approved it, as the policy says: `is_done` tells.");
        user.MapPost("/second-factor/require", async (HttpContext http, Guid id, Body<ReasonBody> body, FactorEnforcement factors, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await factors.RequireAsync(id, body.Value.Reason, caller, cancel))).Needs(Permission.FactorsEnforce).AnswersNothing()
            .Describe("require_second_factor", "Require a second factor of a user", "They are told by mail and have the days of the policy to set one up.");
        user.MapPost("/second-factor/release", async (HttpContext http, Guid id, Body<ReasonBody> body, FactorEnforcement factors, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await factors.ReleaseAsync(id, body.Value.Reason, caller, cancel))).Needs(Permission.FactorsEnforce).AnswersNothing()
            .Describe("release_second_factor", "No longer require a second factor of a user", "Takes back what was required of this user; the policy and roles may still require it.");
        user.MapPost("/access-pass", GivePassAsync).Needs(Permission.AccessPassesGive).Answers<AccessPassView>()
            .Describe("give_access_pass", "Give an access pass", "It stands in for the second factor once, within 1 to 24 hours. It is shown once.");
        user.MapDelete("/access-pass", async (HttpContext http, Guid id, [FromQuery, Description(ReasonHelp)] string? reason, AccessPassService passes, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await passes.RevokeAsync(id, reason ?? Default, caller, cancel)))
            .Needs(Permission.AccessPassesGive).AnswersNothing().Describe("revoke_access_pass", "Revoke an access pass", "It is worthless at once.");
        user.MapPost("/sign-out", SignOutAsync).Needs(Permission.SessionsEnd).AnswersNothing()
            .Describe("sign_out_user", "Sign a user out everywhere", "Ends sessions and half-open sign-ins, forgets remembered devices, and tells the user by mail.");

        var resets = api.MapGroup("/second-factor-resets").WithTags("Helping users");
        resets.MapGet("", ListResetsAsync).Needs(Permission.FactorsReset).Answers<Paged<FactorResetRow>>()
            .Describe("list_second_factor_resets", "List resets that wait for approval", "Oldest first.");
        resets.MapPost("/{id:guid}/approve", async (HttpContext http, Guid id, FactorResetService service, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await service.ApproveAsync(id, caller, cancel))).Needs(Permission.FactorsReset).AnswersNothing()
            .Describe("approve_second_factor_reset", "Approve a reset", "By somebody who neither asked for it nor is concerned. The factors are gone then.");
        resets.MapPost("/{id:guid}/decline", async (HttpContext http, Guid id, Body<ReasonBody> body, FactorResetService service, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await service.DeclineAsync(id, body.Value.Reason, caller, cancel))).Needs(Permission.FactorsReset).AnswersNothing()
            .Describe("decline_second_factor_reset", "Decline a reset", "Who asked for it withdraws it so.");
    }

    private static async Task<IResult> ResetPasswordAsync(HttpContext http, Guid id, Body<PasswordResetBody> body, PasswordAdministration passwords, Caller caller, CancellationToken cancel)
    {
        var (method, reason) = (body.Value.Method, body.Value.Reason);
        if (method == PasswordResetMethod.Link)
        {
            var made = await passwords.MakeLinkAsync(id, reason, caller, cancel);
            return made.Succeeded ? ApiAnswers.Json(new PasswordResetView(method, made.Value)) : ApiAnswers.Refuse(http, made.Problem);
        }
        var done = await (method == PasswordResetMethod.Require ? passwords.RequireAsync(id, reason, caller, cancel) : passwords.SendLinkAsync(id, reason, caller, cancel));
        return done.Succeeded ? ApiAnswers.Json(new PasswordResetView(method, null)) : ApiAnswers.Refuse(http, done.Problem);
    }

    private static async Task<IResult> ConfirmEmailAsync(HttpContext http, Guid id, Body<ReasonBody> body, PasswordAdministration passwords, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await passwords.ConfirmEmailAsync(id, body.Value.Reason, caller, cancel));

    private static async Task<IResult> MakeActivationLinkAsync(HttpContext http, Guid id, ActivationService activation, PublicAddress address, Caller caller, CancellationToken cancel)
    {
        var made = await activation.CreateLinkAsync(id, caller, cancel);
        return made.Succeeded ? ApiAnswers.Json(new LinkView(address.Link($"/account/activate/{made.Value}"))) : ApiAnswers.Refuse(http, made.Problem);
    }

    private static async Task<IResult> FindSecurityAsync(HttpContext http, Guid id, UserSecurity security, Caller caller, CancellationToken cancel) =>
        await security.FindAsync(id, caller, cancel) is { } details ? ApiAnswers.Json(ProtectionView.Of(details)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> ResetFactorsAsync(HttpContext http, Guid id, Body<ReasonBody> body, FactorResetService resets, Caller caller, CancellationToken cancel)
    {
        var reset = await resets.ResetAsync(id, body.Value.Reason, caller, cancel);
        return reset.Succeeded ? ApiAnswers.Json(new FactorResetView(reset.Value)) : ApiAnswers.Refuse(http, reset.Problem);
    }

    private static async Task<IResult> GivePassAsync(HttpContext http, Guid id, Body<AccessPassBody> body, AccessPassService passes, Caller caller, CancellationToken cancel)
    {
        var given = await passes.GiveAsync(id, body.Value.Hours, body.Value.Reason, caller, cancel);
        return given.Succeeded ? ApiAnswers.Json(new AccessPassView(given.Value.Secret, given.Value.ExpiresAt)) : ApiAnswers.Refuse(http, given.Problem);
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, Guid id, Body<ReasonBody> body, UserSecurity security, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await security.SignOutEverywhereAsync(id, body.Value.Reason, caller, cancel));

    private static async Task<IResult> ListResetsAsync(HttpContext http, [AsParameters] ListQuery query, FactorResetService resets, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, await resets.ListAsync(null, caller, cancel), row => row);
}

internal enum PasswordResetMethod { Mail, Link, Require }

internal sealed class PasswordResetBody : ReasonBody
{
    public PasswordResetMethod Method { get; set; }
}

internal sealed class AccessPassBody : ReasonBody
{
    [Description("1 to 24.")]
    public int Hours { get; set; } = 1;
}

/// <summary>The link is shown once.</summary>
internal sealed record PasswordResetView(PasswordResetMethod Method, string? Link);

internal sealed record LinkView(string Link);

internal sealed record FactorResetView(bool IsDone);

internal sealed record AccessPassView(string AccessPass, DateTimeOffset ExpiresAt);

/// <summary>How an account is protected, as far as others may know. <paramref name="EnrolBy"/>: until then a second factor has to be set up; <paramref name="IsRequiredByName"/>: of this user, whatever policy and roles say.</summary>
internal sealed record ProtectionView(
    bool HasSecondFactor, int Authenticators, int Passkeys, int RecoveryCodesLeft, int RememberedDevices, DateTimeOffset? PasswordChangedAt, bool MustChangePassword,
    DateTimeOffset? EnrolBy, bool IsRequiredByName, DateTimeOffset? RemindedAt, DateTimeOffset? AccessPassUntil, bool ResetWaits)
{
    public static ProtectionView Of(SecurityDetails details) => new(
        details.HasSecondFactor, details.Authenticators.Count, details.Passkeys, details.RecoveryCodesLeft, details.RememberedDevices, details.PasswordChangedAt, details.MustChangePassword,
        details.HasSecondFactor ? null : details.DueAt, details.IsRequiredByName, details.RemindedAt, details.Pass?.ExpiresAt, details.Resets.Count > 0);
}
