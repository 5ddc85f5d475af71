using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.FeatureFlags;

internal sealed class FeatureBody
{
    [Required]
    public bool? IsOn { get; set; }
}

/// <summary>A feature that <paramref name="IsPinned"/> is fixed by the configuration of the server.</summary>
internal sealed record FeatureView(Feature Name, string Title, string Description, bool IsOn, bool IsPinned);

/// <summary>What is switched on, over HTTP.</summary>
internal static class FeatureApi
{
    public static void MapFeatureApi(this RouteGroupBuilder api)
    {
        var features = api.MapGroup("/features").WithTags("Features");
        features.MapGet("", ListAsync).Needs(Permission.SettingsView).Answers<Paged<FeatureView>>()
            .Describe("list_features", "List features", "What this tenant can do without, and whether it is on.");
        features.MapGet("/{name}", FindAsync).Needs(Permission.SettingsView).Answers<FeatureView>()
            .Describe("get_feature", "Read a feature", "Whether it is on, with the version for If-Match in ETag.");
        features.MapPut("/{name}", SwitchAsync).Needs(Permission.FeaturesEdit).Answers<FeatureView>()
            .Describe("set_feature", "Switch a feature on or off", "A feature that is off is gone from menus, pages, endpoints and the background; nothing of its data is lost.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, FeatureSwitches switches, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        var (features, _) = await switches.FindAsync(cancel);
        return ApiLists.Answer(http, query, Enum.GetValues<Feature>(), feature => ViewOf(feature, features, switches));
    }

    private static async Task<IResult> FindAsync(HttpContext http, string name, FeatureSwitches switches, CancellationToken cancel) =>
        Read(name) is not { } feature ? ApiAnswers.NotFound(http) : ApiAnswers.Record(http, ViewOf(feature, (await switches.FindAsync(cancel)).Features, switches));

    private static async Task<IResult> SwitchAsync(HttpContext http, string name, Body<FeatureBody> body, FeatureSwitches switches, Caller caller, CancellationToken cancel)
    {
        if (Read(name) is not { } feature)
            return ApiAnswers.NotFound(http);
        var (features, stamp) = await switches.FindAsync(cancel);
        if (ApiAnswers.RefuseStale(http, ViewOf(feature, features, switches)) is { } stale)
            return stale;
        features.Switch(feature, body.Value.IsOn!.Value);
        var saved = await switches.SaveAsync(features, stamp, caller, cancel);
        return saved.Succeeded ? await FindAsync(http, name, switches, cancel) : ApiAnswers.Refuse(http, saved.Problem);
    }

    private static Feature? Read(string name) => Enum.GetValues<Feature>().Where(feature => ApiJson.NameOf($"{feature}") == name).Select(feature => (Feature?)feature).FirstOrDefault();

    private static FeatureView ViewOf(Feature feature, Features features, FeatureSwitches switches) => new(feature, Features.TitleOf(feature), Features.HelpOf(feature), features.IsOn(feature), switches.IsPinned(feature));
}
