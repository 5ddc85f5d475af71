using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.FeatureFlags;

/// <summary>Says which features of the tenant are on, and switches them. Servers see a change within five seconds, open pages by themselves.</summary>
public sealed class FeatureSwitches(
    UserAdminDbContext db, CurrentTenant tenant, AccessCatalogue catalogue, Policies policies, SessionDirectory directory, IOptions<FeatureSettings> settings,
    IConfiguration configuration, TimeProvider clock)
{
    public static readonly Problem Off = new(ProblemKind.NotFound, "feature.off", "This is switched off.");

    private static readonly Problem Pinned = new(ProblemKind.NotAllowed, "feature.pinned", "This feature is fixed by the configuration of the server.");

    public async Task<bool> IsOnAsync(Feature feature, CancellationToken cancel) => (await catalogue.GetAsync(tenant.Tenant, cancel)).Features.IsOn(feature);

    /// <summary>What a service asks first that is part of a feature and guarded by no permission of it; null while the feature is on.</summary>
    public async Task<Problem?> RefuseAsync(Feature feature, CancellationToken cancel) => await IsOnAsync(feature, cancel) ? null : Off;

    public bool IsPinned(Feature feature) => settings.Value.IsPinned(feature);

    /// <summary>All switches and the stamp that saving them must give back.</summary>
    public async Task<(Features Features, string Stamp)> FindAsync(CancellationToken cancel)
    {
        var (features, stamp) = await policies.GetWithStampAsync<Features>(cancel);
        return (Effective(features), stamp);
    }

    /// <summary>Problems: not allowed, a recent sign-in is missing, changed by somebody else, pinned.</summary>
    public async Task<Result> SaveAsync(Features wanted, string stamp, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.FeaturesEdit))
            return await db.DenyAsync(actor, Permission.FeaturesEdit, null, clock, cancel);
        var now = Effective(await policies.GetAsync<Features>(cancel));
        if (Enum.GetValues<Feature>().Any(feature => IsPinned(feature) && wanted.IsOn(feature) != now.IsOn(feature)))
            return Pinned;
        var saved = await policies.SaveAsync(wanted, stamp, actor, cancel);
        if (!saved.Succeeded)
            return saved;
        catalogue.Forget(tenant.Tenant);
        await directory.RefreshAccessAsync(tenant.Tenant, cancel);
        directory.TellOpenPages(tenant.Tenant);
        return Result.Ok;
    }

    private Features Effective(Features stored) => stored.Pin(settings.Value, configuration);
}
