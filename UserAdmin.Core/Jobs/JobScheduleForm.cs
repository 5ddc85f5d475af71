using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;

namespace UserAdmin.Core.Jobs;

public enum JobRhythm
{
    [Display(Name = "Every few minutes")] Minutes,
    [Display(Name = "Every hour")] Hourly,
    [Display(Name = "Every day")] Daily,
    [Display(Name = "Monday to Friday")] WorkingDays,
    [Display(Name = "Every week")] Weekly,
    [Display(Name = "Every month")] Monthly,
    [Display(Name = "By an expression")] Expression,
}

/// <summary>When a job shall run or a report be made, as people say it.</summary>
public sealed partial class JobScheduleForm : IValidatableObject
{
    public const int LastDay = 32;

    /// <summary>Those that divide an hour, so that the distance is always the same.</summary>
    public static IReadOnlyList<int> Steps { get; } = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];

    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    public JobRhythm Rhythm { get; set; } = JobRhythm.Daily;
    public int Step { get; set; } = 5;

    public int Minute { get; set; }

    public TimeOnly At { get; set; } = new(1, 0);
    public DayOfWeek Weekday { get; set; } = DayOfWeek.Monday;

    /// <summary>1 to 28, or <see cref="LastDay"/>: months differ in the days between.</summary>
    public int Day { get; set; } = 1;

    public string Expression { get; set; } = "";

    public string TimeZone { get; set; } = "UTC";

    public string Cron => Rhythm switch
    {
        JobRhythm.Minutes => Step == 1 ? "0 * * * * ?" : string.Create(CultureInfo.InvariantCulture, $"0 0/{Step} * * * ?"),
        JobRhythm.Hourly => string.Create(CultureInfo.InvariantCulture, $"0 {Minute} * * * ?"),
        JobRhythm.Daily => string.Create(CultureInfo.InvariantCulture, $"0 {At.Minute} {At.Hour} * * ?"),
        JobRhythm.WorkingDays => string.Create(CultureInfo.InvariantCulture, $"0 {At.Minute} {At.Hour} ? * MON-FRI"),
        JobRhythm.Weekly => string.Create(CultureInfo.InvariantCulture, $"0 {At.Minute} {At.Hour} ? * {Days[(int)Weekday]}"),
        JobRhythm.Monthly => string.Create(CultureInfo.InvariantCulture, $"0 {At.Minute} {At.Hour} {(Day >= LastDay ? "L" : Day.ToString(CultureInfo.InvariantCulture))} * ?"),
        _ => string.Join(' ', Expression.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
    };

    public static JobScheduleForm From(string cron, string timeZone)
    {
        var form = new JobScheduleForm { TimeZone = timeZone, Expression = cron, Rhythm = JobRhythm.Expression };
        if (Shape.Match(cron) is not { Success: true } parts)
            return form;
        int Number(string name) => int.Parse(parts.Groups[name].Value, CultureInfo.InvariantCulture);
        bool Has(string name) => parts.Groups[name].Success;
        var at = Has("hour") && Number("hour") < 24 && Number("minute") < 60 ? new TimeOnly(Number("hour"), Number("minute")) : default;
        var read = new JobScheduleForm { TimeZone = timeZone, Expression = cron, At = at };
        read.Rhythm = Has("each") || Has("step") ? JobRhythm.Minutes : !Has("hour") ? JobRhythm.Hourly : Has("working") ? JobRhythm.WorkingDays : Has("weekday") ? JobRhythm.Weekly : Has("last") || Has("day") ? JobRhythm.Monthly : JobRhythm.Daily;
        read.Step = Has("step") ? Number("step") : 1;
        read.Minute = Has("minute") ? Number("minute") : 0;
        if (Has("weekday"))
            read.Weekday = (DayOfWeek)Array.IndexOf(Days, parts.Groups["weekday"].Value);
        read.Day = Has("last") ? LastDay : Has("day") ? Number("day") : 1;
        return read.Cron == cron && !read.Validate(new(read)).Any() ? read : form;
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Rhythm == JobRhythm.Minutes && !Steps.Contains(Step))
            yield return new("Choose one of the steps.", [nameof(Step)]);
        if (Rhythm == JobRhythm.Hourly && Minute is (< 0 or > 59))
            yield return new("Choose minute 0 to 59.", [nameof(Minute)]);
        if (Rhythm == JobRhythm.Monthly && Day is (< 1 or > 28) and not LastDay)
            yield return new("Choose day 1 to 28 or the last one.", [nameof(Day)]);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            yield return new("There is no such time zone.", [nameof(TimeZone)]);
        else if (Rhythm == JobRhythm.Expression && (Cron.Length > 120 || JobTimes.Read(Cron, TimeZone) is null))
            yield return new("This is no cron expression with seconds, such as 0 30 6 ? * MON-FRI.", [nameof(Expression)]);
    }

    [GeneratedRegex(@"^0 (?:(?<each>\*) \* \* \* \?|0/(?<step>\d+) \* \* \* \?|(?<minute>\d+) \* \* \* \?|(?<minute>\d+) (?<hour>\d+) (?:\* \* \?|\? \* (?:(?<working>MON-FRI)|(?<weekday>SUN|MON|TUE|WED|THU|FRI|SAT))|(?:(?<last>L)|(?<day>\d+)) \* \?))$")]
    private static partial Regex Shape { get; }
}
