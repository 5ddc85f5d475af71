using System.Reflection;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.FeatureFlags;

/// <summary>Says of which feature a page or endpoint is a part that needs no permission of it; the permission of the others says it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PartOfAttribute(Feature feature) : Attribute
{
    public Feature Feature { get; } = feature;
}

internal static class FeatureParts
{
    /// <summary>What is switched off is not there, whoever asks (E13).</summary>
    public static void UseFeatures(this WebApplication app) => app.Use(async (context, next) =>
    {
        var switches = context.RequestServices.GetRequiredService<FeatureSwitches>();
        foreach (var feature in Of(context.GetEndpoint()?.Metadata ?? []))
            if (!await switches.IsOnAsync(feature, context.RequestAborted))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }
        await next();
    });

    public static IEnumerable<Feature> Of(Type page) => Of(page.GetCustomAttributes());

    public static IEnumerable<Feature> Of(IEnumerable<object> metadata) => metadata.Select(part => part switch
    {
        PartOfAttribute named => named.Feature,
        RequirePermissionAttribute needs => FeaturePermissions.FeatureOf(needs.Permission),
        _ => null,
    }).OfType<Feature>();
}
