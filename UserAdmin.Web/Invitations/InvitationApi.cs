using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Invitations;

/// <summary>Invitations over HTTP. Their links go to the mailboxes; only <see cref="Permission.InvitationsCopyLink"/> gets one here.</summary>
internal static class InvitationApi
{
    public static void MapInvitationApi(this RouteGroupBuilder api)
    {
        var invitations = api.MapGroup("/invitations").WithTags("Invitations");
        invitations.MapGet("", ListAsync).Needs(Permission.InvitationsView).Answers<Paged<InvitationView>>()
            .Describe("list_invitations", "List invitations", "Newest first. `search` looks in the addresses.");
        invitations.MapPost("", InviteAsync).Needs(Permission.InvitationsManage).Idempotent().Answers<InvitationView>(StatusCodes.Status201Created)
            .Describe("create_invitation", "Invite somebody", "To register, or into an organization. The link goes to their mailbox alone.");
        invitations.MapPost("/bulk", InviteManyAsync).Needs(Permission.InvitationsManage).Idempotent().Answers<ManyInvitedView>()
            .Describe("create_invitations", "Invite many", "At most 200 at once. Each address is invited or refused by itself; the answer says which.");
        api.MapPost("/organizations/{id:guid}/invite", InviteIntoAsync).WithTags("Invitations").Needs(Permission.InvitationsManage).Idempotent().Answers<InvitationView>(StatusCodes.Status201Created)
            .Describe("invite_to_organization", "Invite somebody into an organization", "They become a member when they accept, with the role and the team that are named.");
        invitations.MapGet("/{id:guid}", FindAsync).Needs(Permission.InvitationsView).Answers<InvitationView>()
            .Describe("get_invitation", "Read an invitation", "With what became of it.");
        invitations.MapPost("/{id:guid}/resend", ResendAsync).Needs(Permission.InvitationsManage).Answers<InvitationView>()
            .Describe("resend_invitation", "Send an invitation again", "With a new link; the old one stops working.");
        invitations.MapPost("/{id:guid}/revoke", RevokeAsync).Needs(Permission.InvitationsManage).Answers<InvitationView>()
            .Describe("revoke_invitation", "Revoke an invitation", "Its link stops working.");
        invitations.MapPost("/{id:guid}/link", CopyLinkAsync).Needs(Permission.InvitationsCopyLink).Answers<InvitationLinkView>()
            .Describe("create_invitation_link", "Get a link to hand over", "A new link in place of the old one, shown this once. It proves no mailbox: the account has to confirm its address.");
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery, Description("queued, sent, failed, accepted, expired or revoked.")] string? state,
        [FromQuery, Description("Into this organization or one below it.")] Guid? organization, InvitationDirectory invitations, Caller caller, CancellationToken cancel)
    {
        if ((ApiChoice.Refuse(http, "state", state, InvitationState.Sent, out var wanted) ?? query.Refuse(http)) is { } refused)
            return refused;
        var found = await invitations.ListAsync(new(string.IsNullOrEmpty(state) ? null : wanted, organization, query.Search), query.Start, caller, cancel, query.Size);
        return ApiLists.Answer(http, query, found.Page, new(found.Count), InvitationView.Of);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Guid id, InvitationDirectory invitations, Caller caller, CancellationToken cancel) =>
        ApiChoice.Found(http, await invitations.FindAsync(id, caller, cancel), InvitationView.Of);

    private static Task<IResult> InviteAsync(HttpContext http, Body<NewInvitationBody> body, InvitationService service, InvitationDirectory invitations, Caller caller, CancellationToken cancel) =>
        InviteOneAsync(http, body.Value.ToForm(body.Value.OrganizationId), service, invitations, caller, cancel);

    private static Task<IResult> InviteIntoAsync(HttpContext http, Guid id, Body<InviteBody> body, InvitationService service, InvitationDirectory invitations, Caller caller, CancellationToken cancel) =>
        InviteOneAsync(http, body.Value.ToForm(id), service, invitations, caller, cancel);

    private static async Task<IResult> InviteOneAsync(HttpContext http, InvitationForm form, InvitationService service, InvitationDirectory invitations, Caller caller, CancellationToken cancel)
    {
        var invited = await service.InviteAsync(form, caller, cancel);
        if (!invited.Succeeded)
            return ApiAnswers.Refuse(http, invited.Problem);
        if (invited.Value is not [{ InvitationId: { } id }])
            return ApiAnswers.Invalid(http, "email", invited.Value[0].Problem ?? "Name one address.");
        // Who may invite but not see invitations gets the bare fact.
        return await invitations.FindAsync(id, caller, cancel) is { } row ? ApiAnswers.Created(http, $"/api/v1/invitations/{id}", InvitationView.Of(row)) : Results.StatusCode(StatusCodes.Status201Created);
    }

    private static async Task<IResult> InviteManyAsync(HttpContext http, Body<ManyInvitationsBody> body, InvitationService service, Caller caller, CancellationToken cancel)
    {
        var form = body.Value.ToForm();
        if (ApiBody.Judge(form) is { } wrong)
            return wrong(http);
        var invited = await service.InviteAsync(form, caller, cancel);
        return invited.Succeeded
            ? ApiAnswers.Json(new ManyInvitedView(invited.Value.Count(outcome => outcome.Problem is null), invited.Value.Count(outcome => outcome.Problem is not null), [.. invited.Value.Select(InvitedView.Of)]))
            : ApiAnswers.Refuse(http, invited.Problem);
    }

    private static async Task<IResult> ResendAsync(HttpContext http, Guid id, InvitationService service, InvitationDirectory invitations, Caller caller, CancellationToken cancel) =>
        await ShowAsync(http, id, await service.SendAgainAsync(id, caller, cancel), invitations, caller, cancel);

    private static async Task<IResult> RevokeAsync(HttpContext http, Guid id, InvitationService service, InvitationDirectory invitations, Caller caller, CancellationToken cancel) =>
        await ShowAsync(http, id, await service.RevokeAsync(id, caller, cancel), invitations, caller, cancel);

    private static async Task<IResult> CopyLinkAsync(HttpContext http, Guid id, InvitationService service, Caller caller, CancellationToken cancel)
    {
        var made = await service.CopyLinkAsync(id, caller, cancel);
        return made.Succeeded ? ApiAnswers.Json(new InvitationLinkView(made.Value)) : ApiAnswers.Refuse(http, made.Problem);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, Guid id, Result done, InvitationDirectory invitations, Caller caller, CancellationToken cancel) =>
        !done.Succeeded ? ApiAnswers.Refuse(http, done.Problem)
        : await invitations.FindAsync(id, caller, cancel) is { } row ? ApiAnswers.Record(http, InvitationView.Of(row)) : Results.NoContent();
}
