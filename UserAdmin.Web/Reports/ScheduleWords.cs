using System.Globalization;

namespace UserAdmin.Web.Reports;

public enum ScheduleRhythm { EveryHour, EveryDay, WorkingDays, EveryWeek, EveryMonth, Expression }

/// <summary>A time of a schedule as people say it, and the cron expression of it.</summary>
public sealed record ScheduleRule(ScheduleRhythm Rhythm, TimeOnly At, DayOfWeek Weekday, int Day, string Expression)
{
    /// <summary>The last day of a month, whichever that is.</summary>
    public const int LastDay = 32;

    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    public string Cron => Rhythm switch
    {
        ScheduleRhythm.EveryHour => Invariant($"0 {At.Minute} * * * ?"),
        ScheduleRhythm.EveryDay => Invariant($"0 {At.Minute} {At.Hour} * * ?"),
        ScheduleRhythm.WorkingDays => Invariant($"0 {At.Minute} {At.Hour} ? * MON-FRI"),
        ScheduleRhythm.EveryWeek => Invariant($"0 {At.Minute} {At.Hour} ? * {Days[(int)Weekday]}"),
        ScheduleRhythm.EveryMonth => Invariant($"0 {At.Minute} {At.Hour} {(Day == LastDay ? "L" : Day)} * ?"),
        _ => Expression,
    };

    /// <summary>What cannot be said otherwise stays an expression.</summary>
    public static ScheduleRule Read(string cron)
    {
        var free = new ScheduleRule(ScheduleRhythm.Expression, new(7, 0), DayOfWeek.Monday, 1, cron);
        if (cron.Split(' ') is not ["0", var minute, var hour, var day, "*", var weekday] || !int.TryParse(minute, out var minutes) || minutes is < 0 or > 59)
            return free;
        var hours = 0;
        if (hour != "*" && (!int.TryParse(hour, out hours) || hours is < 0 or > 23))
            return free;
        var read = free with { At = new(hours, minutes) };
        read = (hour, day, weekday) switch
        {
            ("*", "*", "?") => read with { Rhythm = ScheduleRhythm.EveryHour },
            (_, "*", "?") => read with { Rhythm = ScheduleRhythm.EveryDay },
            (_, "?", "MON-FRI") => read with { Rhythm = ScheduleRhythm.WorkingDays },
            (_, "?", _) when Array.IndexOf(Days, weekday) is >= 0 and var which => read with { Rhythm = ScheduleRhythm.EveryWeek, Weekday = (DayOfWeek)which },
            (_, "L", "?") => read with { Rhythm = ScheduleRhythm.EveryMonth, Day = LastDay },
            (_, _, "?") when int.TryParse(day, out var number) && number is >= 1 and <= 28 => read with { Rhythm = ScheduleRhythm.EveryMonth, Day = number },
            _ => free,
        };
        return read.Cron == cron ? read : free;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

internal static class ScheduleWords
{
    public static string Of(string cron) => ScheduleRule.Read(cron) is var rule ? rule.Rhythm switch
    {
        ScheduleRhythm.EveryHour => $"Every hour, {rule.At.Minute} minutes past",
        ScheduleRhythm.EveryDay => $"Every day at {Time(rule)}",
        ScheduleRhythm.WorkingDays => $"Monday to Friday at {Time(rule)}",
        ScheduleRhythm.EveryWeek => $"Every {rule.Weekday} at {Time(rule)}",
        ScheduleRhythm.EveryMonth => $"On {(rule.Day == ScheduleRule.LastDay ? "the last day" : $"day {rule.Day}")} of every month at {Time(rule)}",
        _ => cron,
    } : cron;

    public static string NameOf(ScheduleRhythm rhythm) => rhythm switch
    {
        ScheduleRhythm.EveryHour => "Every hour",
        ScheduleRhythm.EveryDay => "Every day",
        ScheduleRhythm.WorkingDays => "Monday to Friday",
        ScheduleRhythm.EveryWeek => "Every week",
        ScheduleRhythm.EveryMonth => "Every month",
        _ => "By an expression",
    };

    private static string Time(ScheduleRule rule) => rule.At.ToString("HH:mm", CultureInfo.InvariantCulture);
}
