using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Registration;

public sealed class InvitationExport(InvitationDirectory invitations, OrganizationDirectory organizations) : PagedExport<InvitationFilter, InvitationRow>(ListName, "Invitations", Permission.InvitationsView, Columns)
{
    public const string ListName = "invitations";

    private static readonly ListColumns<InvitationRow> Columns = new ListColumns<InvitationRow>()
        .Text("Email", "email", row => row.Email, 32).Text("State", "state", row => row.State.ToString(), 12).Text("Organization", "organization", row => row.Organization).Text("Role", "role", row => row.Role)
        .Text("Invited by", "invited_by", row => row.InvitedBy).Instant("Sent", "sent_at", row => row.SentAt).Instant("Expires", "expires_at", row => row.ExpiresAt).Instant("Accepted", "accepted_at", row => row.AcceptedAt)
        .Text("Failure", "failure", row => row.Failure, 40);

    protected override async Task<(Page<InvitationRow> Page, long? Count)> ReadAsync(InvitationFilter query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await invitations.ListAsync(query, start, actor, cancel);
        return (page, count);
    }

    protected override async Task<IEnumerable<(string Name, string? Value)>> DescribeAsync(InvitationFilter query, Actor actor, CancellationToken cancel) =>
        [("Search", query.Email), ("State", query.State?.ToString()), ("Organization", await organizations.NameInFilterAsync(query.OrganizationId, actor, cancel)), ("Sorted by", "Sent, newest first")];
}
