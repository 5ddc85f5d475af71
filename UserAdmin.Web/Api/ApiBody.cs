using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using UserAdmin.Core.Common;

namespace UserAdmin.Web.Api;

/// <summary>A body that could not be taken; the filter of all endpoints answers with it before the endpoint runs.</summary>
internal interface IApiBody
{
    Func<HttpContext, IResult>? Refusal { get; }
}

/// <summary>The body of a request: read strictly, and valid by the annotations of its class.</summary>
internal sealed class Body<T> : IApiBody, IEndpointParameterMetadataProvider where T : class
{
    public T Value { get; private init; } = null!;

    public Func<HttpContext, IResult>? Refusal { get; private init; }

    public static async ValueTask<Body<T>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var (json, refusal) = await ApiBody.ReadAsync(http);
        if (json is null)
            return new() { Refusal = refusal };
        var (value, wrong) = ApiBody.As<T>(json);
        return new() { Value = value!, Refusal = wrong };
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
}

/// <summary>The fields of a record that a request changes: what is not there stays as it is.</summary>
internal sealed class Patch<T> : IApiBody, IEndpointParameterMetadataProvider where T : class
{
    private JsonObject changes = [];

    public Func<HttpContext, IResult>? Refusal { get; private init; }

    public static async ValueTask<Patch<T>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var (json, refusal) = await ApiBody.ReadAsync(http);
        return new() { changes = json ?? [], Refusal = refusal };
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata(["application/json", "application/merge-patch+json"], typeof(T)));

    public bool Has(string field) => changes.ContainsKey(field);

    /// <summary>The record with the changes made (RFC 7396 for a flat record), or why they can't be.</summary>
    public (T? Value, Func<HttpContext, IResult>? Refusal) ApplyTo(T current) => ApiBody.Merge<T>(current, changes);
}

internal static class ApiBody
{
    /// <summary>No body of the API is longer, except pictures and files.</summary>
    public const int MaximumBytes = 64 * 1024;

    public const string Unknown = "There is no such field, or it can't be set here.";

    public static async Task<(JsonObject? Json, Func<HttpContext, IResult>? Refusal)> ReadAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType() && !(http.Request.ContentType ?? "").StartsWith("application/merge-patch+json", StringComparison.OrdinalIgnoreCase))
            return (null, context => ApiAnswers.Problem(context, StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send the body as application/json."));
        var bytes = new byte[MaximumBytes + 1];
        var length = http.Request.ContentLength > MaximumBytes ? bytes.Length : await http.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, http.RequestAborted);
        if (length > MaximumBytes)
            return (null, context => ApiAnswers.Problem(context, StatusCodes.Status413PayloadTooLarge, "too_large", $"A body may have {MaximumBytes / 1024} KB at most."));
        try
        {
            return JsonNode.Parse(bytes.AsSpan(0, length), documentOptions: ApiJson.Document) is JsonObject json ? (json, null) : (null, Malformed);
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            return (null, Malformed);
        }
    }

    public static (T? Value, Func<HttpContext, IResult>? Refusal) As<T>(JsonObject json) where T : class
    {
        if (NullIn(json) is { } empty)
            return (null, http => ApiAnswers.Invalid(http, empty, Words.T("This is not a value of the right type.")));
        T? value;
        try
        {
            value = json.Deserialize<T>(ApiJson.Options);
        }
        catch (JsonException failure)
        {
            var field = FieldOf(failure);
            var message = failure.Message.Contains("could not be mapped", StringComparison.Ordinal) ? Unknown : "This is not a value of the right type.";
            return (null, http => ApiAnswers.Invalid(http, field, Words.T(message)));
        }
        return value is null ? (null, Malformed) : Judge(value) is { } refusal ? (null, refusal) : (value, null);
    }

    /// <summary>The record with the fields of <paramref name="changes"/> in place of its own.</summary>
    public static (T? Value, Func<HttpContext, IResult>? Refusal) Merge<T>(object current, JsonObject changes) where T : class
    {
        var whole = JsonSerializer.SerializeToNode(current, current.GetType(), ApiJson.Options)!.AsObject();
        foreach (var (name, value) in changes)
            whole[name] = value?.DeepClone();
        return As<T>(whole);
    }

    /// <summary>Null when the object is valid by its annotations, else 400 with the errors of each field.</summary>
    public static Func<HttpContext, IResult>? Judge(object value)
    {
        List<ValidationResult> wrong = [];
        if (Validator.TryValidateObject(value, new(value), wrong, validateAllProperties: true))
            return null;
        var errors = wrong.SelectMany(result => result.MemberNames.DefaultIfEmpty(""), (result, member) => (Field: ApiJson.NameOf(member), Message: Words.T(result.ErrorMessage ?? "")))
            .GroupBy(error => error.Field, error => error.Message).ToDictionary(group => group.Key, group => group.Distinct().ToArray());
        return http => ApiAnswers.Invalid(http, errors);
    }

    // A list of ours never has an empty place, which its type can't say.
    private static string? NullIn(JsonNode? node) => node switch
    {
        JsonArray array when array.Contains(null) => array.GetPath().TrimStart('$').TrimStart('.'),
        JsonArray array => array.Select(NullIn).FirstOrDefault(path => path is not null),
        JsonObject json => json.Select(field => NullIn(field.Value)).FirstOrDefault(path => path is not null),
        _ => null,
    };

    // "$.first_name", "$.items[3]", or the name in the sentence where the field is unknown.
    private static string FieldOf(JsonException failure) =>
        failure.Message.Split('\'') is [_, var unknown, ..] && failure.Message.Contains("could not be mapped", StringComparison.Ordinal) ? unknown : failure.Path?.TrimStart('$').TrimStart('.') ?? "";

    private static IResult Malformed(HttpContext http) =>
        ApiAnswers.Problem(http, StatusCodes.Status400BadRequest, "malformed", "The body is not a JSON object, or names something twice.");
}
