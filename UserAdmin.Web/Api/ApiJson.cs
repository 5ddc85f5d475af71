using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace UserAdmin.Web.Api;

/// <summary>How the API writes JSON (snake_case, UTC instants of ISO 8601) and how strictly it reads it (D07).</summary>
internal static class ApiJson
{
    public const int MaximumDepth = 16;

    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>For what is not known beforehand: doubled names are refused as everywhere.</summary>
    public static JsonDocumentOptions Document { get; } = new() { AllowDuplicateProperties = false, MaxDepth = MaximumDepth };

    /// <summary>How a value of a fixed list is spelled.</summary>
    public static string WordOf<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}");

    public static string NameOf(string member) => Names.Instance.ConvertName(member);

    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = Names.Instance;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = MaximumDepth;
        options.RespectNullableAnnotations = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new UtcInstant());
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class Names : JsonNamingPolicy
    {
        public static Names Instance { get; } = new();

        // As all the world writes it.
        public override string ConvertName(string name) => name is "UserName" ? "username" : SnakeCaseLower.ConvertName(name);
    }

    private sealed class UtcInstant : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TryGetDateTimeOffset(out var instant) ? instant.ToUniversalTime() : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
    }
}
