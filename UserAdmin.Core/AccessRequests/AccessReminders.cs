using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Core.AccessRequests;

/// <summary>Looks every hour whether somebody has to be reminded of a request or a review.</summary>
public sealed class AccessReminders(AccessRequestReminders requests, AccessReviewReminders reviews)
{
    public async Task RemindAsync(JobLog log, CancellationToken cancel) =>
        log.Conclude($"Reminded of {await requests.RemindAsync(cancel)} requests for roles and {await reviews.RemindAsync(cancel)} access reviews.");
}
