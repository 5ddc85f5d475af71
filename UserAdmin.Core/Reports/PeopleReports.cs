using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Reports;

/// <summary>How people stand at this moment: which protection, which roles, and who is not there any more.</summary>
internal static class PeopleReports
{
    private static readonly int[] UsualSteps = [30, 60, 90, 180, 365];

    public static async Task<ReportResult> SecondFactorsAsync(ReportQuestion ask)
    {
        var people = ask.People.WithStatus(UserStatus.Active, ask.Now);
        var all = await people.LongCountAsync(ask.Cancel);
        var with = await people.LongCountAsync(u => u.TwoFactorEnabled, ask.Cancel);
        var app = await people.LongCountAsync(u => ask.Db.Authenticators.Any(a => a.UserId == u.Id && a.ConfirmedAt != null), ask.Cancel);
        var passkey = await people.LongCountAsync(u => ask.Db.UserPasskeys.Any(p => p.UserId == u.Id), ask.Cancel);
        var both = app + passkey - with;
        var first = DateOnly.FromDateTime(ask.Now.UtcDateTime).AddDays(-365);
        var kept = ask.IsAboutEverybody
            ? await ask.Db.DailyFigures.AsNoTracking().Where(f => f.Day >= first && (f.Name == DailyFigures.People || f.Name == DailyFigures.Protected)).ToListAsync(ask.Cancel) : [];
        var days = kept.GroupBy(f => f.Day).Where(day => day.Count() == 2).OrderBy(day => day.Key)
            .Select(day => (Day: day.Key, All: day.Single(f => f.Name == DailyFigures.People).Value, With: day.Single(f => f.Name == DailyFigures.Protected).Value)).ToList();
        return new(
            [ReportFigure.Of("Active people", all), ReportFigure.Of("With a second factor", with), ReportFigure.Share("Share", with, all), ReportFigure.Of("Without", all - with, "/security/coverage")],
            [
                new(ChartKind.Shares, "How people sign in", "Second factor",
                    ["An authenticator app", "A passkey", "Both", "None"], [new("People", [app - both, passkey - both, both, all - with])]),
                .. days.Count == 0 ? Array.Empty<Chart>() :
                    [new Chart(ChartKind.Lines, "Share of people with a second factor, in percent", "Day", [.. days.Select(day => ReportPeriod.NameOf(day.Day, ReportInterval.Day))],
                        [new("Percent", [.. days.Select(day => Math.Round(100.0 * day.With / Math.Max(1, day.All), 1))])])],
            ],
            [new("Day", "day", CellKind.Date, 14), TrendReports.Number("People", "people"), TrendReports.Number("With a second factor", "with_second_factor"), new("Percent", "percent", CellKind.Number, 10)],
            [.. days.Select(day => (object?[])[day.Day, day.All, day.With, Math.Round(100.0 * day.With / Math.Max(1, day.All), 1)]).Reverse()])
        { Note = days.Count == 0 ? "How it develops is kept from day to day, for the whole portal; there is nothing yet to show here." : "The development counts everybody whose account is not deleted." };
    }

    public static async Task<ReportResult> RolesAsync(ReportQuestion ask)
    {
        var assignments = InPlace(ask, ask.Db.RoleAssignments.InForce(ask.Now));
        var soon = ask.Now.AddDays(30);
        var held = await assignments.GroupBy(a => a.RoleId).Select(group => new
        {
            group.Key,
            People = group.Select(a => a.UserId).Distinct().Count(),
            All = group.Count(),
            Everywhere = group.Sum(a => a.OrganizationId == null ? 1 : 0),
            Ending = group.Sum(a => a.EndsAt != null && a.EndsAt < soon ? 1 : 0),
        }).ToListAsync(ask.Cancel);
        var roles = await ask.Db.Roles.AsNoTracking().Where(role => role.Id != SystemRoles.EndUser.Id).OrderBy(role => role.NormalizedName).Select(role => new { role.Id, role.Name }).ToListAsync(ask.Cancel);
        var rows = roles.Select(role => (Role: role, Held: held.SingleOrDefault(group => group.Key == role.Id))).OrderByDescending(row => row.Held?.People ?? 0).ToList();
        return new(
            [ReportFigure.Of("Roles", roles.Count, "/roles"), ReportFigure.Of("Assignments", held.Sum(group => group.All)), ReportFigure.Of("Everywhere", held.Sum(group => group.Everywhere)),
                ReportFigure.Of("Ending within 30 days", held.Sum(group => group.Ending)), ReportFigure.Of("Roles that nobody holds", rows.Count(row => row.Held is null))],
            [new(ChartKind.Shares, "People by role", "Role", [.. rows.Where(row => row.Held is not null).Take(12).Select(row => row.Role.Name)], [new("People", [.. rows.Where(row => row.Held is not null).Take(12).Select(row => (double)row.Held!.People)])])],
            [new("Role", "role", Width: 28), TrendReports.Number("People", "people"), TrendReports.Number("Assignments", "assignments"), TrendReports.Number("Everywhere", "everywhere"), TrendReports.Number("Ending within 30 days", "ending")],
            [.. rows.Select(row => (object?[])[new ReportLink(row.Role.Name, $"/roles/{row.Role.Id}/members"), (long)(row.Held?.People ?? 0), (long)(row.Held?.All ?? 0), (long)(row.Held?.Everywhere ?? 0), (long)(row.Held?.Ending ?? 0)])])
        { Note = "Somebody may hold several roles. The role End user, which everybody has, is left out." };
    }

    public static async Task<ReportResult> DormantAsync(ReportQuestion ask)
    {
        var active = ask.People.WithStatus(UserStatus.Active, ask.Now);
        var steps = UsualSteps.Append(ask.Parameters.Days).Distinct().Order().ToList();
        var since = new List<long>();
        foreach (var days in steps)
            since.Add(await Dormant(ask, days).LongCountAsync(ask.Cancel));
        var all = await active.LongCountAsync(ask.Cancel);
        var found = since[steps.IndexOf(ask.Parameters.Days)];
        var rows = new List<object?[]>();
        await foreach (var row in Rows(ask, ReportResult.Shown))
            rows.Add(row);
        return new(
            [ReportFigure.Of($"Not used for {ask.Parameters.Days} days", found), ReportFigure.Share("Of the active accounts", found, all), ReportFigure.Of("Active accounts", all)],
            [new(ChartKind.Bars, "Accounts that were not used for", "Days", [.. steps.Select(days => $"{days} days")], [new("Accounts", [.. since.Select(count => (double)count)])])],
            [new("Name", "name", Width: 28), new("Email", "email", Width: 30), new("Last sign-in", "last_sign_in", CellKind.Instant, 18), new("Account made", "created", CellKind.Instant, 18), new("Second factor", "second_factor", CellKind.YesNo, 12)],
            rows)
        { IsCut = found > rows.Count, Note = "Accounts in use only; who never signed in counts from the day the account was made." };
    }

    public static IAsyncEnumerable<object?[]> DormantRows(ReportQuestion ask) => Rows(ask, null);

    internal static IQueryable<RoleAssignment> InPlace(ReportQuestion ask, IQueryable<RoleAssignment> assignments) => ask.Parameters.OrganizationId is not { } place ? assignments
        : assignments.Where(a => ask.Db.OrganizationPaths.Any(path => path.AncestorId == place && path.OrganizationId == a.OrganizationId));

    private static IQueryable<User> Dormant(ReportQuestion ask, int days)
    {
        var limit = ask.Now.AddDays(-days);
        return ask.People.WithStatus(UserStatus.Active, ask.Now).Where(u => u.LastSignInAt < limit && u.CreatedAt < limit);
    }

    private static async IAsyncEnumerable<object?[]> Rows(ReportQuestion ask, int? most)
    {
        IQueryable<User> ordered = Dormant(ask, ask.Parameters.Days).OrderBy(u => u.LastSignInAt).ThenBy(u => u.Id);
        if (most is { } limit)
            ordered = ordered.Take(limit);
        await foreach (var u in ordered.Select(u => new { u.Id, u.FirstName, u.LastName, u.UserName, u.Email, u.LastSignInAt, u.CreatedAt, u.TwoFactorEnabled }).AsAsyncEnumerable().WithCancellation(ask.Cancel))
            yield return [new ReportLink(AuditTarget.NameOf($"{u.FirstName} {u.LastName}".Trim(), u.UserName), $"/users/{u.Id}"), u.Email, u.LastSignInAt == User.Never ? null : u.LastSignInAt, u.CreatedAt, u.TwoFactorEnabled];
    }
}
