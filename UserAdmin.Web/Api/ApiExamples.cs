using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;

namespace UserAdmin.Web.Api;

/// <summary>An example of the body of an endpoint, as JSON, where the one that follows from its schema would say something silly.</summary>
internal sealed record ApiExample(string Json);

/// <summary>Puts an example to every body of the OpenAPI document: the endpoint's own, or one made of what its fields are called and what their schemas allow.</summary>
internal static class ApiExamples
{
    private static readonly string[] Usual = ["text", "north", "+1234567890"];

    private const int Deepest = 5;
    private const string Id = "0193a1b2-1111-7000-8000-000000000001";

    private static readonly Dictionary<string, string> Texts = new()
    {
        ["username"] = "john_doe",
        ["email"] = "john@example.com",
        ["first_name"] = "John",
        ["last_name"] = "Doe",
        ["phone"] = "+1234567890",
        ["address"] = "123 Main St, 12345 Springfield, US",
        ["street"] = "123 Main St",
        ["postal_code"] = "12345",
        ["city"] = "Springfield",
        ["country"] = "US",
        ["reason"] = "Asked for by their manager",
        ["name"] = "Field service",
        ["description"] = "People on the road",
        ["code"] = "123456",
        ["language"] = "en",
        ["time_zone"] = "Europe/Berlin",
        ["cron"] = "0 0 7 ? * MON",
        ["next"] = "https://portal.example.org/api/v1/things?page=3",
        ["previous"] = "https://portal.example.org/api/v1/things?page=1",
        ["token_type"] = "Bearer",
    };

    public static RouteHandlerBuilder Example(this RouteHandlerBuilder endpoint, string json) => endpoint.WithMetadata(new ApiExample(json));

    public static void AddTo(OpenApiDocument document)
    {
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
        {
            AddTo(operation.RequestBody?.Content);
            foreach (var (status, response) in operation.Responses ?? [])
                if (status.StartsWith('2'))
                    AddTo(response.Content);
        }
    }

    private static void AddTo(IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var (type, body) in content ?? new Dictionary<string, OpenApiMediaType>())
            if (body is { Example: null, Schema: { } schema } && type.EndsWith("json", StringComparison.Ordinal))
                body.Example = Of("", schema, 0) ?? new JsonObject();
    }

    private static JsonNode? Of(string name, IOpenApiSchema schema, int depth)
    {
        if (schema.Enum is { Count: > 0 } words)
            return words[0]?.DeepClone();
        if ((schema.OneOf ?? schema.AnyOf) is { Count: > 0 } choices)
            return Of(name, choices.FirstOrDefault(choice => choice.Type != JsonSchemaType.Null) ?? choices[0], depth);
        var (type, mayBeNull) = (schema.Type & ~JsonSchemaType.Null, schema.Type?.HasFlag(JsonSchemaType.Null) == true);
        return type switch
        {
            JsonSchemaType.Boolean => true,
            JsonSchemaType.Integer or JsonSchemaType.Number => NumberOf(schema),
            JsonSchemaType.Array => ArrayOf(name, schema, depth),
            JsonSchemaType.Object => ObjectOf(schema, depth),
            JsonSchemaType.String => TextOf(name, schema, mayBeNull),
            _ => null,
        };
    }

    private static JsonNode NumberOf(IOpenApiSchema schema) =>
        long.TryParse(schema.Minimum, NumberStyles.Integer, CultureInfo.InvariantCulture, out var least) && least > 1 ? least : 1;

    private static JsonArray ArrayOf(string name, IOpenApiSchema schema, int depth) =>
        depth < Deepest && schema.Items is { } items ? [Of(name, items, depth + 1)] : [];

    private static JsonObject ObjectOf(IOpenApiSchema schema, int depth)
    {
        var made = new JsonObject();
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
            if (depth < Deepest && !property.ReadOnly)
                made[name] = Of(name, property, depth + 1);
        return made;
    }

    private static JsonNode? TextOf(string name, IOpenApiSchema schema, bool mayBeNull) => schema.Format switch
    {
        "uuid" => Id,
        "date-time" => "2026-11-21T08:00:00Z",
        "date" => "2026-11-21",
        "time" => "07:00:00",
        _ when Texts.TryGetValue(name, out var text) && IsLike(schema, text) => text,
        _ when mayBeNull => null,
        _ => Usual.FirstOrDefault(text => IsLike(schema, text)),
    };

    private static bool IsLike(IOpenApiSchema schema, string text) => schema.Pattern is not { } pattern || Regex.IsMatch(text, pattern);
}
