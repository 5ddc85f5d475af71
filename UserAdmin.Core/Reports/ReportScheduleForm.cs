using System.ComponentModel.DataAnnotations;
using Quartz;
using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;

namespace UserAdmin.Core.Reports;

/// <summary>Which report is made, when, as what, and for whom.</summary>
public sealed class ReportScheduleForm
{
    public const int MostRecipients = 50;

    [Display(Name = "Name"), Required(ErrorMessage = "Give the schedule a name."), PlainText(100)]
    public string Name { get; set; } = "";

    /// <summary>The code of a built-in report, or the id of one that somebody built.</summary>
    public string Report { get; set; } = "";

    public ReportParameters Parameters { get; set; } = new();
    public ExportFormat Format { get; set; } = ExportFormat.Excel;

    /// <summary>A cron expression of Quartz, with seconds, read in the time zone.</summary>
    [Required(ErrorMessage = "Say when it is made."), StringLength(120)]
    public string Cron { get; set; } = "0 0 7 ? * MON";

    public string TimeZone { get; set; } = "UTC";
    public List<Guid> Recipients { get; set; } = [];
    public bool IsActive { get; set; } = true;
}

public sealed record ScheduleRow(Guid Id, string Name, string Report, string Cron, string TimeZone, ExportFormat Format, int Recipients, bool IsActive, DateTimeOffset? NextRunAt, DateTimeOffset? LastRunAt, ReportRunState? LastState);

public sealed record ScheduleRun(Guid Id, DateTimeOffset ScheduledFor, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, ReportRunState State, long Rows, int Recipients, string? Problem);

public sealed record ScheduleDetails(Guid Id, ReportScheduleForm Form, string ReportName, string Owner, DateTimeOffset? NextRunAt, IReadOnlyList<(Guid Id, string Name)> People, IReadOnlyList<ScheduleRun> Runs, Guid Stamp);

/// <summary>When a schedule is due: an expression read in a time zone, so that seven o'clock stays seven o'clock when the clock is changed.</summary>
internal static class ScheduleTimes
{
    /// <summary>Null when there is no such zone, no such expression, or no such moment any more.</summary>
    public static DateTimeOffset? NextAfter(string cron, string timeZone, DateTimeOffset moment) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) && CronExpression.TryParse(cron, out var expression) ? expression.WithTimeZone(zone).GetNextValidTimeAfter(moment.ToUniversalTime()) : null;
}
