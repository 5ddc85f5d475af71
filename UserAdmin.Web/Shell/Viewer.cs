using System.Globalization;

namespace UserAdmin.Web.Shell;

/// <summary>How the person in front of the page wants to read it.</summary>
public sealed record Viewer(TimeZoneInfo TimeZone)
{
    public static Viewer In(string? timeZone) =>
        new(timeZone is { Length: > 0 and < 60 } && TimeZoneInfo.TryFindSystemTimeZoneById(Uri.UnescapeDataString(timeZone), out var found) ? found : TimeZoneInfo.Utc);

    public DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, TimeZone);

    /// <summary>The instant at which the day begins where the viewer is.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new(midnight, TimeZone.GetUtcOffset(midnight));
    }

    public string Moment(DateTimeOffset instant) => Local(instant).ToString("d MMM yyyy, HH:mm", CultureInfo.InvariantCulture);

    public static string Exact(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Ago(DateTimeOffset instant, DateTimeOffset now) => (now - instant) switch
    {
        { TotalSeconds: < 60 } => "just now",
        { TotalMinutes: < 60 } span => Count((int)span.TotalMinutes, "minute"),
        { TotalHours: < 24 } span => Count((int)span.TotalHours, "hour"),
        { TotalDays: < 60 } span => Count((int)span.TotalDays, "day"),
        var span => Count((int)(span.TotalDays / 30.4), "month"),
    };

    private static string Count(int number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")} ago";
}
