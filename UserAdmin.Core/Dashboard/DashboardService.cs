using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Dashboard;

/// <summary>One of the last thirty days, of the reader's clock.</summary>
public sealed record DayFigures(DateOnly Day, int Registrations, int SignIns, int Failures);

/// <summary>How many people hold a role.</summary>
public sealed record RoleShare(Guid Id, string Name, long People);

/// <param name="SessionsByHour">Sessions that were used in each hour of the reader's day so far.</param>
public sealed record DashboardFigures(
    IReadOnlyDictionary<UserStatus, long> ByStatus, long OpenSessions, long WithTwoFactor, long NeverSignedIn, IReadOnlyList<DayFigures> Days, IReadOnlyList<long> SessionsByHour, IReadOnlyList<RoleShare> Roles)
{
    public long Total => ByStatus.Where(count => count.Key != UserStatus.Deleted).Sum(count => count.Value);
}

/// <summary>The figures of the start page; kept for a minute, because counting a million people takes its time.</summary>
public sealed class DashboardService(CurrentTenant tenant, KeptFigures kept, Policies policies, TimeProvider clock)
{
    private const int MostRoles = 8;

    /// <summary>Null without permission, or when the first computation takes longer than a moment: ask again in a second. Days are those of the zone.</summary>
    public async Task<KeptFigure<DashboardFigures>?> FindAsync(TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.DashboardView))
            return null;
        var sessionPolicy = await policies.GetAsync<SessionPolicy>(cancel);
        return await kept.FindAsync(tenant.Tenant, $"dashboard|{zone.Id}", db => ComputeAsync(db, sessionPolicy, zone), cancel);
    }

    private async Task<DashboardFigures> ComputeAsync(UserAdminDbContext db, SessionPolicy sessionPolicy, TimeZoneInfo zone)
    {
        var now = clock.GetUtcNow();
        var byStatus = new Dictionary<UserStatus, long>();
        foreach (var status in Enum.GetValues<UserStatus>().Where(status => status != UserStatus.Active))
            byStatus[status] = await db.Users.WithStatus(status, now).LongCountAsync();
        byStatus[UserStatus.Active] = await db.Users.LongCountAsync() - byStatus.Values.Sum();

        var open = await db.Sessions.OpenAt(now, sessionPolicy).LongCountAsync();
        var withTwoFactor = await db.Users.Existing().LongCountAsync(u => u.TwoFactorEnabled);
        var neverSignedIn = await db.Users.Existing().LongCountAsync(u => u.LastSignInAt == User.Never);
        return new(byStatus, open, withTwoFactor, neverSignedIn, await DaysAsync(db, zone, now), await SessionsByHourAsync(db, zone, now), await RolesAsync(db, now));
    }

    internal static async Task<IReadOnlyList<DayFigures>> DaysAsync(UserAdminDbContext db, TimeZoneInfo zone, DateTimeOffset now)
    {
        var period = ReportPeriod.Of(ReportRange.Last30Days, null, null, ReportInterval.Day, zone, now);
        AuditAction[] made = [AuditAction.UserCreated, AuditAction.UserRegistered, AuditAction.UserRegisteredExternally];
        var counts = await db.CountByDayAsync([.. made, AuditAction.SignedIn, AuditAction.SignInFailed], period, CancellationToken.None);
        double[] Of(params AuditAction[] actions) => counts.Where(count => actions.Any(action => action.Code == count.Action)).Over(period);
        var (registrations, signIns, failures) = (Of(made), Of(AuditAction.SignedIn), Of(AuditAction.SignInFailed));
        return [.. period.Starts.Select((day, i) => new DayFigures(day, (int)registrations[i], (int)signIns[i], (int)failures[i]))];
    }

    // A session counts in each hour from its beginning to its last activity.
    private static async Task<IReadOnlyList<long>> SessionsByHourAsync(UserAdminDbContext db, TimeZoneInfo zone, DateTimeOffset now)
    {
        var begin = ReportPeriod.InstantOf(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime), zone);
        var hours = (int)(now - begin).TotalHours + 1;
        List<DateTimeOffset> bounds = [.. Enumerable.Range(1, hours - 1).Select(hour => begin.AddHours(hour))];
        var (opened, used) = (InstantBuckets.Of<Session, DateTimeOffset>(s => s.CreatedAt, bounds), InstantBuckets.Of<Session, DateTimeOffset>(s => s.LastActivityAt, bounds));
        var counts = new long[hours];
        // Those of today, and older ones that are open: each of the two has its index.
        foreach (var sessions in new[] { db.Sessions.Where(s => s.CreatedAt >= begin), db.Sessions.Where(s => s.EndedAt == null && s.LastActivityAt >= begin && s.CreatedAt < begin) })
            foreach (var found in await sessions.GroupBy(SpanOf(opened, used)).Select(group => new { group.Key.First, group.Key.Last, Count = group.LongCount() }).ToListAsync())
                for (var hour = found.First; hour <= found.Last; hour++)
                    counts[hour] += found.Count;
        return counts;
    }

    private sealed class Span
    {
        public int First { get; init; }
        public int Last { get; init; }
    }

    private static Expression<Func<Session, Span>> SpanOf(Expression<Func<Session, int>> first, Expression<Func<Session, int>> last) =>
        InstantBuckets.Pair<Session, Span>(first, last, typeof(Span).GetProperty(nameof(Span.First))!, typeof(Span).GetProperty(nameof(Span.Last))!);

    private static async Task<IReadOnlyList<RoleShare>> RolesAsync(UserAdminDbContext db, DateTimeOffset now)
    {
        var held = await db.RoleAssignments.InForce(now).GroupBy(a => a.RoleId).Select(group => new { group.Key, People = group.Select(a => a.UserId).Distinct().LongCount() })
            .OrderByDescending(role => role.People).Take(MostRoles).ToListAsync();
        var names = await db.Roles.Select(role => new { role.Id, role.Name }).ToDictionaryAsync(role => role.Id, role => role.Name);
        return [.. held.Select(role => new RoleShare(role.Key, names.GetValueOrDefault(role.Key, ""), role.People))];
    }
}
