using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Reports;

/// <summary>The reports that come with the product, over HTTP.</summary>
internal static class ReportApi
{
    public static void MapReportApi(this RouteGroupBuilder api)
    {
        var reports = api.MapGroup("/reports").WithTags("Reports");
        reports.MapGet("", List).Needs(Permission.ReportsView).Answers<Paged<BuiltInReportView>>()
            .Describe("list_reports", "List built-in reports", "Those that the caller may see, with the parameters each takes.");
        reports.MapGet("/{code}", ReadAsync).Needs(Permission.ReportsView).Answers<ReportAnswerView>()
            .Describe("read_report", "Read a built-in report", "Figures, what is drawn, and up to 500 rows; all rows come as a file (POST /exports with the list `report`). At most a minute old.");
        api.MapCustomReportApi();
        api.MapReportScheduleApi();
    }

    private static async Task<IResult> List(HttpContext http, [AsParameters] ListQuery query, Caller caller) => await Task.FromResult(
        query.Refuse(http) ?? ApiLists.Answer(http, query, [.. ReportReader.ListFor(caller).Where(report => query.Search is not { } words || $"{report.Code} {report.Title}".Contains(words, StringComparison.OrdinalIgnoreCase))], BuiltInReportView.Of));

    private static async Task<IResult> ReadAsync(HttpContext http, string code, [AsParameters] ReportQuery which, ReportReader reports, Caller caller, CancellationToken cancel)
    {
        if (ReportReader.ListFor(caller).FirstOrDefault(report => report.Code == code) is not { } report)
            return ApiAnswers.NotFound(http);
        var (range, noRange) = ApiWord.Read<ReportRange>(which.Range, "range");
        var (interval, noInterval) = ApiWord.Read<ReportInterval>(which.Interval, "interval");
        var (zone, noZone) = ApiWord.ReadZone(which.TimeZone);
        if ((noRange ?? noInterval ?? noZone ?? which.Refuse(range)) is { } wrong)
            return ApiAnswers.Refuse(http, wrong);
        var parameters = new ReportParameters
        {
            Range = range ?? (which.From is not null ? ReportRange.Custom : ReportRange.Last30Days),
            From = which.From,
            To = which.To,
            Interval = interval,
            OrganizationId = which.Organization,
            RoleId = which.Role,
            Days = which.Days ?? 90,
        };
        return await ApiAnswers.CountedAsync(http, () => reports.FindAsync(code, parameters, zone, caller, cancel), found => ApiAnswers.Json(ReportAnswerView.Of(report.Title, found.Value, found.At)));
    }
}

/// <summary>What a built-in report is asked.</summary>
internal sealed class ReportQuery
{
    private static readonly DateOnly Earliest = new(1970, 1, 1), Latest = new(2200, 1, 1);

    [FromQuery(Name = "range"), Description("last7_days, last30_days, last90_days, last12_months, this_month, last_month, last_quarter or custom, which takes `from` and `to`.")]
    public string? Range { get; set; }

    [FromQuery(Name = "from"), Description("The first day, of the time zone.")]
    public DateOnly? From { get; set; }

    [FromQuery(Name = "to"), Description("The last day, itself included.")]
    public DateOnly? To { get; set; }

    [FromQuery(Name = "interval"), Description("day, week, month or quarter; what fits the range when it is left out.")]
    public string? Interval { get; set; }

    [FromQuery(Name = "organization"), Description("The id of an organization: only people of it and of those below it.")]
    public Guid? Organization { get; set; }

    [FromQuery(Name = "role"), Description("The id of a role.")]
    public Guid? Role { get; set; }

    [FromQuery(Name = "days"), Description("Days without a sign-in after which an account is dormant; 90 by default.")]
    public int? Days { get; set; }

    [FromQuery(Name = "time_zone"), Description("Whose days these are, such as Europe/Berlin; UTC by default.")]
    public string? TimeZone { get; set; }

    public Problem? Refuse(ReportRange? range) =>
        (range == ReportRange.Custom || From is not null || To is not null) && (From is null || To is null || range is not (null or ReportRange.Custom)) ? new(ProblemKind.Invalid, "invalid", "Name both days, and no other range.", "from")
        : From < Earliest || To > Latest || From > To ? new(ProblemKind.Invalid, "invalid", "Days are from 1970 to 2200, the first one first.", "from")
        : Days is < 1 or > 3650 ? new(ProblemKind.Invalid, "invalid", "Choose 1 to 3650 days.", "days") : null;
}
