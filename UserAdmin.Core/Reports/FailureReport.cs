using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Reports;

/// <summary>When sign-ins fail, and whose accounts and which addresses stand behind it.</summary>
internal static class FailureReport
{
    private const int Latest = 50_000, Most = 20;

    public static async Task<ReportResult> AnswerAsync(ReportQuestion ask)
    {
        var failed = (await ask.DaysAsync(AuditAction.SignInFailed)).Over(ask.Period);
        var came = (await ask.DaysAsync(AuditAction.SignedIn)).Sum(count => count.Count);
        var (code, from, to) = (AuditAction.SignInFailed.Code, AuditRecording.ToMicroseconds(ask.Period.StartsAt), AuditRecording.ToMicroseconds(ask.Period.EndsAt));
        var latest = ask.Db.AuditEvents.Where(e => e.Action == code && e.UtcMicroseconds >= from && e.UtcMicroseconds < to).OrderByDescending(e => e.UtcMicroseconds).ThenByDescending(e => e.Id).Take(Latest);
        var tried = await latest.GroupBy(e => e.TargetId).Select(group => new { Id = group.Key, Count = group.Count(), Last = group.Max(e => e.UtcMicroseconds) })
            .OrderByDescending(row => row.Count).ThenByDescending(row => row.Last).Take(Most).ToListAsync(ask.Cancel);
        var ids = tried.Select(row => row.Id).OfType<Guid>().ToList();
        var names = await ask.People.Where(u => ids.Contains(u.Id)).Select(u => new { u.Id, u.FirstName, u.LastName, u.UserName }).ToDictionaryAsync(u => u.Id, ask.Cancel);
        // What was typed as a name that nobody has may be a password: it is counted, not shown.
        object NameOf(Guid? id) => id is null ? "Names that nobody has"
            : names.TryGetValue(id.Value, out var person) ? new ReportLink(AuditTarget.NameOf($"{person.FirstName} {person.LastName}".Trim(), person.UserName), $"/users/{id}") : "Somebody you can't see";

        var all = (long)failed.Sum();
        return new(
            [ReportFigure.Of("Failed sign-ins", all, "/audit?action=sign_in.failed"), ReportFigure.Share("Of all attempts", all, all + came), ReportFigure.Of("With names that nobody has", tried.FirstOrDefault(row => row.Id is null)?.Count ?? 0)],
            [
                new(ChartKind.Bars, "Failed sign-ins", TrendReports.Interval(ask), ask.Period.Names, [new("Failed", failed)]),
                .. await AddressesAsync(ask, latest),
            ],
            [new("Account", "account", Width: 30), TrendReports.Number("Failed sign-ins", "failed"), new("Last", "last", CellKind.Instant, 18)],
            [.. tried.Select(row => (object?[])[NameOf(row.Id), (long)row.Count, AuditRecording.FromMicroseconds(row.Last)])])
        { Note = all > Latest ? $"The table looks at the latest {Latest:N0} failures of the period." : null };
    }

    private static async Task<Chart[]> AddressesAsync(ReportQuestion ask, IQueryable<AuditEvent> latest)
    {
        if (!ask.Actor.Can(Permission.AuditView))
            return [];
        var found = await latest.Where(e => e.Address != null).GroupBy(e => e.Address).Select(group => new { group.Key, Count = group.Count() })
            .OrderByDescending(row => row.Count).ThenBy(row => row.Key).Take(10).ToListAsync(ask.Cancel);
        return [new(ChartKind.Shares, "Addresses behind most of them", "Address", [.. found.Select(row => row.Key!)], [new("Failed", [.. found.Select(row => (double)row.Count)])])];
    }
}
