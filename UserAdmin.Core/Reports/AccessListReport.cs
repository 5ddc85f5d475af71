using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Reports;

/// <summary>Who has what: each assignment that counts at this moment, by the name of the person.</summary>
internal static class AccessListReport
{
    public static async Task<ReportResult> AnswerAsync(ReportQuestion ask)
    {
        var assignments = Assignments(ask);
        var all = await assignments.LongCountAsync(ask.Cancel);
        var people = await assignments.Select(a => a.UserId).Distinct().LongCountAsync(ask.Cancel);
        var byRole = await assignments.GroupBy(a => a.RoleId).Select(group => new { group.Key, Count = group.Count() }).OrderByDescending(group => group.Count).Take(12).ToListAsync(ask.Cancel);
        var names = await ask.Db.Roles.Select(role => new { role.Id, role.Name }).ToDictionaryAsync(role => role.Id, role => role.Name, ask.Cancel);
        var rows = new List<object?[]>();
        await foreach (var row in Rows(ask, ReportResult.Shown))
            rows.Add(row);
        return new(
            [ReportFigure.Of("Assignments", all), ReportFigure.Of("People", people), ReportFigure.Of("With an end", await assignments.LongCountAsync(a => a.EndsAt != null, ask.Cancel))],
            [new(ChartKind.Shares, "Assignments by role", "Role", [.. byRole.Select(group => names.GetValueOrDefault(group.Key, ""))], [new("Assignments", [.. byRole.Select(group => (double)group.Count)])])],
            [
                new("Person", "person", Width: 28), new("Email", "email", Width: 30), new("Role", "role", Width: 24), new("Where", "where", Width: 24), new("Since", "since", CellKind.Instant, 18),
                new("Until", "until", CellKind.Instant, 18), new("Given by", "given_by", Width: 24), new("Reason", "reason", Width: 40),
            ],
            rows)
        { IsCut = all > rows.Count };
    }

    public static IAsyncEnumerable<object?[]> AllRows(ReportQuestion ask) => Rows(ask, null);

    private static IQueryable<RoleAssignment> Assignments(ReportQuestion ask)
    {
        var held = PeopleReports.InPlace(ask, ask.Db.RoleAssignments.InForce(ask.Now));
        if (ask.Parameters.RoleId is { } role)
            held = held.Where(a => a.RoleId == role);
        if (ask.Actor.Access.ReachOf(Permission.UsersView).IsUnlimited)
            return held;
        var seen = ask.Db.Users.Within(ask.Actor, Permission.UsersView, ask.Db).Select(u => u.Id);
        return held.Where(a => seen.Contains(a.UserId));
    }

    private static async IAsyncEnumerable<object?[]> Rows(ReportQuestion ask, int? most)
    {
        var ordered =
            from user in ask.Db.Users.Where(u => u.DeletedAt == null)
            join assignment in Assignments(ask) on user.Id equals assignment.UserId
            join role in ask.Db.Roles on assignment.RoleId equals role.Id
            orderby user.SortName, user.Id, assignment.Id
            select new
            {
                user.Id,
                user.FirstName,
                user.LastName,
                user.UserName,
                user.Email,
                Role = role.Name,
                Where = ask.Db.Organizations.Where(o => o.Id == assignment.OrganizationId).Select(o => o.Name).FirstOrDefault(),
                assignment.OrganizationId,
                assignment.StartsAt,
                assignment.EndsAt,
                assignment.AssignedByName,
                assignment.Reason,
            };
        await foreach (var row in (most is { } limit ? ordered.Take(limit) : ordered).AsAsyncEnumerable().WithCancellation(ask.Cancel))
            yield return [new ReportLink(AuditTarget.NameOf($"{row.FirstName} {row.LastName}".Trim(), row.UserName), $"/users/{row.Id}/access"), row.Email, row.Role,
                row.OrganizationId is null ? "Everywhere" : row.Where, row.StartsAt, row.EndsAt, row.AssignedByName, row.Reason];
    }
}
