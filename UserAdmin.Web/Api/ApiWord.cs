using UserAdmin.Core.Common;

namespace UserAdmin.Web.Api;

/// <summary>Words of a fixed list in the query of an address, spelled as in JSON.</summary>
internal static class ApiWord
{
    /// <summary>Null and no problem when there is no word; a problem when it is none of them.</summary>
    public static (T? Value, Problem? Problem) Read<T>(string? word, string name) where T : struct, Enum
    {
        if (string.IsNullOrEmpty(word))
            return (null, null);
        foreach (var value in Enum.GetValues<T>())
            if (ApiJson.WordOf(value) == word)
                return (value, null);
        return (null, new(ProblemKind.Invalid, "invalid", $"Choose of: {string.Join(", ", Enum.GetValues<T>().Select(ApiJson.WordOf))}.", name));
    }

    /// <summary>UTC when nothing is said.</summary>
    public static (TimeZoneInfo Zone, Problem? Problem) ReadZone(string? name) =>
        string.IsNullOrEmpty(name) ? (TimeZoneInfo.Utc, null)
        : name.Length < 60 && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? (zone, null)
        : (TimeZoneInfo.Utc, new(ProblemKind.Invalid, "invalid", "There is no such time zone.", "time_zone"));
}
