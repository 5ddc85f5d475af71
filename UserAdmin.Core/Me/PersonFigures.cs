using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

/// <summary>How many events of each category there were on a day.</summary>
public sealed record ActivityDay(DateOnly Day, IReadOnlyDictionary<AuditCategory, long> Categories)
{
    public long Count => Categories.Values.Sum();
}

/// <summary>What happened around a person; days without anything are left out.</summary>
public sealed record ActivityFigures(IReadOnlyList<ActivityDay> Days, IReadOnlyDictionary<AuditOutcome, long> Outcomes)
{
    public long Count => Days.Sum(day => day.Count);
}

public sealed record SignInDay(DateOnly Day, long SignIns);

/// <summary>How often somebody comes. Days on which they did not sign in are left out.</summary>
public sealed record Engagement(DateTimeOffset? LastSignInAt, IReadOnlyList<SignInDay> Days);

/// <summary>Counts what one person did, along the indexes over persons. Days are UTC, the first and the last included.</summary>
public sealed class PersonFigures(UserAdminDbContext db)
{
    private const long MicrosecondsOfDay = 86_400_000_000;

    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>Whether the actor may know what happened to the person.</summary>
    public async Task<bool> IsOpenToAsync(Guid userId, Actor actor, CancellationToken cancel) =>
        userId == actor.UserId || (actor.Can(Permission.AuditView) ? await db.Users.AnyAsync(u => u.Id == userId, cancel) : await db.ReachesAsync(actor, Permission.ActivityView, userId, cancel));

    /// <summary>Null when the actor may not see it. Of others, those with <see cref="Permission.ActivityView"/> count what was done to them; with <see cref="Permission.AuditView"/> also what they did.</summary>
    public async Task<ActivityFigures?> CountAsync(Guid userId, DateOnly from, DateOnly to, Actor actor, CancellationToken cancel)
    {
        if (!await IsOpenToAsync(userId, actor, cancel))
            return null;
        var isWhole = userId == actor.UserId || actor.Can(Permission.AuditView);
        var filter = Within(from, to) with { AboutId = isWhole ? userId : null, TargetId = isWhole ? null : userId };
        var counts = new List<(DateOnly Day, AuditCategory Category, AuditOutcome Outcome, long Events)>();
        foreach (var part in db.AuditEvents.AsNoTracking().Matching(filter).PartsOf(filter))
        {
            var found = await part.GroupBy(e => new { Day = e.UtcMicroseconds / MicrosecondsOfDay, e.Category, e.Outcome })
                .Select(group => new { group.Key.Day, group.Key.Category, group.Key.Outcome, Events = group.LongCount() }).ToListAsync(cancel);
            counts.AddRange(found.Select(count => (DayOf(count.Day), count.Category, count.Outcome, count.Events)));
        }
        return new(
            [.. counts.GroupBy(count => count.Day).OrderBy(day => day.Key).Select(day => new ActivityDay(day.Key, day.GroupBy(count => count.Category).ToDictionary(group => group.Key, group => group.Sum(count => count.Events))))],
            counts.GroupBy(count => count.Outcome).ToDictionary(group => group.Key, group => group.Sum(count => count.Events)));
    }

    /// <summary>Null when the actor may not see it: others than the person need <see cref="Permission.ActivityView"/> or <see cref="Permission.AuditView"/>.</summary>
    public async Task<Engagement?> EngagementAsync(Guid userId, DateOnly from, DateOnly to, Actor actor, CancellationToken cancel)
    {
        if (!await IsOpenToAsync(userId, actor, cancel))
            return null;
        var code = AuditAction.SignedIn.Code;
        var days = await db.AuditEvents.AsNoTracking().Matching(Within(from, to)).Where(e => e.ActorId == userId && e.Action == code).GroupBy(e => e.UtcMicroseconds / MicrosecondsOfDay)
            .Select(group => new { Day = group.Key, SignIns = group.LongCount() }).OrderBy(day => day.Day).ToListAsync(cancel);
        var last = await db.Users.Where(u => u.Id == userId).Select(u => u.LastSignInAt).SingleAsync(cancel);
        return new(last > User.Never ? last : null, [.. days.Select(day => new SignInDay(DayOf(day.Day), day.SignIns))]);
    }

    private static AuditFilter Within(DateOnly from, DateOnly to) => new() { From = new(from, TimeOnly.MinValue, TimeSpan.Zero), To = new(to.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) };

    private static DateOnly DayOf(long day) => DateOnly.FromDayNumber(Epoch + (int)day);
}
