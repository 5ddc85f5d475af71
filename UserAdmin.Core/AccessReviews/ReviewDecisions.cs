using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.AccessReviews;

/// <summary>What the reviewer does: keep or remove. Removing ends an assignment at once, on the authority of whoever started the review and as long as they hold it.</summary>
public sealed class ReviewDecisions(UserAdminDbContext db, ReviewRights rights, AccessEvaluator evaluator, Owners owners, FeatureSwitches features, SessionDirectory sessions, CurrentTenant tenant, TimeProvider clock)
{
    public const int AtOnce = 200;

    /// <summary>Decides about each of the items and gives back, by their ids, what could not be done. Each stands for itself.</summary>
    public async Task<Result<IReadOnlyDictionary<Guid, Problem>>> DecideAsync(Guid reviewId, IReadOnlyCollection<Guid> itemIds, ReviewDecision decision, string? comment, Actor actor, CancellationToken cancel)
    {
        if (await features.RefuseAsync(Feature.AccessReviews, cancel) is { } off)
            return off;
        if (await db.AccessReviews.AsNoTracking().SingleOrDefaultAsync(r => r.Id == reviewId, cancel) is not { } review || !review.IsVisibleTo(actor))
            return AccessReviewProblems.NotFound;
        if (actor.Impersonator is not null)
            return StepUp.NotWhileActing;
        if (review.ReviewerId != actor.UserId)
            return AccessReviewProblems.NotReviewer;
        if (review.ClosedAt is not null)
            return AccessReviewProblems.Closed;

        var words = Text.ShortenToNull(Text.SqueezeToNull(comment), 1000);
        Dictionary<Guid, Problem> problems = [];
        foreach (var id in itemIds.Distinct().Take(AtOnce))
        {
            var done = await db.WriteAsync(() => DecideOneAsync(review, id, decision, words, actor, cancel), cancel);
            // What a refused one left behind must not be saved with the next.
            db.ChangeTracker.Clear();
            if (!done.Succeeded)
                problems[id] = done.Problem;
        }
        if (decision == ReviewDecision.Remove)
            await sessions.RefreshAccessAsync(tenant.Tenant, cancel);
        return problems;
    }

    private async Task<Result> DecideOneAsync(AccessReview review, Guid id, ReviewDecision decision, string? comment, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (await db.AccessReviewItems.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id && i.ReviewId == review.Id, cancel) is not { } item)
            return AccessReviewProblems.NotFound;
        if (item.UserId == actor.UserId)
            return AccessReviewProblems.Own;
        // One statement that asks and writes: what was removed stays removed, and a review that closes at this moment is closed.
        if (await db.AccessReviewItems.Where(i => i.Id == id && i.Decision != ReviewDecision.Remove && db.AccessReviews.Any(r => r.Id == review.Id && r.ClosedAt == null)).ExecuteUpdateAsync(row => row
            .SetProperty(i => i.Decision, decision).SetProperty(i => i.Comment, comment).SetProperty(i => i.DecidedAt, now).SetProperty(i => i.DecidedByName, actor.Name), cancel) == 0)
            return await db.AccessReviews.AnyAsync(r => r.Id == review.Id && r.ClosedAt != null, cancel) ? AccessReviewProblems.Closed : AccessReviewProblems.Removed;
        if (decision == ReviewDecision.Remove && await EndAsync(review, item, now, cancel) is { } refused)
            return refused;
        db.Record(decision == ReviewDecision.Keep ? AuditAction.AccessReviewKept : AuditAction.AccessReviewRemoved, actor, new(item.UserId, item.UserName), now,
            [new("Review", null, review.Name), new("Role", decision == ReviewDecision.Keep ? null : item.RoleName, decision == ReviewDecision.Keep ? item.RoleName : null), new("Organization", null, item.OrganizationName)], comment);
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }

    // An assignment that has ended meanwhile is as good as removed.
    private async Task<Problem?> EndAsync(AccessReview review, AccessReviewItem item, DateTimeOffset now, CancellationToken cancel)
    {
        await db.ChangeStampAsync(ChangeStamp.Assignments, cancel);
        if (await db.RoleAssignments.SingleOrDefaultAsync(a => a.Id == item.AssignmentId, cancel) is not { } assignment)
            return null;
        if (!await IsBackedAsync(review, assignment, now, cancel))
            return AccessReviewProblems.StarterGone;
        if (assignment.RoleId == SystemRoles.Owner.Id && await owners.RefuseToLoseAsync(assignment.UserId, now, cancel) is { } last)
            return last;
        db.RoleAssignments.Remove(assignment);
        return null;
    }

    private async Task<bool> IsBackedAsync(AccessReview review, RoleAssignment assignment, DateTimeOffset now, CancellationToken cancel)
    {
        if (review.StartedById is not { } starter || !await db.Users.WithStatus(UserStatus.Active, now).AnyAsync(u => u.Id == starter, cancel))
            return false;
        var access = await evaluator.EvaluateAsync(starter, cancel);
        return access.Can(Permission.AccessReviewsManage) && await rights.MayTakeAsync(access, assignment.RoleId, assignment.OrganizationId, cancel);
    }
}
