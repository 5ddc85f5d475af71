using System.Globalization;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Me;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Web.Shell;

/// <summary>How the person in front of the page wants to read it. What they change holds for all that is shown from then on.</summary>
public sealed class Viewer
{
    private readonly TimeZoneInfo browserZone;
    private DisplayPreferences display = DisplayPreferences.Usual;

    private Viewer(TimeZoneInfo zone) => (browserZone, TimeZone) = (zone, zone);

    public TimeZoneInfo TimeZone { get; private set; }

    /// <summary>As whom the portal shows itself.</summary>
    public BrandView Brand { get; private init; } = BrandView.Usual;

    public DisplayPreferences Display
    {
        get => display;
        set => (display, TimeZone) = (value, value.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : browserZone);
    }

    public static Viewer In(string? timeZone, DisplayPreferences? display = null, BrandView? brand = null) =>
        new(timeZone is { Length: > 0 and < 60 } && TimeZoneInfo.TryFindSystemTimeZoneById(Uri.UnescapeDataString(timeZone), out var found) ? found : TimeZoneInfo.Utc)
        {
            Display = display ?? DisplayPreferences.Usual,
            Brand = brand ?? BrandView.Usual,
        };

    public DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, TimeZone);

    /// <summary>The instant that the viewer's clock shows like this.</summary>
    public DateTimeOffset? InstantOf(DateTime? local) =>
        local is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), TimeZone.GetUtcOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified))).ToUniversalTime() : null;

    /// <summary>The instant at which the day begins where the viewer is.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new(midnight, TimeZone.GetUtcOffset(midnight));
    }

    public string Moment(DateTimeOffset instant) => $"{DayOf(instant)}, {Local(instant).ToString("HH:mm", CultureInfo.InvariantCulture)}";

    public string Time(DateTimeOffset instant) => Local(instant).ToString("HH:mm", CultureInfo.InvariantCulture);

    public string MomentWithSeconds(DateTimeOffset instant) => $"{DayOf(instant)}, {Local(instant).ToString("HH:mm:ss", CultureInfo.InvariantCulture)}";

    public string Date(DateOnly day) => display.Dates switch
    {
        DateStyle.Iso => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateStyle.DayFirst => day.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture),
        DateStyle.DayFirstSlashes => day.ToString("dd'/'MM'/'yyyy", CultureInfo.InvariantCulture),
        DateStyle.MonthFirst => day.ToString("MM'/'dd'/'yyyy", CultureInfo.InvariantCulture),
        _ => day.ToString(CultureInfo.CurrentCulture.TwoLetterISOLanguageName == "de" ? "d. MMM yyyy" : "d MMM yyyy", CultureInfo.CurrentCulture),
    };

    public static string Exact(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Ago(DateTimeOffset instant, DateTimeOffset now) => (now - instant) switch
    {
        { TotalSeconds: < 60 } => T("just now"),
        { TotalMinutes: < 2 } => T("1 minute ago"),
        { TotalMinutes: < 60 } span => T("{0} minutes ago", (int)span.TotalMinutes),
        { TotalHours: < 2 } => T("1 hour ago"),
        { TotalHours: < 24 } span => T("{0} hours ago", (int)span.TotalHours),
        { TotalDays: < 2 } => T("1 day ago"),
        { TotalDays: < 60 } span => T("{0} days ago", (int)span.TotalDays),
        var span => T("{0} months ago", (int)(span.TotalDays / 30.4)),
    };

    private string DayOf(DateTimeOffset instant) => Date(DateOnly.FromDateTime(Local(instant).DateTime));
}
