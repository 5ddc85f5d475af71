using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.AccessReviews;

/// <summary>Reminds reviewers, once, three days before a review is due.</summary>
public sealed class AccessReviewReminders(UserAdminDbContext db, FeatureSwitches features, Outbox outbox, PublicAddress address, TimeProvider clock)
{
    public static readonly TimeSpan Before = TimeSpan.FromDays(3);

    /// <summary>Gives back of how many reviews. Every server may do it: a review is marked by the statement that finds it unmarked.</summary>
    public async Task<int> RemindAsync(CancellationToken cancel)
    {
        if (!await features.IsOnAsync(Feature.AccessReviews, cancel))
            return 0;
        var now = clock.GetUtcNow();
        var until = now + Before;
        var due = await db.AccessReviews.AsNoTracking().Where(r => r.ClosedAt == null && r.RemindedAt == null && r.DueAt <= until && db.AccessReviewItems.Any(i => i.ReviewId == r.Id && i.Decision == null)).ToListAsync(cancel);
        var reminded = 0;
        foreach (var review in due)
            await db.WriteAsync(async () =>
            {
                if (await db.AccessReviews.Where(r => r.Id == review.Id && r.ClosedAt == null && r.RemindedAt == null).ExecuteUpdateAsync(row => row.SetProperty(r => r.RemindedAt, now), cancel) == 0
                    || await db.Users.WithStatus(UserStatus.Active, now).AsNoTracking().SingleOrDefaultAsync(u => u.Id == review.ReviewerId, cancel) is not { } reviewer)
                    return Result.Ok;
                var open = await db.AccessReviewItems.CountAsync(i => i.ReviewId == review.Id && i.Decision == null, cancel);
                await outbox.AddAsync(MailKind.AccessReviewReminder, await outbox.RecipientAsync(reviewer, cancel), null, cancel,
                    ("review", review.Name), ("count", $"{open}"), ("due", $"{review.DueAt.AddDays(-1):yyyy-MM-dd}"), ("link", address.Link($"/access-reviews/{review.Id}")));
                await db.SaveChangesAsync(cancel);
                reminded++;
                return Result.Ok;
            }, cancel);
        return reminded;
    }
}
