using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Reports;

/// <summary>Answers of reports, kept for a minute. They have many rows, so only a few are kept.</summary>
public sealed class KeptReports(TenantDatabases databases, TimeProvider clock, ILogger<KeptFigures> logger)
{
    internal KeptFigures Answers { get; } = new(databases, clock, logger, capacity: 300);
}

/// <summary>Reads the reports that come with the product. Figures of the whole portal are for whoever may see reports; people stand in them only as far as the reader may see them.</summary>
public sealed class ReportReader(UserAdminDbContext db, CurrentTenant tenant, KeptReports kept, TimeProvider clock)
{
    public static IReadOnlyList<BuiltInReport> ListFor(Actor actor) => [.. BuiltInReports.All.Where(report => report.IsOpenTo(actor))];

    /// <summary>Null when the actor may not see it, or when the first computation takes longer than a moment: ask again in a second. Days are those of the zone.</summary>
    public async Task<KeptFigure<ReportResult>?> FindAsync(string code, ReportParameters parameters, TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsView) || BuiltInReports.Find(code) is not { } report || !report.IsOpenTo(actor))
            return null;
        var key = $"{code}|{parameters}|{zone.Id}|{actor.Access.ReachOf(Permission.UsersView).Key}|{actor.Can(Permission.AuditView)}";
        // The computation goes on when its asker has gone: others wait for it, too.
        return await kept.Answers.FindAsync(tenant.Tenant, key, fresh => report.AnswerAsync(Ask(fresh, parameters, zone, actor, CancellationToken.None)), cancel);
    }

    /// <summary>The roles a report can be about; none without the right to see roles.</summary>
    public async Task<IReadOnlyList<Role>> RolesAsync(Actor actor, CancellationToken cancel) => !actor.Can(Permission.ReportsView) || !actor.Can(Permission.RolesView) ? []
        : await db.Roles.AsNoTracking().Where(role => role.Id != SystemRoles.EndUser.Id).OrderBy(role => role.NormalizedName).ToListAsync(cancel);

    /// <summary>The report as it is at this moment, with all its rows, for a file; null when the actor may not see it.</summary>
    internal async Task<(ReportResult Result, IAsyncEnumerable<object?[]> Rows, ReportPeriod Period)?> ReadAsync(string code, ReportParameters parameters, TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsView) || BuiltInReports.Find(code) is not { } report || !report.IsOpenTo(actor))
            return null;
        var ask = Ask(db, parameters, zone, actor, cancel);
        var result = await report.AnswerAsync(ask);
        return (result, report.AllRows?.Invoke(ask) ?? result.Rows.ToAsyncEnumerable(), ask.Period);
    }

    private ReportQuestion Ask(UserAdminDbContext fresh, ReportParameters parameters, TimeZoneInfo zone, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return new(fresh, parameters, parameters.PeriodIn(zone, now), actor, now, cancel);
    }
}
