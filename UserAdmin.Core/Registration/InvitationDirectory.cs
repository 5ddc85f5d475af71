using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Registration;

/// <summary>Which invitations to show; of an organization and those below it, when one is named.</summary>
public sealed record InvitationFilter(InvitationState? State = null, Guid? OrganizationId = null, string? Email = null);

public sealed record InvitationRow(
    Guid Id, string Email, InvitationState State, string InvitedBy, DateTimeOffset SentAt, DateTimeOffset ExpiresAt, DateTimeOffset? AcceptedAt, Guid? AcceptedById,
    Guid? OrganizationId, string? Organization, string? Role, string? Failure, DateTimeOffset? LinkCopiedAt)
{
    /// <summary>It can be sent again or revoked.</summary>
    public bool IsPending => State is not (InvitationState.Accepted or InvitationState.Revoked);
}

public sealed record InvitationListing(Page<InvitationRow> Page, int Count);

/// <summary>Shows invitations, as far as <see cref="Permission.InvitationsView"/> reaches; without it there are none.</summary>
public sealed class InvitationDirectory(UserAdminDbContext db, TimeProvider clock)
{
    public const int PageSize = 50;

    private const int MostOrganizations = 200;

    /// <summary>Newest first. A cursor of an invitation that is gone starts at the beginning.</summary>
    public async Task<InvitationListing> ListAsync(InvitationFilter filter, PageStart start, Actor actor, CancellationToken cancel, int size = PageSize)
    {
        if (!actor.CanSomewhere(Permission.InvitationsView))
            return new(new([], null, null), 0);

        var now = clock.GetUtcNow();
        var visible = db.Invitations.Within(actor, Permission.InvitationsView, db);
        var matching = filter.State is { } wanted ? visible.In(wanted, db, now) : visible;
        if (filter.OrganizationId is { } organization)
        {
            var below = db.OrganizationPaths.Where(path => path.AncestorId == organization).Select(path => path.OrganizationId);
            matching = matching.Where(i => below.Contains(i.OrganizationId!.Value));
        }
        if (Text.Compose(Text.Visible(filter.Email)).ToUpperInvariant() is { Length: > 0 } part)
            matching = matching.Where(i => i.NormalizedEmail.Contains(part));
        var count = await matching.CountAsync(cancel);

        var backwards = start.Before is not null || start.AtEnd;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await visible.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, cancel) : null;
        if (cursor is not null)
            matching = backwards
                ? matching.Where(i => i.CreatedAt > cursor.CreatedAt || i.CreatedAt == cursor.CreatedAt && i.Id.CompareTo(cursor.Id) > 0)
                : matching.Where(i => i.CreatedAt < cursor.CreatedAt || i.CreatedAt == cursor.CreatedAt && i.Id.CompareTo(cursor.Id) < 0);
        backwards = backwards && (cursor is not null || start.AtEnd);
        var ordered = backwards ? matching.OrderBy(i => i.CreatedAt).ThenBy(i => i.Id) : matching.OrderByDescending(i => i.CreatedAt).ThenByDescending(i => i.Id);
        var rows = await RowsAsync(ordered.Skip(start.Skip).Take(size + 1), now, cancel);
        return new(Page.Of(rows, size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString()), count);
    }

    /// <summary>Null when there is none, or the actor may not see it.</summary>
    public async Task<InvitationRow?> FindAsync(Guid id, Actor actor, CancellationToken cancel) => !actor.CanSomewhere(Permission.InvitationsView) ? null
        : (await RowsAsync(db.Invitations.Within(actor, Permission.InvitationsView, db).Where(i => i.Id == id), clock.GetUtcNow(), cancel)).SingleOrDefault();

    /// <summary>The organizations that have invitations the actor sees, by name, 200 at most.</summary>
    public async Task<IReadOnlyList<NamedChoice>> OrganizationsAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.InvitationsView))
            return [];
        var invited = db.Invitations.Within(actor, Permission.InvitationsView, db).Select(i => i.OrganizationId);
        return await db.Organizations.Where(o => invited.Contains(o.Id)).OrderBy(o => o.NormalizedName).ThenBy(o => o.Id).Take(MostOrganizations).Select(o => new NamedChoice(o.Id, o.Name)).ToListAsync(cancel);
    }

    private async Task<List<InvitationRow>> RowsAsync(IQueryable<Invitation> invitations, DateTimeOffset now, CancellationToken cancel)
    {
        var rows = await invitations.Select(i => new
        {
            Invitation = i,
            Organization = db.Organizations.Where(o => o.Id == i.OrganizationId).Select(o => o.Name).SingleOrDefault(),
            Role = db.Roles.Where(r => r.Id == i.RoleId).Select(r => r.Name).SingleOrDefault(),
            Message = db.OutboxMessages.Where(m => m.Id == i.MessageId).Select(m => new { m.State, m.LastAnswer }).SingleOrDefault(),
        }).AsNoTracking().ToListAsync(cancel);
        return rows.ConvertAll(row => RowOf(row.Invitation, row.Organization, row.Role, row.Message?.State, row.Message?.LastAnswer, now));
    }

    private static InvitationRow RowOf(Invitation i, string? organization, string? role, MessageState? message, string? answer, DateTimeOffset now)
    {
        var state = i.StateAt(now, message);
        return new(i.Id, i.Email, state, i.InvitedByName, i.SentAt, i.ExpiresAt, i.AcceptedAt, i.AcceptedById, i.OrganizationId, organization, role,
            state is InvitationState.Failed or InvitationState.Queued ? answer : null, i.LinkCopiedAt);
    }
}
