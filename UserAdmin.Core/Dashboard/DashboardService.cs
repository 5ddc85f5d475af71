using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Dashboard;

/// <summary>One UTC day of the last thirty.</summary>
public sealed record DayFigures(DateOnly Day, int Registrations, int SignIns, int Failures);

public sealed record DashboardFigures(IReadOnlyDictionary<UserStatus, long> ByStatus, long OpenSessions, long WithTwoFactor, long NeverSignedIn, IReadOnlyList<DayFigures> Days)
{
    public long Total => ByStatus.Where(count => count.Key != UserStatus.Deleted).Sum(count => count.Value);
}

/// <summary>The figures of the start page; kept for a minute, because counting a million people takes its time.</summary>
public sealed class DashboardService(CurrentTenant tenant, KeptFigures kept, Policies policies, TimeProvider clock)
{
    private const int Days = 30;
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>Null without permission, or when the first computation takes longer than a moment: ask again in a second.</summary>
    public async Task<KeptFigure<DashboardFigures>?> FindAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.DashboardView))
            return null;
        var sessionPolicy = await policies.GetAsync<SessionPolicy>(cancel);
        return await kept.FindAsync(tenant.Tenant, "dashboard", db => ComputeAsync(db, sessionPolicy), cancel);
    }

    private async Task<DashboardFigures> ComputeAsync(UserAdminDbContext db, SessionPolicy sessionPolicy)
    {
        var now = clock.GetUtcNow();
        var byStatus = new Dictionary<UserStatus, long>();
        foreach (var status in Enum.GetValues<UserStatus>().Where(status => status != UserStatus.Active))
            byStatus[status] = await db.Users.WithStatus(status, now).LongCountAsync();
        byStatus[UserStatus.Active] = await db.Users.LongCountAsync() - byStatus.Values.Sum();

        var open = await db.Sessions.OpenAt(now, sessionPolicy).LongCountAsync();
        var withTwoFactor = await db.Users.Existing().LongCountAsync(u => u.TwoFactorEnabled);
        var neverSignedIn = await db.Users.Existing().LongCountAsync(u => u.LastSignInAt == User.Never);
        return new(byStatus, open, withTwoFactor, neverSignedIn, await DaysAsync(db, now));
    }

    internal static async Task<IReadOnlyList<DayFigures>> DaysAsync(UserAdminDbContext db, DateTimeOffset now)
    {
        var first = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1 - Days);
        var since = AuditRecording.ToMicroseconds(new(first, TimeOnly.MinValue, TimeSpan.Zero));
        string[] actions = [AuditAction.UserCreated.Code, AuditAction.SignedIn.Code, AuditAction.SignInFailed.Code];
        var counts = await db.AuditEvents
            .Where(e => actions.Contains(e.Action) && e.UtcMicroseconds >= since)
            .GroupBy(e => new { e.Action, Day = e.UtcMicroseconds / MicrosecondsPerDay })
            .Select(group => new { group.Key.Action, group.Key.Day, Count = group.Count() })
            .ToListAsync();

        var found = counts.ToDictionary(count => (count.Action, count.Day), count => count.Count);
        return [.. Enumerable.Range(0, Days).Select(offset =>
        {
            var day = first.AddDays(offset);
            var number = AuditRecording.ToMicroseconds(new(day, TimeOnly.MinValue, TimeSpan.Zero)) / MicrosecondsPerDay;
            int Count(AuditAction action) => found.GetValueOrDefault((action.Code, number));
            return new DayFigures(day, Count(AuditAction.UserCreated), Count(AuditAction.SignedIn), Count(AuditAction.SignInFailed));
        })];
    }
}
