using System.Globalization;
using System.Text.Json.Nodes;

namespace UserAdmin.Tests.Api;

/// <summary>An operation of the OpenAPI document.</summary>
public sealed record ApiOperation(string Method, string Path, JsonObject Json)
{
    public string Id => (string)Json["operationId"]!;

    public override string ToString() => $"{Method} {Path}";

    public IEnumerable<(string Name, string In, JsonNode Schema)> Parameters =>
        (Json["parameters"]?.AsArray() ?? []).Select(parameter => ((string)parameter!["name"]!, (string)parameter["in"]!, parameter["schema"]!));

    public JsonObject? Body => Json["requestBody"]?["content"]?["application/json"]?.AsObject();

    public JsonNode? SchemaOf(int status) => Json["responses"]?[status.ToString(CultureInfo.InvariantCulture)]?["content"]?["application/json"]?["schema"];
}

/// <summary>What the OpenAPI document promises, and whether a value keeps it.</summary>
public sealed class ApiContract(JsonObject document)
{
    public JsonObject Document => document;

    public IReadOnlyList<ApiOperation> Operations { get; } =
        [.. from path in document["paths"]!.AsObject() from operation in path.Value!.AsObject() select new ApiOperation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject())];

    public static async Task<ApiContract> ReadAsync(TestApp app)
    {
        using var stranger = new ApiClient(app);
        using var answer = await stranger.Get("/api/openapi.json");
        return new(await answer.Json());
    }

    public JsonObject Resolve(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference ? Resolve(reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, name) => node?[name]) ?? throw new InvalidOperationException($"{reference} is nowhere.")) : schema.AsObject();

    /// <summary>The types that a schema allows; empty when it allows any.</summary>
    public IReadOnlyList<string> TypesOf(JsonNode schema)
    {
        var found = Resolve(schema);
        return found["oneOf"] is JsonArray choices ? [.. choices.SelectMany(choice => TypesOf(choice!)).Distinct()]
            : found["type"] is JsonArray types ? [.. types.Select(type => (string)type!)] : found["type"] is { } type ? [(string)type!] : [];
    }

    /// <summary>In what a value is not as the schema says.</summary>
    public IEnumerable<string> Differences(JsonNode? value, JsonNode schema, string at = "$")
    {
        var wanted = Resolve(schema);
        if (wanted["oneOf"] is JsonArray choices)
            return choices.Any(choice => !Differences(value, choice!, at).Any()) ? [] : [$"{at}: none of the choices"];
        var types = TypesOf(wanted);
        if (types.Count > 0 && !types.Contains(TypeOf(value)) && !(TypeOf(value) == "integer" && types.Contains("number")))
            return [$"{at}: {TypeOf(value)} instead of {string.Join(" or ", types)}"];
        return value switch
        {
            JsonObject json => json.SelectMany(field => FieldDifferences(field, wanted, at))
                .Concat((wanted["required"]?.AsArray() ?? []).Select(name => (string)name!).Where(name => !json.ContainsKey(name)).Select(name => $"{at}.{name}: missing")),
            JsonArray array => wanted["items"] is { } items ? array.SelectMany((item, i) => Differences(item, items, $"{at}[{i}]")) : [],
            JsonValue => ValueDifferences(value, wanted, at),
            _ => [],
        };
    }

    private IEnumerable<string> FieldDifferences(KeyValuePair<string, JsonNode?> field, JsonObject schema, string at) =>
        schema["properties"]?[field.Key] is { } known ? Differences(field.Value, known, $"{at}.{field.Key}")
        : schema["additionalProperties"] is JsonObject other ? Differences(field.Value, other, $"{at}.{field.Key}")
        : schema["additionalProperties"] is JsonValue and not null && !(bool)schema["additionalProperties"]! ? [$"{at}.{field.Key}: unknown"] : [];

    private static IEnumerable<string> ValueDifferences(JsonNode value, JsonObject schema, string at)
    {
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
            yield return $"{at}: {value} is none of the words";
        var text = value.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string)value! : null;
        var isRight = text is null || (string?)schema["format"] switch
        {
            "uuid" => Guid.TryParse(text, out _),
            "date-time" => text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            _ => true,
        };
        if (!isRight)
            yield return $"{at}: {text} is no {schema["format"]}";
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or System.Text.Json.JsonValueKind.Null => "null",
        System.Text.Json.JsonValueKind.Object => "object",
        System.Text.Json.JsonValueKind.Array => "array",
        System.Text.Json.JsonValueKind.String => "string",
        System.Text.Json.JsonValueKind.Number => value.ToJsonString().AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? "integer" : "number",
        _ => "boolean",
    };
}
