using System.Globalization;

namespace UserAdmin.Web.Ui;

/// <summary>Days as addresses and date fields write them. Years near the ends of the calendar are nobody's and would overflow in another time zone.</summary>
internal static class Day
{
    private const string Format = "yyyy-MM-dd";

    public static DateOnly? Parse(object? text) =>
        DateOnly.TryParseExact(text as string, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and <= 9000 ? day : null;

    public static string? Text(DateOnly? day) => day?.ToString(Format, CultureInfo.InvariantCulture);
}
