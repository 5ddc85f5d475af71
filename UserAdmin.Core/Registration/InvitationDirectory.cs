using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Registration;

public sealed record InvitationRow(
    Guid Id, string Email, InvitationState State, string InvitedBy, DateTimeOffset SentAt, DateTimeOffset ExpiresAt, DateTimeOffset? AcceptedAt, Guid? AcceptedById);

public sealed record InvitationListing(Page<InvitationRow> Page, int Count);

/// <summary>Shows invitations. Needs <see cref="Permission.InvitationsView"/>; without it there are none.</summary>
public sealed class InvitationDirectory(UserAdminDbContext db, TimeProvider clock)
{
    public const int PageSize = 50;

    /// <summary>Newest first; all states when <paramref name="state"/> is null. A cursor of an invitation that is gone starts at the beginning.</summary>
    public async Task<InvitationListing> ListAsync(InvitationState? state, string? email, PageStart start, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.InvitationsView))
            return new(new([], null, null), 0);

        var now = clock.GetUtcNow();
        var matching = state is { } wanted ? db.Invitations.In(wanted, now) : db.Invitations;
        if (Text.Compose(Text.Visible(email)).ToUpperInvariant() is { Length: > 0 } part)
            matching = matching.Where(i => i.NormalizedEmail.Contains(part));
        var count = await matching.CountAsync(cancel);

        var backwards = start.Before is not null || start.AtEnd;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await db.Invitations.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, cancel) : null;
        if (cursor is not null)
            matching = backwards
                ? matching.Where(i => i.CreatedAt > cursor.CreatedAt || i.CreatedAt == cursor.CreatedAt && i.Id.CompareTo(cursor.Id) > 0)
                : matching.Where(i => i.CreatedAt < cursor.CreatedAt || i.CreatedAt == cursor.CreatedAt && i.Id.CompareTo(cursor.Id) < 0);
        backwards = backwards && (cursor is not null || start.AtEnd);
        var ordered = backwards ? matching.OrderBy(i => i.CreatedAt).ThenBy(i => i.Id) : matching.OrderByDescending(i => i.CreatedAt).ThenByDescending(i => i.Id);
        var rows = await ordered.Take(PageSize + 1).AsNoTracking().ToListAsync(cancel);
        var page = Page.Of(rows, PageSize, backwards, cursor is not null, row => row.Id.ToString());
        return new(new([.. page.Rows.Select(i => RowOf(i, now))], page.Previous, page.Next), count);
    }

    private static InvitationRow RowOf(Invitation i, DateTimeOffset now) =>
        new(i.Id, i.Email, i.StateAt(now), i.InvitedByName, i.SentAt, i.ExpiresAt, i.AcceptedAt, i.AcceptedById);
}
