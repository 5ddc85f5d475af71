using System.Globalization;
using System.Runtime.CompilerServices;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

/// <summary>Hands people what happened to their account, page by page, so that the length costs no memory.</summary>
public sealed class ActivityExport(UserAdminDbContext db, AuditTrail audit, FeatureSwitches features, TimeProvider clock)
{
    /// <summary>Why the actor can't have the file; null when they can.</summary>
    public async Task<Problem?> RefuseAsync(Actor actor, CancellationToken cancel) =>
        actor.UserId is null ? UserProblems.NotAllowed : await db.RefuseActingAsync(actor, clock, cancel);

    /// <summary>The actor's own events that fit the filter, newest first. That and how many were taken is recorded at the end, however it ends.</summary>
    public async IAsyncEnumerable<AuditRow> ReadAsync(AuditFilter filter, string format, Actor actor, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (actor.UserId is null || !await features.IsOnAsync(Feature.ActivityExport, cancel) || await db.RefuseActingAsync(actor, clock, cancel) is not null)
            yield break;
        var (own, start, count) = (filter with { AboutId = actor.UserId, PageSize = 200 }, PageStart.First, 0);
        try
        {
            while (true)
            {
                var page = await audit.ListAsync(own, start, actor, cancel);
                foreach (var row in page.Rows)
                {
                    yield return row;
                    count++;
                }
                if (page.Next is null)
                    break;
                start = new(After: page.Next);
            }
        }
        finally
        {
            db.Record(AuditAction.ActivityExported, actor, new(actor.UserId, actor.Name), clock.GetUtcNow(),
                [new("Format", null, format), new("Events", null, count.ToString(CultureInfo.InvariantCulture)), .. Described(filter)]);
            await db.SaveChangesAsync(CancellationToken.None);
        }
    }

    private static IEnumerable<FieldChange> Described(AuditFilter filter)
    {
        if (filter.From is { } from) yield return new("From", null, from.UtcDateTime.ToString("u", CultureInfo.InvariantCulture));
        if (filter.To is { } to) yield return new("Until", null, to.UtcDateTime.ToString("u", CultureInfo.InvariantCulture));
        if (filter.Category is { } category) yield return new("Category", null, category.ToString());
    }
}
