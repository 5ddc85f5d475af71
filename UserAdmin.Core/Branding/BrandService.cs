using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Me;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Branding;

/// <summary>What every page needs of the brand. <paramref name="Logo"/> is the address of the picture, null without one.</summary>
public sealed record BrandView(string Name, string? Logo, string? Support)
{
    public static BrandView Usual { get; } = new(Brand.Product, null, null);
}

/// <summary>Shows and changes the tenant's brand. Servers see a change within five seconds.</summary>
public sealed class BrandService(UserAdminDbContext db, Policies policies, CurrentTenant tenant, IMemoryCache cache, TimeProvider clock)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private (string, string) KeyOfLogo => ("brand-logo", tenant.Tenant.Name);

    public async Task<BrandView> ViewAsync(CancellationToken cancel)
    {
        var brand = await policies.GetAsync<Brand>(cancel);
        var version = await cache.GetOrCreateAsync(KeyOfLogo, async entry =>
        {
            entry.AbsoluteExpirationRelativeToNow = Freshness;
            return await db.BrandLogos.Select(l => l.Version).SingleOrDefaultAsync(cancel) ?? "";
        });
        return new(brand.Name, version is { Length: > 0 } ? $"/brand/logo/{version}" : null, brand.SupportAddress.Length > 0 ? brand.SupportAddress : null);
    }

    /// <summary>The picture with this version, for anybody: it stands on the sign-in page.</summary>
    public Task<byte[]?> FindLogoAsync(string version, CancellationToken cancel) =>
        db.BrandLogos.Where(l => l.Version == version).Select(l => l.Png).SingleOrDefaultAsync(cancel);

    /// <summary>Takes over the pixels of a picture (G01, G02). Problems: not allowed, a recent sign-in is missing, not a picture.</summary>
    public async Task<Result> SaveLogoAsync(ReadOnlyMemory<byte> upload, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(actor, cancel) is { } refused)
            return refused;
        return AvatarPng.Clean(upload) is { } png ? await ReplaceLogoAsync(png, actor, cancel) : AvatarService.NotAPicture;
    }

    /// <summary>Back to the product's own sign.</summary>
    public async Task<Result> RemoveLogoAsync(Actor actor, CancellationToken cancel) =>
        await RefuseAsync(actor, cancel) is { } refused ? refused : await ReplaceLogoAsync(null, actor, cancel);

    /// <summary>Back to what the product, or the configuration, says, the picture included.</summary>
    public async Task<Result> ResetAsync(string stamp, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(actor, cancel) is { } refused)
            return refused;
        var saved = await policies.SaveAsync(policies.Default<Brand>(), stamp, actor, cancel);
        return saved.Succeeded ? await ReplaceLogoAsync(null, actor, cancel) : saved;
    }

    private async Task<Problem?> RefuseAsync(Actor actor, CancellationToken cancel) =>
        !actor.Can(Permission.SettingsEdit) ? await db.DenyAsync(actor, Permission.SettingsEdit, null, clock, cancel)
        : actor.NeedsStepUpAt(clock.GetUtcNow()) ? StepUp.Needed
        : null;

    private async Task<Result> ReplaceLogoAsync(byte[]? png, Actor actor, CancellationToken cancel)
    {
        var result = await db.WriteAsync(async () =>
        {
            var hadOne = await db.BrandLogos.ExecuteDeleteAsync(cancel) > 0;
            if (png is null && !hadOne)
                return Result.Ok;
            if (png is not null)
                db.BrandLogos.Add(new() { Version = Guid.NewGuid().ToString("N"), Png = png });
            db.Record(AuditAction.SettingsChanged, actor, new(null, nameof(Brand)), clock.GetUtcNow(), [new("Logo", hadOne ? "a picture" : null, png is null ? null : "a picture")]);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        cache.Remove(KeyOfLogo);
        return result;
    }
}
