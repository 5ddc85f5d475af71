using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Api;

/// <summary>What was answered to a request: for somebody who did not get it and asks again.</summary>
public sealed record KeptAnswer(int Status, string? Location, string? ContentType, string Body);

/// <summary>Makes a request that creates something safe to repeat (header Idempotency-Key). Answers are kept for a day.</summary>
public sealed class Idempotency(UserAdminDbContext db, CurrentTenant tenant, IDataProtectionProvider protection, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);
    public const int LongestKey = 255;

    public static readonly Problem UnderWay = new(ProblemKind.Conflict, "idempotency.under_way", "A request with this key was begun and has not been answered. See what became of it before you try with another key.");

    public static readonly Problem AnotherRequest = new(ProblemKind.Conflict, "idempotency.another_request", "This key was used for another request. Choose a new key for each thing you create.");

    private IDataProtector Protector => protection.CreateProtector("UserAdmin.Idempotency", tenant.Tenant.Name);

    public static byte[] KeyOf(Guid userId, string key) => SHA256.HashData(Encoding.UTF8.GetBytes($"{userId}|{key}"));

    /// <summary>Null when the request is new and has to be done now, else the answer it got. Problems: <c>idempotency.*</c>.</summary>
    public async Task<Result<KeptAnswer?>> BeginAsync(byte[] key, byte[] fingerprint, CancellationToken cancel)
    {
        if (await FindAsync(key, fingerprint, cancel) is { } known)
            return known;
        var now = clock.GetUtcNow();
        try
        {
            db.IdempotentRequests.Add(new() { Key = key, Fingerprint = fingerprint, CreatedAt = now });
            await db.SaveChangesAsync(cancel);
            return new Result<KeptAnswer?>(null, null);
        }
        catch (DbUpdateException)
        {
            // Another thread of the same program was first at this moment.
            return await FindAsync(key, fingerprint, cancel) ?? UnderWay;
        }
        finally
        {
            db.ChangeTracker.Clear();
        }
    }

    public async Task KeepAsync(byte[] key, KeptAnswer answer, CancellationToken cancel)
    {
        var text = Protector.Protect(JsonSerializer.Serialize(answer));
        await db.IdempotentRequests.Where(r => r.Key == key).ExecuteUpdateAsync(set => set.SetProperty(r => r.ProtectedAnswer, text), cancel);
    }

    /// <summary>Nothing was created: the same key may be tried again.</summary>
    public Task ForgetAsync(byte[] key, CancellationToken cancel) => db.IdempotentRequests.Where(r => r.Key == key).ExecuteDeleteAsync(cancel);

    // Null when nobody has sent this key.
    private async Task<Result<KeptAnswer?>?> FindAsync(byte[] key, byte[] fingerprint, CancellationToken cancel)
    {
        var known = await db.IdempotentRequests.AsNoTracking().SingleOrDefaultAsync(r => r.Key == key, cancel);
        if (known is null)
            return null;
        return !known.Fingerprint.AsSpan().SequenceEqual(fingerprint) ? AnotherRequest
            : known.ProtectedAnswer is null ? UnderWay
            : new Result<KeptAnswer?>(JsonSerializer.Deserialize<KeptAnswer>(Protector.Unprotect(known.ProtectedAnswer)), null);
    }
}
