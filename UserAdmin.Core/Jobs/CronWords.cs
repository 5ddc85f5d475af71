using System.Globalization;
using System.Text.RegularExpressions;

namespace UserAdmin.Core.Jobs;

/// <summary>Says a cron expression in words where it is one that people make here; others are shown as they are.</summary>
public static partial class CronWords
{
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private static readonly string[] Ordinals = ["first", "second", "third", "fourth", "fifth"];

    public static string Of(string cron) => Say(cron) ?? cron;

    private static string? Say(string cron)
    {
        if (cron.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var second, var minute, var hour, var day, var month, var weekday] || !Number.IsMatch(second))
            return null;
        var isDaily = IsAny(day) && IsAny(weekday) && month == "*";
        if (hour == "*")
            return isDaily ? SayMinutes(minute) : null;
        if (!Number.IsMatch(minute))
            return null;
        if (Every(hour) is { } hours)
            return isDaily ? hours == 1 ? SayMinutes(minute) : $"Every {hours} hours at minute {minute}" : null;
        if (SayTimes(hour, minute) is not { } times || SayDays(day, month, weekday) is not { } days)
            return null;
        return $"{days} at {times}";
    }

    private static string? SayMinutes(string minute) =>
        minute == "*" ? "Every minute"
        : Every(minute) is { } step ? step == 1 ? "Every minute" : $"Every {step} minutes"
        : minute == "0" ? "Every hour, on the hour"
        : minute == "1" ? "Every hour, 1 minute past"
        : Number.IsMatch(minute) ? $"Every hour, {minute} minutes past"
        : Numbers.IsMatch(minute) ? $"Every hour at minutes {Join(minute.Split(','))}"
        : null;

    private static string? SayDays(string day, string month, string weekday) => (day, month, weekday) switch
    {
        _ when IsAny(day) && month == "*" && IsAny(weekday) => "Every day",
        _ when IsAny(day) && month == "*" => SayWeekdays(weekday),
        ("L", "*", "?") => "On the last day of every month",
        _ when Number.IsMatch(day) && month == "*" && weekday == "?" => $"On day {day} of every month",
        _ when Number.IsMatch(day) && Number.IsMatch(month) && weekday == "?" && int.Parse(month, CultureInfo.InvariantCulture) is >= 1 and <= 12 and var number =>
            $"Every year on {day} {CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(number)}",
        _ => null,
    };

    private static string? SayWeekdays(string weekday)
    {
        if (weekday.Split('#') is [var which, [>= '1' and <= '5' and var nth]])
            return DayName(which) is { } name ? $"On the {Ordinals[nth - '1']} {name} of every month" : null;
        if (weekday.Length > 1 && weekday.EndsWith('L'))
            return DayName(weekday[..^1]) is { } last ? $"On the last {last} of every month" : null;
        if (weekday.Split('-') is [var from, var to])
            return DayName(from) is { } first && DayName(to) is { } end ? $"{first} to {end}" : null;
        var names = weekday.Split(',').Select(DayName).ToList();
        return names.Contains(null) ? null : $"Every {Join([.. names.OfType<string>()])}";
    }

    private static string? SayTimes(string hours, string minute) =>
        Numbers.IsMatch(hours) ? Join([.. hours.Split(',').Select(hour => $"{int.Parse(hour, CultureInfo.InvariantCulture):00}:{int.Parse(minute, CultureInfo.InvariantCulture):00}")]) : null;

    private static string? DayName(string day)
    {
        var index = day is [>= '1' and <= '7'] ? day[0] - '1' : Array.IndexOf(Days, day.ToUpperInvariant());
        return index < 0 ? null : ((DayOfWeek)index).ToString();
    }

    private static bool IsAny(string field) => field is "*" or "?";

    private static int? Every(string field) =>
        Step.Match(field) is { Success: true } match && int.TryParse(match.Groups["step"].Value, out var step) ? step : null;

    private static string Join(string[] parts) => parts.Length < 2 ? string.Concat(parts) : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";

    [GeneratedRegex("^[0-9]{1,2}$")]
    private static partial Regex Number { get; }

    [GeneratedRegex("^[0-9]{1,2}(,[0-9]{1,2})*$")]
    private static partial Regex Numbers { get; }

    [GeneratedRegex("^[0*]/(?<step>[0-9]{1,2})$")]
    private static partial Regex Step { get; }
}
