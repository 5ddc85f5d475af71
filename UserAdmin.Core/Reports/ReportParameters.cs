using System.Text.Json;
using System.Text.Json.Serialization;

namespace UserAdmin.Core.Reports;

/// <summary>What a reader chose for a report. Kept as JSON with schedules and exports.</summary>
public sealed record ReportParameters
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 12,
    };

    public ReportRange Range { get; init; } = ReportRange.Last30Days;

    /// <summary>The days of <see cref="ReportRange.Custom"/>, both included.</summary>
    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }

    /// <summary>Null takes what fits the range.</summary>
    public ReportInterval? Interval { get; init; }

    /// <summary>Only people of this organization and those below it.</summary>
    public Guid? OrganizationId { get; init; }

    public Guid? RoleId { get; init; }

    /// <summary>Days without a sign-in after which an account is dormant.</summary>
    public int Days { get; init => field = Math.Clamp(value, 1, 3650); } = 90;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Null when it can't be read.</summary>
    public static ReportParameters? Parse(string? json)
    {
        if (json is null)
            return new();
        try
        {
            return JsonSerializer.Deserialize<ReportParameters>(json, Json) is { } read && Enum.IsDefined(read.Range) && (read.Interval is not { } interval || Enum.IsDefined(interval)) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public ReportPeriod PeriodIn(TimeZoneInfo zone, DateTimeOffset now) => ReportPeriod.Of(Range, From, To, Interval, zone, now);
}
