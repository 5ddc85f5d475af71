using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.AccessReviews;

/// <summary>Starts and closes campaigns in which a reviewer looks at every assignment of a role, or in an organization (R10).</summary>
public sealed class AccessReviewService(UserAdminDbContext db, ReviewRights rights, FeatureSwitches features, Outbox outbox, PublicAddress address, TimeProvider clock)
{
    private const int MostItems = 2_000;

    /// <summary>
    /// Collects what is in force at this moment. The starter must be allowed to take every one of these roles away: the reviewer does so on their authority.
    /// </summary>
    public async Task<Result<Guid>> StartAsync(AccessReviewForm form, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AccessReviewsManage))
            return await db.DenyAsync(actor, Permission.AccessReviewsManage, null, clock, cancel);
        var now = clock.GetUtcNow();
        if (actor.NeedsStepUpAt(now))
            return StepUp.Needed;
        if (form.RoleId is null && form.OrganizationId is null)
            return AccessReviewProblems.NothingChosen;
        if (form.DueOn is not { } day || new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) is var due && (due <= now || due > now.AddDays(366)))
            return AccessReviewProblems.DuePast;
        if (await db.Users.WithStatus(UserStatus.Active, now).AsNoTracking().SingleOrDefaultAsync(u => u.Id == form.ReviewerId, cancel) is not { } reviewer)
            return AccessReviewProblems.ReviewerGone;

        var items = await CollectAsync(form, now, cancel);
        if (items.Count is 0 or > MostItems)
            return items.Count == 0 ? AccessReviewProblems.NothingToReview : AccessReviewProblems.TooMuch;
        foreach (var (roleId, organizationId) in items.Select(item => (item.RoleId, item.OrganizationId)).Distinct())
            if (!await rights.MayTakeAsync(actor.Access, roleId, organizationId, cancel))
            {
                await db.DenyAsync(actor, Permission.RolesAssign, roleId, clock, cancel);
                return AccessReviewProblems.AboveYou;
            }

        var review = new AccessReview
        {
            Name = Text.Squeeze(form.Name),
            RoleId = form.RoleId,
            OrganizationId = form.OrganizationId,
            Subject = await SubjectAsync(form, cancel),
            ReviewerId = reviewer.Id,
            ReviewerName = ((AuditTarget)reviewer).Name,
            StartedById = actor.UserId,
            StartedByName = actor.Name,
            StartedAt = now,
            DueAt = new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero),
        };
        var result = await db.WriteAsync(async () =>
        {
            db.AccessReviews.Add(review);
            db.AccessReviewItems.AddRange(items.Select(item => new AccessReviewItem
            {
                ReviewId = review.Id,
                AssignmentId = item.AssignmentId,
                UserId = item.UserId,
                UserName = item.UserName,
                RoleName = item.RoleName,
                OrganizationName = item.OrganizationName,
                AssignedAt = item.AssignedAt,
                EndsAt = item.EndsAt,
            }));
            db.Record(AuditAction.AccessReviewStarted, actor, new(review.Id, review.Name), now, [new("Subject", null, review.Subject), new("Reviewer", null, review.ReviewerName), new("Assignments", null, $"{items.Count}")]);
            await outbox.AddAsync(MailKind.AccessReviewStarted, await outbox.RecipientAsync(reviewer, cancel), actor.CorrelationId, cancel,
                ("starter", actor.Name), ("review", review.Name), ("count", $"{items.Count}"), ("due", $"{day:yyyy-MM-dd}"), ("link", address.Link($"/access-reviews/{review.Id}")));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? review.Id : result.Problem;
    }

    /// <summary>Ends the review: what is undecided stays undecided, and the result can't change any more. By its reviewer or whoever runs reviews.</summary>
    public async Task<Result> CloseAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (await features.RefuseAsync(Feature.AccessReviews, cancel) is { } off)
            return off;
        if (await db.AccessReviews.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancel) is not { } review || !review.IsVisibleTo(actor))
            return AccessReviewProblems.NotFound;
        if (actor.Impersonator is not null)
            return StepUp.NotWhileActing;
        if (!actor.Can(Permission.AccessReviewsManage) && review.ReviewerId != actor.UserId)
            return await db.DenyAsync(actor, Permission.AccessReviewsManage, id, clock, cancel);
        return await db.WriteAsync(async () =>
        {
            var now = clock.GetUtcNow();
            if (await db.AccessReviews.Where(r => r.Id == id && r.ClosedAt == null).ExecuteUpdateAsync(row => row.SetProperty(r => r.ClosedAt, now).SetProperty(r => r.ClosedByName, actor.Name), cancel) == 0)
                return AccessReviewProblems.Closed;
            var decisions = await db.AccessReviewItems.Where(i => i.ReviewId == id).GroupBy(i => i.Decision).Select(group => new { group.Key, Count = group.Count() }).ToListAsync(cancel);
            string Count(ReviewDecision? decision) => $"{decisions.SingleOrDefault(group => group.Key == decision)?.Count ?? 0}";
            db.Record(AuditAction.AccessReviewClosed, actor, new(id, review.Name), now, [new("Kept", null, Count(ReviewDecision.Keep)), new("Removed", null, Count(ReviewDecision.Remove)), new("Undecided", null, Count(null))]);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private sealed record Found(Guid AssignmentId, Guid UserId, string UserName, Guid RoleId, string RoleName, Guid? OrganizationId, string? OrganizationName, DateTimeOffset AssignedAt, DateTimeOffset? EndsAt);

    private Task<List<Found>> CollectAsync(AccessReviewForm form, DateTimeOffset now, CancellationToken cancel)
    {
        var assignments = db.RoleAssignments.InForce(now);
        if (form.RoleId is { } roleId)
            assignments = assignments.Where(a => a.RoleId == roleId);
        if (form.OrganizationId is { } place)
            assignments = assignments.Where(a => db.OrganizationPaths.Any(path => path.AncestorId == place && path.OrganizationId == a.OrganizationId));
        return (
            from assignment in assignments
            join user in db.Users.Existing() on assignment.UserId equals user.Id
            join role in db.Roles on assignment.RoleId equals role.Id
            orderby user.SortName, assignment.Id
            select new Found(assignment.Id, user.Id, (user.FirstName + " " + user.LastName).Trim(), role.Id, role.Name, assignment.OrganizationId,
                db.Organizations.Where(o => o.Id == assignment.OrganizationId).Select(o => o.Name).SingleOrDefault(), assignment.AssignedAt, assignment.EndsAt)).Take(MostItems + 1).ToListAsync(cancel);
    }

    private async Task<string> SubjectAsync(AccessReviewForm form, CancellationToken cancel)
    {
        var role = form.RoleId is { } roleId ? await db.Roles.Where(r => r.Id == roleId).Select(r => r.Name).SingleAsync(cancel) : null;
        var place = form.OrganizationId is { } organizationId ? await db.Organizations.Where(o => o.Id == organizationId).Select(o => o.Name).SingleAsync(cancel) : null;
        return role is null ? $"All roles in {place}" : place is null ? role : $"{role} in {place}";
    }
}
