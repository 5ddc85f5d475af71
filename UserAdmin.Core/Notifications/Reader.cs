using System.Globalization;
using System.Text.Json;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Notifications;

/// <summary>How somebody we write to reads: what they chose for the portal, else English and UTC. Whatever can't be understood is left out.</summary>
internal sealed record Reader(string Language, TimeZoneInfo TimeZone)
{
    public const string Preference = "display";

    public static Reader Of(string? json)
    {
        var (language, zone) = ("en", TimeZoneInfo.Utc);
        try
        {
            using var display = JsonDocument.Parse(json ?? "{}");
            if (Find(display.RootElement, "language") is { } wanted && Words.Languages.Any(known => known.Code == wanted))
                language = wanted;
            if (Find(display.RootElement, "timeZone") is { } id && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var found))
                zone = found;
        }
        catch (JsonException)
        {
            // Kept by a page of another version: the defaults will do.
        }
        return new(language, zone);
    }

    public string Moment(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, TimeZone);
        var zone = local.Offset == TimeSpan.Zero ? "UTC" : $"UTC{local.ToString("zzz", CultureInfo.InvariantCulture)}";
        return $"{local.ToString("d MMMM yyyy, HH:mm", CultureInfo.GetCultureInfo(Language))} ({zone})";
    }

    private static string? Find(JsonElement display, string name) =>
        display.ValueKind != JsonValueKind.Object ? null
        : display.EnumerateObject().FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { ValueKind: JsonValueKind.String } value
            ? value.GetString()
            : null;
}
