using System.Globalization;
using System.Text;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Common;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.AccessReviews;

/// <summary>The result of a review as a file: the evidence that it took place.</summary>
internal static class AccessReviewEndpoints
{
    public static void MapAccessReviews(this WebApplication app) =>
        app.MapGet("/access-reviews/{id:guid}/evidence.csv", async (HttpContext http, Guid id, AccessReviewDirectory reviews, CurrentActor current, CancellationToken cancel) =>
            await current.FindAsync(http, cancel) is { } actor && await reviews.FindAsync(id, actor, cancel) is { } review
                ? Results.Stream(stream => WriteAsync(stream, review, reviews.ReadAsync(review, actor, cancel), cancel), "text/csv; charset=utf-8", $"access-review-{id}.csv")
                : Results.NotFound()).RequireAuthorization().WithMetadata(new PartOfAttribute(Feature.AccessReviews));

    private static async Task WriteAsync(Stream stream, AccessReviewRow review, IAsyncEnumerable<ReviewItemRow> rows, CancellationToken cancel)
    {
        // Excel takes a file for UTF-8 by its mark.
        await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await text.WriteAsync(Csv.Line("Review", "What", "Person", "Role", "Organization", "Since (UTC)", "Until (UTC)", "Assigned by", "Reason", "Last sign-in (UTC)", "Decision", "Comment", "Decided (UTC)", "Decided by").AsMemory(), cancel);
        await foreach (var row in rows.WithCancellation(cancel))
            await text.WriteAsync(Csv.Line(review.Name, review.Subject, row.UserName, row.RoleName, row.OrganizationName ?? "Everywhere", Exact(row.AssignedAt), Exact(row.EndsAt), row.AssignedBy, row.Reason, Exact(row.LastSignInAt),
                row.Decision switch { ReviewDecision.Keep => "Kept", ReviewDecision.Remove => "Removed", _ => "Undecided" }, row.Comment, Exact(row.DecidedAt), row.DecidedByName).AsMemory(), cancel);
    }

    private static string? Exact(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
