using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.AccessReviews;

public sealed record AccessReviewRow(
    Guid Id, string Name, string Subject, Guid ReviewerId, string ReviewerName, string StartedByName, DateTimeOffset StartedAt, DateTimeOffset DueAt, DateTimeOffset? ClosedAt, string? ClosedByName,
    int Kept, int Removed, int Undecided)
{
    public int Total => Kept + Removed + Undecided;
}

public sealed record ReviewItemRow(
    Guid Id, Guid UserId, string UserName, string RoleName, string? OrganizationName, DateTimeOffset AssignedAt, DateTimeOffset? EndsAt, string? AssignedBy, string? Reason, DateTimeOffset? LastSignInAt,
    ReviewDecision? Decision, string? Comment, DateTimeOffset? DecidedAt, string? DecidedByName);

/// <summary>Shows reviews to whoever may see them all, and to their reviewers.</summary>
public sealed class AccessReviewDirectory(UserAdminDbContext db, FeatureSwitches features)
{
    public const int PageSize = 100;
    private const int Shown = 200;

    /// <summary>Newest first, 200 at most.</summary>
    public async Task<IReadOnlyList<AccessReviewRow>> ListAsync(Actor actor, CancellationToken cancel) =>
        await Rows(db.AccessReviews.VisibleTo(actor).OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id).Take(Shown)).ToListAsync(cancel);

    public async Task<AccessReviewRow?> FindAsync(Guid id, Actor actor, CancellationToken cancel) =>
        await Rows(db.AccessReviews.VisibleTo(actor).Where(r => r.Id == id)).SingleOrDefaultAsync(cancel);

    /// <summary>Whether a review waits for this person.</summary>
    public async Task<bool> IsReviewerAsync(Actor actor, CancellationToken cancel) =>
        await features.IsOnAsync(Feature.AccessReviews, cancel) && await db.AccessReviews.AnyAsync(r => r.ReviewerId == actor.UserId && r.ClosedAt == null, cancel);

    /// <summary>A page of the items by name; only undecided ones when asked.</summary>
    public async Task<Page<ReviewItemRow>> ItemsAsync(Guid reviewId, bool onlyUndecided, PageStart start, Actor actor, CancellationToken cancel, int size = PageSize)
    {
        var items = db.AccessReviewItems.Where(i => i.ReviewId == reviewId && db.AccessReviews.VisibleTo(actor).Any(r => r.Id == i.ReviewId));
        var matching = onlyUndecided ? items.Where(i => i.Decision == null) : items;
        var backwards = start.Before is not null || start.AtEnd;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await items.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, cancel) : null;
        // Ids were given in the order of the names.
        if (cursor is not null)
            matching = backwards ? matching.Where(i => i.Id.CompareTo(cursor.Id) < 0) : matching.Where(i => i.Id.CompareTo(cursor.Id) > 0);
        backwards = backwards && (cursor is not null || start.AtEnd);
        var ordered = backwards ? matching.OrderByDescending(i => i.Id) : matching.OrderBy(i => i.Id);
        return Page.Of(await ItemRows(ordered.Skip(start.Skip).Take(size + 1)).ToListAsync(cancel), size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString());
    }

    private IQueryable<AccessReviewRow> Rows(IQueryable<AccessReview> reviews) => reviews.Select(r => new AccessReviewRow(
        r.Id, r.Name, r.Subject, r.ReviewerId, r.ReviewerName, r.StartedByName, r.StartedAt, r.DueAt, r.ClosedAt, r.ClosedByName,
        db.AccessReviewItems.Count(i => i.ReviewId == r.Id && i.Decision == ReviewDecision.Keep),
        db.AccessReviewItems.Count(i => i.ReviewId == r.Id && i.Decision == ReviewDecision.Remove),
        db.AccessReviewItems.Count(i => i.ReviewId == r.Id && i.Decision == null)));

    private IQueryable<ReviewItemRow> ItemRows(IQueryable<AccessReviewItem> items) => items.Select(i => new ReviewItemRow(
        i.Id, i.UserId, i.UserName, i.RoleName, i.OrganizationName, i.AssignedAt, i.EndsAt,
        db.RoleAssignments.Where(a => a.Id == i.AssignmentId).Select(a => a.AssignedByName).SingleOrDefault(),
        db.RoleAssignments.Where(a => a.Id == i.AssignmentId).Select(a => a.Reason).SingleOrDefault(),
        db.Users.Where(u => u.Id == i.UserId && u.LastSignInAt > User.Never).Select(u => (DateTimeOffset?)u.LastSignInAt).SingleOrDefault(),
        i.Decision, i.Comment, i.DecidedAt, i.DecidedByName));
}
