using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Registration;

namespace UserAdmin.Web.Invitations;

/// <summary>What somebody who is invited gets.</summary>
internal abstract class InvitationGainsBody
{
    [Description("The role they get, in the organization or, without one, everywhere.")]
    public Guid? RoleId { get; set; }

    [Description("A team of the organization.")]
    public Guid? TeamId { get; set; }

    [Description("The language of the message: en, de, fr or es.")]
    public string Language { get; set; } = "en";

    protected InvitationForm FormOf(string addresses, Guid? organizationId) => new() { Addresses = addresses, OrganizationId = organizationId, RoleId = RoleId, TeamId = TeamId, Language = Language };
}

internal class InviteBody : InvitationGainsBody
{
    [Required(ErrorMessage = "Enter an email address."), Email]
    public string Email { get; set; } = "";

    public InvitationForm ToForm(Guid? organizationId) => FormOf(Email, organizationId);
}

internal sealed class NewInvitationBody : InviteBody
{
    [Description("The organization they become a member of; they only get an account when it is left out.")]
    public Guid? OrganizationId { get; set; }
}

internal sealed class ManyInvitationsBody : InvitationGainsBody
{
    [Required, Length(1, InvitationForm.MaximumAddresses, ErrorMessage = "Name 1 to 200 addresses.")]
    public IReadOnlyList<string> Emails { get; set; } = [];

    [Description("The organization they become members of; they only get an account when it is left out.")]
    public Guid? OrganizationId { get; set; }

    public InvitationForm ToForm() => FormOf(string.Join('\n', Emails), OrganizationId);
}

/// <summary>An invitation, without its link. <paramref name="Failure"/> is what the mail server said.</summary>
internal sealed record InvitationView(
    Guid Id, string Email, InvitationState State, string InvitedBy, DateTimeOffset SentAt, DateTimeOffset ExpiresAt, DateTimeOffset? AcceptedAt, Guid? AcceptedById, Guid? OrganizationId, string? Organization,
    string? Role, string? Failure, DateTimeOffset? LinkCopiedAt, bool IsPending)
{
    public static InvitationView Of(InvitationRow row) => new(
        row.Id, row.Email, row.State, row.InvitedBy, row.SentAt, row.ExpiresAt, row.AcceptedAt, row.AcceptedById, row.OrganizationId, row.Organization, row.Role, row.Failure, row.LinkCopiedAt, row.IsPending);
}

internal sealed record InvitedView(string Email, bool Succeeded, Guid? Id, string? Message)
{
    public static InvitedView Of(InvitationOutcome outcome) => new(outcome.Address, outcome.Problem is null, outcome.InvitationId, outcome.Problem);
}

internal sealed record ManyInvitedView(int Done, int Refused, IReadOnlyList<InvitedView> Items);

internal sealed record InvitationLinkView(string Link);
