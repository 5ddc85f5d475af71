using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace UserAdmin.Core.Reports;

/// <summary>What a report is asked: over which period, about whom, by whom.</summary>
internal sealed record ReportQuestion(UserAdminDbContext Db, ReportParameters Parameters, ReportPeriod Period, Actor Actor, DateTimeOffset Now, CancellationToken Cancel)
{
    /// <summary>The people of the chosen organization and those below it, or everybody, among those whom the reader may see.</summary>
    public IQueryable<User> People
    {
        get
        {
            var people = Db.Users.MembersWithin(Actor, Permission.UsersView, Db);
            if (Parameters.OrganizationId is not { } place)
                return people;
            var members = Db.MembersBelow([place]);
            return people.Where(u => members.Contains(u.Id));
        }
    }

    public bool IsAboutEverybody => Parameters.OrganizationId is null && Actor.Access.ReachOf(Permission.UsersView).IsUnlimited;

    public Task<IReadOnlyList<ActivityCount>> DaysAsync(params AuditAction[] actions) => Db.CountByDayAsync(actions, Period, Cancel);

    /// <summary>The row of each interval: its name and the values of it.</summary>
    public IReadOnlyList<object?[]> RowsOf(params IReadOnlyList<double>[] series) =>
        [.. Period.Starts.Select((start, i) => (object?[])[ReportPeriod.NameOf(start, Period.Interval), .. series.Select(values => (object)(long)values[i])]).Reverse()];
}

/// <summary>A report that comes with the product.</summary>
/// <param name="Code">In its address and in schedules, so it never changes.</param>
public sealed record BuiltInReport(string Code, string Title, string Description, string Group)
{
    internal Func<ReportQuestion, Task<ReportResult>> AnswerAsync { get; init; } = null!;

    /// <summary>Every row, for a file, where a page shows some.</summary>
    internal Func<ReportQuestion, IAsyncEnumerable<object?[]>>? AllRows { get; init; }

    /// <summary>What its reader has to be allowed beside <see cref="Permission.ReportsView"/>; null for figures about nobody.</summary>
    public Permission? Needs { get; init; }

    public bool TakesRange { get; init; }
    public bool TakesInterval { get; init; }
    public bool TakesOrganization { get; init; }
    public bool TakesRole { get; init; }
    public bool TakesDays { get; init; }

    /// <summary>Figures of the whole portal are for those alone whom nothing keeps from it.</summary>
    public bool IsOpenTo(Actor actor) => actor.Can(Permission.ReportsView) && (Needs is not { } needed || actor.Can(needed));
}

public static class BuiltInReports
{
    public const string Trends = "Trends", SigningIn = "Signing in", People = "People and access";

    public static IReadOnlyList<BuiltInReport> All { get; } =
    [
        new("registrations", "Registrations", "How many accounts were made, by whom they were made, and how that develops.", Trends)
            { AnswerAsync = TrendReports.RegistrationsAsync, TakesRange = true, TakesInterval = true, TakesOrganization = true },
        new("active-people", "Active people", "How many different people sign in by day, week and month, and how often they come.", Trends)
            { AnswerAsync = AnalyticsReports.ActivePeopleAsync },
        new("peak-hours", "Peak hours", "At which hours of which days people sign in, by your clock.", Trends)
            { AnswerAsync = AnalyticsReports.PeakHoursAsync, TakesRange = true },
        new("system-usage", "Use of the portal", "What happens in the portal, by kind, and its busiest hours.", Trends)
            { AnswerAsync = TrendReports.UsageAsync, TakesRange = true, TakesInterval = true },
        new("sign-ins", "Sign-ins", "How often people sign in, and how many of the attempts fail.", SigningIn)
            { AnswerAsync = TrendReports.SignInsAsync, TakesRange = true, TakesInterval = true },
        new("failed-sign-ins", "Failed sign-ins", "When sign-ins fail, and whose accounts are tried most.", SigningIn)
            { AnswerAsync = FailureReport.AnswerAsync, TakesRange = true, TakesInterval = true },
        new("second-factors", "Second factors", "How many people have a second factor, of which kind, and how that develops.", SigningIn)
            { AnswerAsync = PeopleReports.SecondFactorsAsync, Needs = Permission.CoverageView, TakesOrganization = true },
        new("dormant-accounts", "Dormant accounts", "Active accounts that nobody has used for a while.", People)
            { AnswerAsync = PeopleReports.DormantAsync, AllRows = PeopleReports.DormantRows, Needs = Permission.UsersView, TakesOrganization = true, TakesDays = true },
        new("roles", "Distribution of roles", "How many people hold which role, everywhere and in organizations.", People)
            { AnswerAsync = PeopleReports.RolesAsync, Needs = Permission.RolesView, TakesOrganization = true },
        new("access", "Access list", "Who has what: person, role, where, until when, and who gave it.", People)
            { AnswerAsync = AccessListReport.AnswerAsync, AllRows = AccessListReport.AllRows, Needs = Permission.RolesView, TakesOrganization = true, TakesRole = true },
    ];

    public static BuiltInReport? Find(string code) => All.FirstOrDefault(report => report.Code == code);
}
