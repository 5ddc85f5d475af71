using System.Text.Json;
using System.Text.Json.Serialization;

namespace UserAdmin.Core.Exports;

/// <summary>What a list is asked for, as JSON that is kept with an export.</summary>
public static class ExportQuery
{
    // Filters hold tuples, whose parts are fields. A name that nobody knows would be a file of more than was meant.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        IncludeFields = true,
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public const int Longest = 8000;

    public static string Write<TQuery>(TQuery query) => JsonSerializer.Serialize(query, Json);

    /// <summary>Null when it isn't one.</summary>
    public static TQuery? Read<TQuery>(string json) where TQuery : class
    {
        try
        {
            return json.Length > Longest ? null : JsonSerializer.Deserialize<TQuery>(json, Json);
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
