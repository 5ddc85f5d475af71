using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Sessions;

public sealed record Share(string Name, int Count);

/// <summary>How the portal was used in the last thirty days. Durations are of the latest sessions that are over.</summary>
public sealed record SessionUse(
    int Open, int PeopleThere, int Suspicious, TimeSpan? TypicalDuration, IReadOnlyList<DayFigures> Days,
    IReadOnlyList<Share> Browsers, IReadOnlyList<Share> Systems, IReadOnlyList<Share> Durations);

/// <summary>The figures about sessions (S7), kept for a minute.</summary>
public sealed class SessionFigures(CurrentTenant tenant, KeptFigures kept, Policies policies, FeatureSwitches features, TimeProvider clock)
{
    public const int Latest = 5_000;
    private static readonly TimeSpan Period = TimeSpan.FromDays(30);

    private static readonly (string Name, TimeSpan Below)[] Steps =
    [
        ("Less than 5 minutes", TimeSpan.FromMinutes(5)), ("5 to 30 minutes", TimeSpan.FromMinutes(30)), ("30 minutes to 2 hours", TimeSpan.FromHours(2)),
        ("2 to 8 hours", TimeSpan.FromHours(8)), ("More than 8 hours", TimeSpan.MaxValue),
    ];

    /// <summary>Null unless <see cref="Permission.SessionsView"/> reaches everybody, or when the first computation takes longer than a moment: ask again in a second.</summary>
    public async Task<KeptFigure<SessionUse>?> FindAsync(TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        if (!actor.Access.ReachOf(Permission.SessionsView).IsUnlimited || !await features.IsOnAsync(Feature.SessionFigures, cancel))
            return null;
        var policy = await policies.GetAsync<SessionPolicy>(cancel);
        return await kept.FindAsync(tenant.Tenant, $"sessions|{zone.Id}", db => ComputeAsync(db, policy, zone), cancel);
    }

    private async Task<SessionUse> ComputeAsync(UserAdminDbContext db, SessionPolicy policy, TimeZoneInfo zone)
    {
        var now = clock.GetUtcNow();
        var since = now - Period;
        var open = db.Sessions.OpenAt(now, policy);
        var recent = db.Sessions.Where(s => s.CreatedAt >= since);
        var browsers = await recent.GroupBy(s => s.Browser).Select(group => new { Name = group.Key, Count = group.Count() }).ToListAsync();
        var systems = await recent.GroupBy(s => s.System).Select(group => new { Name = group.Key, Count = group.Count() }).ToListAsync();
        var durations = await DurationsAsync(db, now, policy);
        return new(
            await open.CountAsync(), await open.Select(s => s.UserId).Distinct().CountAsync(),
            await recent.CountAsync(s => s.RiskScore > 0 && s.RiskScore >= Risk.Suspicious),
            durations.Count == 0 ? null : durations[durations.Count / 2],
            await DashboardService.DaysAsync(db, zone, now),
            Shares(browsers.Select(b => (b.Name, b.Count))), Shares(systems.Select(s => (s.Name, s.Count))),
            [.. Steps.Select((step, i) => new Share(step.Name, durations.Count(d => d < step.Below && (i == 0 || d >= Steps[i - 1].Below))))]);
    }

    private static async Task<List<TimeSpan>> DurationsAsync(UserAdminDbContext db, DateTimeOffset now, SessionPolicy policy)
    {
        var latest = await db.Sessions.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id).Take(Latest)
            .Select(s => new { s.CreatedAt, s.LastActivityAt, s.EndedAt }).ToListAsync();
        return [.. latest.Where(s => s.EndedAt is not null || s.LastActivityAt + policy.IdleLimit() <= now).Select(s => s.LastActivityAt - s.CreatedAt).Order()];
    }

    private static IReadOnlyList<Share> Shares(IEnumerable<(string? Name, int Count)> counts) =>
        [.. counts.OrderByDescending(share => share.Count).Select(share => new Share(share.Name ?? "Others", share.Count))];
}
