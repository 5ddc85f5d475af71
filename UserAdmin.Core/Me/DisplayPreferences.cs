using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Me;

public enum ColourTheme { System, Light, Dark }

public enum Accent { Blue, Green, Teal, Violet, Pink, Orange }

public enum TextSize { Normal, Small, Large, [Display(Name = "Very large")] VeryLarge }

public enum DateStyle
{
    [Display(Name = "As the language has it")] Language,
    [Display(Name = "Year-month-day")] Iso,
    [Display(Name = "Day.month.year")] DayFirst,
    [Display(Name = "Day/month/year")] DayFirstSlashes,
    [Display(Name = "Month/day/year")] MonthFirst,
}

/// <summary>How a person wants to see the portal. Nothing in it is secret: a cookie mirrors it, so that the first byte of a page follows.</summary>
public sealed record DisplayPreferences
{
    public const string Name = "display";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    public static DisplayPreferences Usual { get; } = new();

    public static IReadOnlyList<int> PageSizes { get; } = [25, 50, 100, 200];

    public ColourTheme Theme { get; init; }
    public Accent Accent { get; init; }
    public TextSize TextSize { get; init; }

    /// <summary>One of <see cref="Words.Languages"/>; null is what the browser asks for.</summary>
    public string? Language { get; init; }

    /// <summary>An IANA name; null is where the browser says it is.</summary>
    public string? TimeZone { get; init; }

    public DateStyle Dates { get; init; }
    public bool LessMotion { get; init; }
    public bool MoreContrast { get; init; }

    /// <summary>Rows in a list that has no size of its own; null leaves it to the list.</summary>
    public int? PageSize { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>What the text says and can be true; the rest is as usual. Anybody may write the cookie it comes from.</summary>
    public static DisplayPreferences Read(string? json)
    {
        if (json is null or { Length: > 500 })
            return Usual;
        try
        {
            return JsonSerializer.Deserialize<DisplayPreferences>(json, Json)?.Possible() ?? Usual;
        }
        catch (JsonException)
        {
            return Usual;
        }
    }

    private DisplayPreferences Possible() => this with
    {
        Theme = Enum.IsDefined(Theme) ? Theme : default,
        Accent = Enum.IsDefined(Accent) ? Accent : default,
        TextSize = Enum.IsDefined(TextSize) ? TextSize : default,
        Dates = Enum.IsDefined(Dates) ? Dates : default,
        Language = Words.Languages.Any(language => language.Code == Language) ? Language : null,
        TimeZone = TimeZone is { Length: > 0 and < 60 } && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _) ? TimeZone : null,
        PageSize = PageSize is { } size && PageSizes.Contains(size) ? size : null,
    };
}
