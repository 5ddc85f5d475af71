using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace UserAdmin.Web.Api;

/// <summary>Says in the OpenAPI document what can't be seen from a type that is written by a converter of ours.</summary>
internal static class ApiSchemas
{
    public static void Complete(OpenApiSchema schema, Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        // Where a word may be missing, null stands beside the reference to its list.
        if (plain.IsEnum)
            (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. Enum.GetNames(plain).Select(name => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(name))]);
        else if (plain == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String | (plain == type ? 0 : JsonSchemaType.Null), "date-time");
    }
}
