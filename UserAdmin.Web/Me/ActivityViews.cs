using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Me;
using UserAdmin.Core.Reports;
using UserAdmin.Web.Api;
using UserAdmin.Web.Audit;
using UserAdmin.Web.Reports;

namespace UserAdmin.Web.Me;

/// <summary>Which events of a person a list shows.</summary>
internal sealed class ActivityQuery
{
    [FromQuery(Name = "from"), Description("An instant; events at it are included.")]
    public DateTimeOffset? From { get; set; }

    [FromQuery(Name = "to"), Description("An instant; events at it are not included.")]
    public DateTimeOffset? To { get; set; }

    [FromQuery(Name = "category"), Description("One of the categories of the audit log, such as users or security.")]
    public string? Category { get; set; }

    [FromQuery(Name = "tag"), Description("A tag of the audit log, such as security or personal_data.")]
    public string? Tag { get; set; }

    [FromQuery(Name = "outcome"), Description("success, failure or denied.")]
    public string? Outcome { get; set; }

    [FromQuery(Name = "action"), Description("The code of an action.")]
    public string? Action { get; set; }

    public IResult? Refuse(HttpContext http) =>
        Category is not null && In<AuditCategory>(Category) is null ? ApiAnswers.Invalid(http, "category", $"Choose of: {NamesOf<AuditCategory>()}.")
        : Tag is not null && In<AuditTag>(Tag) is null ? ApiAnswers.Invalid(http, "tag", $"Choose of: {NamesOf<AuditTag>()}.")
        : Outcome is not null && In<AuditOutcome>(Outcome) is null ? ApiAnswers.Invalid(http, "outcome", $"Choose of: {NamesOf<AuditOutcome>()}.")
        : Action is not null && AuditAction.Find(Action) is null ? ApiAnswers.Invalid(http, "action", "There is no such action.")
        : null;

    public AuditFilter ToFilter() => new()
    {
        From = From,
        To = To,
        Category = Category is null ? null : In<AuditCategory>(Category),
        Tag = Tag is null ? null : In<AuditTag>(Tag),
        Outcome = Outcome is null ? null : In<AuditOutcome>(Outcome),
        Action = Action,
    };

    private static T? In<T>(string name) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (ApiJson.NameOf($"{value}") == name)
                return value;
        return null;
    }

    private static string NamesOf<T>() where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(value => ApiJson.NameOf($"{value}")));
}

/// <summary>Days of figures (UTC), both included.</summary>
internal sealed class DaysQuery
{
    private const int Usual = 30, Most = 366;

    [FromQuery(Name = "from"), Description("The first day (UTC).")]
    public DateOnly? From { get; set; }

    [FromQuery(Name = "to"), Description("The last day (UTC); today when it is left out.")]
    public DateOnly? To { get; set; }

    public IResult? Refuse(HttpContext http, TimeProvider clock, out DateOnly from, out DateOnly to)
    {
        to = To ?? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        from = From ?? (to.DayNumber < Usual ? DateOnly.MinValue : to.AddDays(1 - Usual));
        return to < from || to == DateOnly.MaxValue ? ApiAnswers.Invalid(http, "to", "This day lies before the first.")
            : to.DayNumber - from.DayNumber >= Most ? ApiAnswers.Invalid(http, "from", $"Choose {Most} days at most.") : null;
    }
}

internal sealed record ChangeView(string Field, string? Before, string? After);

internal sealed record PartyView(Guid? Id, string? Name);

/// <summary>An event. <paramref name="Sentence"/> is in the language that the request asks for; <paramref name="ActedBy"/> is who acted in the actor's name.</summary>
internal sealed record ActivityView(
    Guid Id, DateTimeOffset At, string Action, AuditCategory Category, AuditOutcome Outcome, string Sentence, PartyView Actor, string? ActedBy, PartyView? Target, string? Reason, string? Address, IReadOnlyList<ChangeView> Changes)
{
    public static ActivityView Of(AuditRow row) => new(
        row.Id, row.At, row.Action, row.Category, row.Outcome, AuditSentence.Of(row), new(row.ActorId, row.ActorName), row.ImpersonatorName,
        row.TargetId is null && row.TargetName is null ? null : new(row.TargetId, row.TargetName), row.Reason, row.Address, [.. row.Changes.Select(change => new ChangeView(ApiJson.NameOf(change.Field), change.Before, change.After))]);
}

internal sealed record ActivityDayView(DateOnly Day, long Count, IReadOnlyDictionary<string, long> Categories);

/// <summary>Days without anything are left out.</summary>
internal sealed record ActivityCountView(DateOnly From, DateOnly To, long Count, IReadOnlyDictionary<string, long> Categories, IReadOnlyDictionary<string, long> Outcomes, IReadOnlyList<ActivityDayView> Days)
{
    public static ActivityCountView Of(ActivityFigures figures, DateOnly from, DateOnly to) => new(
        from, to, figures.Count, Named(figures.Days.SelectMany(day => day.Categories)), Named(figures.Outcomes), [.. figures.Days.Select(day => new ActivityDayView(day.Day, day.Count, Named(day.Categories)))]);

    private static Dictionary<string, long> Named<T>(IEnumerable<KeyValuePair<T, long>> counts) where T : struct, Enum =>
        counts.GroupBy(count => ApiJson.NameOf($"{count.Key}")).OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(count => count.Value));
}

internal sealed record SignInDayView(DateOnly Day, long SignIns);

/// <summary>A week begins on Monday, its <paramref name="Start"/>.</summary>
internal sealed record SignInWeekView(DateOnly Start, long SignIns, int ActiveDays);

/// <summary>How often somebody comes; days and weeks without a sign-in are left out.</summary>
internal sealed record EngagementView(DateOnly From, DateOnly To, long SignIns, int ActiveDays, DateTimeOffset? LastSignInAt, IReadOnlyList<SignInDayView> Days, IReadOnlyList<SignInWeekView> Weeks)
{
    public static EngagementView Of(Engagement found, DateOnly from, DateOnly to) => new(
        from, to, found.Days.Sum(day => day.SignIns), found.Days.Count, found.LastSignInAt, [.. found.Days.Select(day => new SignInDayView(day.Day, day.SignIns))],
        [.. found.Days.GroupBy(day => ReportPeriod.StartOf(day.Day, ReportInterval.Week)).Select(week => new SignInWeekView(week.Key, week.Sum(day => day.SignIns), week.Count()))]);
}

internal sealed record PointView(string Label, double Value);

internal sealed record TrendView(string Title, string Of, IReadOnlyList<PointView> Points);

/// <summary>How many people come, counted at <paramref name="At"/>.</summary>
internal sealed record EngagementReportView(DateTimeOffset At, IReadOnlyList<FigureView> Figures, IReadOnlyList<TrendView> Trends, string? Note)
{
    public static EngagementReportView Of(ReportResult report, DateTimeOffset at) => new(
        at, [.. report.Figures.Select(figure => new FigureView(figure.Name, figure.Value))],
        [.. report.Charts.Select(chart => new TrendView(chart.Title, chart.Of, [.. chart.Labels.Zip(chart.Series[0].Values, (label, value) => new PointView(label, value))]))], report.Note);
}
