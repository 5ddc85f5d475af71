using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Tokens;

/// <summary>
/// The keys that access tokens are signed with: each signs for 30 days, and the next is published a day before. Servers that share a database share them.
/// </summary>
public sealed class SigningKeys(UserAdminDbContext db, CurrentTenant tenant, IDataProtectionProvider protection, IMemoryCache cache, TimeProvider clock)
{
    private static readonly TimeSpan Signing = TimeSpan.FromDays(30), Ahead = TimeSpan.FromDays(1), Freshness = TimeSpan.FromMinutes(5);

    private string CacheKey => $"token-keys|{tenant.Tenant.Name}";

    private IDataProtector Protector => protection.CreateProtector("UserAdmin.TokenSigningKey", tenant.Tenant.Name);

    /// <summary>Every day: makes the next key in time and removes those whose tokens are over.</summary>
    public async Task RotateAsync(JobLog log, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var keys = await db.TokenSigningKeys.OrderBy(k => k.SignsUntil).ToListAsync(cancel);
        var over = keys.Where(key => key.PublishedUntil <= now).ToList();
        var last = keys.LastOrDefault();
        if (last is not null && last.SignsUntil <= now + Ahead)
            Make(now, last.SignsUntil > now ? last.SignsUntil : now);
        db.TokenSigningKeys.RemoveRange(over);
        if (await db.SaveChangesAsync(cancel) > 0)
            log.Conclude($"Removed {over.Count} keys that are over{(last?.SignsUntil <= now + Ahead ? " and made the next one" : "")}.");
        cache.Remove(CacheKey);
    }

    /// <summary>The public halves as a JSON web key set (RFC 7517): those that sign, those that will, and those whose tokens may still be in use.</summary>
    public async Task<IReadOnlyList<JsonWebKey>> PublishedAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return [.. (await FindAsync(cancel)).Where(key => key.Row.PublishedUntil > now).Select(key => key.Published)];
    }

    internal async Task<(string Id, ECDsa Key)> CurrentAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        for (var attempt = 0; ; attempt++)
        {
            if ((await FindAsync(cancel)).FirstOrDefault(key => key.Row.SignsFrom <= now && key.Row.SignsUntil > now) is { } current)
                return (current.Published.Kid, current.Private.Value);
            if (attempt > 0)
                throw new InvalidOperationException("There is no key to sign access tokens with.");
            // The first one, or the job did not run for a month. Two servers at once make one each; both count.
            Make(now, now);
            await db.SaveChangesAsync(cancel);
            cache.Remove(CacheKey);
        }
    }

    internal async Task<TokenKey?> FindAsync(string? id, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var found = (await FindAsync(cancel)).FirstOrDefault(key => key.Published.Kid == id);
        // Another server may have made it a moment ago.
        if (found is null && Guid.TryParse(id, out var keyId) && await db.TokenSigningKeys.AnyAsync(k => k.Id == keyId, cancel))
        {
            cache.Remove(CacheKey);
            found = (await FindAsync(cancel)).FirstOrDefault(key => key.Published.Kid == id);
        }
        return found?.Row.PublishedUntil > now ? found.Check : null;
    }

    private void Make(DateTimeOffset now, DateTimeOffset from)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        db.TokenSigningKeys.Add(new()
        {
            PublicKey = key.ExportSubjectPublicKeyInfo(),
            ProtectedPrivateKey = Protector.Protect(Convert.ToBase64String(key.ExportPkcs8PrivateKey())),
            CreatedAt = now,
            SignsFrom = from,
            SignsUntil = from + Signing,
        });
    }

    private async Task<IReadOnlyList<OpenKey>> FindAsync(CancellationToken cancel)
    {
        if (cache.TryGetValue(CacheKey, out IReadOnlyList<OpenKey>? known) && known is not null)
            return known;
        var rows = await db.TokenSigningKeys.AsNoTracking().OrderBy(k => k.SignsFrom).ThenBy(k => k.Id).ToListAsync(cancel);
        var protector = Protector;
        return cache.Set<IReadOnlyList<OpenKey>>(CacheKey, [.. rows.Select(row => OpenKey.Of(row, protector))], Freshness);
    }

    private sealed record OpenKey(TokenSigningKey Row, JsonWebKey Published, TokenKey Check, Lazy<ECDsa> Private)
    {
        public static OpenKey Of(TokenSigningKey row, IDataProtector protector)
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(row.PublicKey, out _);
            var curve = key.ExportParameters(includePrivateParameters: false);
            var id = row.Id.ToString();
            return new(row,
                new(id, "EC", "P-256", TokenCheck.Es256, "sig", Base64Url.EncodeToString(curve.Q.X), Base64Url.EncodeToString(curve.Q.Y)),
                new(id, TokenCheck.Es256, default, curve),
                new(() =>
                {
                    var signing = ECDsa.Create();
                    signing.ImportPkcs8PrivateKey(Convert.FromBase64String(protector.Unprotect(row.ProtectedPrivateKey)), out _);
                    return signing;
                }));
        }
    }
}

/// <summary>A public key as RFC 7517 writes it.</summary>
public sealed record JsonWebKey(string Kid, string Kty, string Crv, string Alg, string Use, string X, string Y);
