using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.AccessReviews;

public sealed record AccessReviewQuery;

public sealed class AccessReviewExport(AccessReviewDirectory reviews, FeatureSwitches features) : PagedExport<AccessReviewQuery, AccessReviewRow>(ListName, "Access reviews", Permission.AccessReviewsView, Columns)
{
    public const string ListName = "access-reviews";

    private static readonly ListColumns<AccessReviewRow> Columns = new ListColumns<AccessReviewRow>()
        .Text("Name", "name", row => row.Name, 32).Text("What", "subject", row => row.Subject, 32).Text("Reviewer", "reviewer", row => row.ReviewerName).Text("Started by", "started_by", row => row.StartedByName)
        .Instant("Started", "started_at", row => row.StartedAt).Instant("Due", "due_at", row => row.DueAt).Instant("Closed", "closed_at", row => row.ClosedAt).Text("Closed by", "closed_by", row => row.ClosedByName)
        .Number("Kept", "kept", row => row.Kept).Number("Removed", "removed", row => row.Removed).Number("Undecided", "undecided", row => row.Undecided);

    protected override async Task<(Page<AccessReviewRow> Page, long? Count)> ReadAsync(AccessReviewQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var rows = await reviews.ListAsync(actor, cancel);
        return (new(rows, null, null), rows.Count);
    }

    // Reviewers see theirs without the permission.
    protected override Task<bool> MayAsync(Actor actor, CancellationToken cancel) => features.IsOnAsync(Feature.AccessReviews, cancel);
}

public sealed record ReviewEvidenceQuery(Guid Id);

/// <summary>The result of a review: the evidence that it took place. Whoever sees the review, its reviewer above all, may take it out.</summary>
public sealed class ReviewEvidenceExport(AccessReviewDirectory reviews, FeatureSwitches features) : PagedExport<ReviewEvidenceQuery, ReviewItemRow>(ListName, "Access review", Permission.AccessReviewsView, Columns)
{
    public const string ListName = "access-review-evidence";

    private static readonly ListColumns<ReviewItemRow> Columns = new ListColumns<ReviewItemRow>()
        .Text("Person", "person", row => row.UserName, 28).Text("Role", "role", row => row.RoleName).Text("Organization", "organization", row => row.OrganizationName ?? "Everywhere")
        .Instant("Since", "assigned_at", row => row.AssignedAt).Instant("Until", "ends_at", row => row.EndsAt).Text("Assigned by", "assigned_by", row => row.AssignedBy).Text("Reason", "reason", row => row.Reason, 40)
        .Instant("Last sign-in", "last_sign_in_at", row => row.LastSignInAt).Text("Decision", "decision", row => row.Decision switch { ReviewDecision.Keep => "Kept", ReviewDecision.Remove => "Removed", _ => "Undecided" }, 12)
        .Text("Comment", "comment", row => row.Comment, 40).Instant("Decided", "decided_at", row => row.DecidedAt).Text("Decided by", "decided_by", row => row.DecidedByName);

    public override bool IsOnesOwn => true;

    protected override async Task<(Page<ReviewItemRow> Page, long? Count)> ReadAsync(ReviewEvidenceQuery query, PageStart start, Actor actor, CancellationToken cancel) =>
        (await reviews.ItemsAsync(query.Id, onlyUndecided: false, start, actor, cancel), (await reviews.FindAsync(query.Id, actor, cancel))?.Total);

    protected override Task<bool> MayAsync(Actor actor, CancellationToken cancel) => features.IsOnAsync(Feature.AccessReviews, cancel);

    protected override async Task<string?> TitleAsync(ReviewEvidenceQuery query, Actor actor, CancellationToken cancel) => (await reviews.FindAsync(query.Id, actor, cancel))?.Name;
}
