using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using UserAdmin.Core.Common;

namespace UserAdmin.Web.Api;

/// <summary>What is shown of a record and changed elsewhere: sent back as it is shown it is taken, with another value it is refused.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FixedAttribute : Attribute;

/// <summary>
/// What PUT or PATCH sends of a record that is shown as <typeparamref name="TView"/>. Whoever sends back what they read isn't refused for the fields
/// that are only shown: these are left aside, but those that are <see cref="FixedAttribute"/> must be as they are. Names that the record doesn't show stay unknown.
/// </summary>
internal abstract class Edit<T, TView> : IApiBody where T : class where TView : class
{
    private static readonly HashSet<string> Taken = [.. typeof(T).GetProperties().Select(property => ApiJson.NameOf(property.Name))];

    private static readonly Dictionary<string, bool> Shown = typeof(TView).GetProperties().Where(property => !Taken.Contains(ApiJson.NameOf(property.Name)))
        .ToDictionary(property => ApiJson.NameOf(property.Name), property => property.IsDefined(typeof(FixedAttribute)));

    private readonly JsonObject asShown = [];

    public Func<HttpContext, IResult>? Refusal { get; protected set; }

    /// <summary>Whether what is left out is emptied.</summary>
    public abstract bool IsWhole { get; }

    protected JsonObject Sent { get; private set; } = [];

    /// <summary>Whether the field is there, be it null.</summary>
    public bool Has(string field) => Sent.ContainsKey(field);

    /// <summary>Whether the field has a value.</summary>
    public bool Gives(string field) => Sent[field] is not null;

    /// <summary>The record as it is to become, or why it can't.</summary>
    public abstract (T? Value, Func<HttpContext, IResult>? Refusal) ApplyTo(object current);

    /// <summary>Null when the change is made to the version that is there and leaves alone what can't be changed here; else 412 or 400.</summary>
    public IResult? Refuse(HttpContext http, TView current)
    {
        if (ApiAnswers.RefuseStale(http, current) is { } stale)
            return stale;
        var shown = JsonSerializer.SerializeToNode(current, ApiJson.Options)!.AsObject();
        var others = asShown.Where(field => !JsonNode.DeepEquals(field.Value, shown[field.Key])).ToDictionary(field => field.Key, _ => new[] { Words.T(ApiBody.Unknown) });
        return others.Count > 0 ? ApiAnswers.Invalid(http, others) : null;
    }

    protected async Task ReadAsync(HttpContext http)
    {
        (var json, Refusal) = await ApiBody.ReadAsync(http);
        Sent = json ?? [];
        foreach (var (name, isFixed) in Shown)
            if (Sent.Remove(name, out var value) && isFixed)
                asShown[name] = value;
    }
}

/// <summary>The whole of a record, in place of what is there.</summary>
internal sealed class Put<T, TView> : Edit<T, TView>, IEndpointParameterMetadataProvider where T : class where TView : class
{
    /// <summary>Not there where the body is refused, which happens before the endpoint runs.</summary>
    public T Value { get; private set; } = null!;

    public override bool IsWhole => true;

    public static async ValueTask<Put<T, TView>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var put = new Put<T, TView>();
        await put.ReadAsync(http);
        if (put.Refusal is not null)
            return put;
        var (value, refusal) = ApiBody.As<T>(put.Sent);
        (put.Value, put.Refusal) = (value!, refusal);
        return put;
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    public override (T? Value, Func<HttpContext, IResult>? Refusal) ApplyTo(object current) => (Value, null);
}

/// <summary>The fields of a record that are to change (RFC 7396 for a flat record).</summary>
internal sealed class Patch<T, TView> : Edit<T, TView>, IEndpointParameterMetadataProvider where T : class where TView : class
{
    public override bool IsWhole => false;

    public static async ValueTask<Patch<T, TView>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var patch = new Patch<T, TView>();
        await patch.ReadAsync(http);
        return patch;
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata(["application/json", "application/merge-patch+json"], typeof(T)));

    public override (T? Value, Func<HttpContext, IResult>? Refusal) ApplyTo(object current) => ApiBody.Merge<T>(current, Sent);
}
