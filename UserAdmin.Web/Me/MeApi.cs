using UserAdmin.Core.Common;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Me;
using UserAdmin.Core.Roles;
using UserAdmin.Core.SignIn;
using UserAdmin.Web.Api;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Users;

namespace UserAdmin.Web.Me;

/// <summary>One's own account over HTTP, and the profiles of others as far as they show them.</summary>
internal static class MeApi
{
    public static void MapMeApi(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("My account");
        me.MapGet("", (HttpContext http, ProfileService profiles, Caller caller, CancellationToken cancel) => FindAsync(http, caller.UserId, profiles, caller, cancel)).Answers<ProfileView>()
            .Describe("get_me", "Read one's own profile", "The account and the profile of the caller, with the version for If-Match in ETag.");
        me.MapPut("", (HttpContext http, Put<ProfileBody, ProfileView> put, ProfileService profiles, Caller caller, CancellationToken cancel) => EditAsync(http, caller.UserId, put, profiles, caller, cancel)).Answers<ProfileView>()
            .Describe("replace_me", "Replace one's own profile", "What is left out is emptied. The email address and the password have addresses of their own.");
        me.MapPatch("", (HttpContext http, Patch<ProfileBody, ProfileView> patch, ProfileService profiles, Caller caller, CancellationToken cancel) => EditAsync(http, caller.UserId, patch, profiles, caller, cancel)).Answers<ProfileView>()
            .Describe("update_me", "Change one's own profile", "Changes the fields that are there and leaves the others.");
        me.MapPost("/password", ChangePasswordAsync).WithMetadata(new OpenToConfinedAttribute()).AnswersNothing()
            .Describe("change_password", "Change one's own password", "Ends all other sessions. Somebody who has to choose a new password needn't send the current one right after signing in. Closed to tokens that were made to be kept.");
        me.MapGet("/email", FindEmailAsync).Answers<EmailView>()
            .Describe("get_email", "Read one's own address", "The email address, and a new one that waits for its confirmation.");
        me.MapPost("/email", ChangeEmailAsync).AnswersNothing()
            .Describe("change_email", "Ask for another email address", "Mails a link to the new address; nothing changes until it is followed. Asks for a recent sign-in: see `auth/confirm`.");
        me.MapDelete("/email", async (HttpContext http, EmailChange change, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await change.WithdrawAsync(caller, cancel))).AnswersNothing()
            .Describe("withdraw_email_change", "Keep the old address", "Makes the mailed link worthless.");
        me.MapPost("/phone/send-code", async (HttpContext http, PhoneConfirmation phones, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await phones.SendAsync(caller, cancel))).AnswersNothing()
            .Describe("send_phone_code", "Have a code sent to one's phone", "By SMS, for ten minutes and five tries.");
        me.MapPost("/phone/confirm", ConfirmPhoneAsync).AnswersNothing()
            .Describe("confirm_phone", "Confirm one's phone", "Takes the code from the message.");

        var users = api.MapGroup("/users/{id:guid}").WithTags("Users");
        users.MapGet("/profile", (HttpContext http, Guid id, ProfileService profiles, Caller caller, CancellationToken cancel) => FindAsync(http, id, profiles, caller, cancel)).Answers<ProfileView>()
            .Describe("get_profile", "Read a profile", "What administrators see of it; what its owner keeps from them is empty and stands in `hidden`.");
        users.MapPatch("/profile", (HttpContext http, Guid id, Patch<ProfileBody, ProfileView> patch, ProfileService profiles, Caller caller, CancellationToken cancel) => EditAsync(http, id, patch, profiles, caller, cancel)).Needs(Permission.UsersEdit).Answers<ProfileView>()
            .Describe("update_profile", "Change a profile", "Changes the fields that are there and leaves the others.");
        api.MapGet("/people/{id:guid}", FindCardAsync).WithTags("Users").WithMetadata(new PartOfAttribute(Feature.PublicProfiles)).Answers<PersonView>()
            .Describe("get_person", "Read somebody's card", "What a person shows to others who are signed in; what they keep to themselves is null.");
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, ProfileService profiles, Caller caller, CancellationToken cancel) =>
        await profiles.FindAsync(id, caller, cancel) is { } profile ? ApiAnswers.Record(http, ProfileView.Of(profile)) : ApiAnswers.NotFound(http);

    private static async Task<IResult> EditAsync(HttpContext http, Guid id, Edit<ProfileBody, ProfileView> edit, ProfileService profiles, Caller caller, CancellationToken cancel)
    {
        if (await profiles.FindAsync(id, caller, cancel) is not { } current)
            return ApiAnswers.NotFound(http);
        if (edit.Refuse(http, ProfileView.Of(current)) is { } refused)
            return refused;
        var (mine, wrong) = edit.ApplyTo(current.Form);
        if (mine is null || (wrong = AddressLine.Settle(mine, edit, AddressParts.Of(current.Form))) is not null)
            return wrong!(http);
        var edited = await profiles.EditAsync(id, mine, current.Form, caller, cancel);
        return !edited.Succeeded ? ApiAnswers.Refuse(http, edited.Problem)
            : edited.Value.Conflicts.Count > 0 ? ApiAnswers.Refuse(http, new(ProblemKind.Conflict, "user.conflict", "Somebody else changed the same fields at this moment. Read the user again."))
            : await FindAsync(http, id, profiles, caller, cancel);
    }

    private static async Task<IResult> ChangePasswordAsync(HttpContext http, Body<PasswordBody> body, PasswordService passwords, Caller caller, CancellationToken cancel)
    {
        var (current, password) = (body.Value.CurrentPassword, body.Value.Password);
        var isRequired = current is null && await passwords.FindAsync(caller, cancel) is { MustChange: true };
        var changed = isRequired ? await passwords.ReplaceRequiredAsync(new() { Password = password, Again = password }, caller, cancel)
            : await passwords.ChangeAsync(new() { Current = current ?? "", Password = password, Again = password }, caller, cancel);
        return changed.Succeeded ? Results.NoContent()
            : ApiAnswers.Refuse(http, changed.Problem.Field == nameof(PasswordForm.Current) ? changed.Problem with { Field = nameof(PasswordBody.CurrentPassword) } : changed.Problem);
    }

    private static async Task<IResult> FindEmailAsync(HttpContext http, ProfileService profiles, EmailChange change, Caller caller, CancellationToken cancel) =>
        await profiles.FindAsync(caller.UserId, caller, cancel) is { } profile
            ? ApiAnswers.Json(new EmailView(profile.Email, profile.IsEmailConfirmed, await change.FindWaitingAsync(caller, cancel))) : ApiAnswers.NotFound(http);

    private static async Task<IResult> ChangeEmailAsync(HttpContext http, Body<EmailChangeForm> body, EmailChange change, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await change.AskAsync(body.Value, caller, cancel));

    private static async Task<IResult> ConfirmPhoneAsync(HttpContext http, Body<CodeBody> body, PhoneConfirmation phones, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Done(http, await phones.ConfirmAsync(body.Value.Code, caller, cancel));

    private static async Task<IResult> FindCardAsync(HttpContext http, Guid id, ProfileService profiles, Caller caller, CancellationToken cancel) =>
        await profiles.FindCardAsync(id, caller, cancel) is { } card ? ApiAnswers.Json(PersonView.Of(card)) : ApiAnswers.NotFound(http);
}
