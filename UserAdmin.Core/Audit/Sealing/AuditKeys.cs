using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>The key that signs now, with its private half.</summary>
public sealed class SigningKey(AuditKey row, ECDsa key, Guid installation, string tenant) : IDisposable
{
    public AuditKey Row => row;

    public string Fingerprint => AuditFormat.Fingerprint(row.PublicKey);

    internal ECDsa Key => key;

    public string Origin(AuditStream stream) => AuditFormat.Origin(installation, tenant, stream);

    public void Dispose() => key.Dispose();
}

/// <summary>
/// The keys that sign the audit log of a tenant. A new key is endorsed by the one before, whose private half is destroyed: who takes over a server can sign what comes,
/// and not what was.
/// </summary>
public sealed class AuditKeys(UserAdminDbContext db, CurrentTenant tenant, TenantDirectory tenants, TenantDatabases databases, AuditKeyFiles files, TimeProvider clock)
{
    private string Tenant => tenant.Tenant.Name;

    /// <summary>The key that signs now; the first one is made when there is none. Problem: its private half is not here.</summary>
    public async Task<Result<SigningKey>> CurrentAsync(CancellationToken cancel)
    {
        var installation = await InstallationAsync(cancel);
        if (await NewestAsync(cancel) is null && await MakeFirstAsync(installation, cancel) is { Problem: { } problem })
            return problem;
        var row = (await NewestAsync(cancel))!;
        if (files.Open(Tenant, row) is not { } key)
            return AuditProblems.KeyLost;
        // A server that died between the change of the key and this leaves it to the next who signs.
        if (row.EndorsedBy is not null)
            files.Destroy(Tenant, row.EndorsedBy);
        return new SigningKey(row, key, installation, Tenant);
    }

    /// <summary>What names this installation in everything that is signed: made once, by the first tenant, and the same for all.</summary>
    public async Task<Guid> InstallationAsync(CancellationToken cancel)
    {
        if (await FindInstallationAsync(db, cancel) is { } known)
            return known;
        if (tenant.Tenant.IsHost)
            return await KeepInstallationAsync(db, Guid.NewGuid(), cancel);
        await using var first = databases.Open(tenants.Default);
        return await KeepInstallationAsync(db, await FindInstallationAsync(first, cancel) ?? await KeepInstallationAsync(first, Guid.NewGuid(), cancel), cancel);
    }

    /// <summary>The fingerprint of the key that began the chain; null before the first one is made.</summary>
    public async Task<string?> FirstFingerprintAsync(CancellationToken cancel) =>
        await db.AuditKeys.AsNoTracking().OrderBy(k => k.ValidFromMicroseconds).ThenBy(k => k.EndorsedBy != null).FirstOrDefaultAsync(cancel) is { } first ? AuditFormat.Fingerprint(first.PublicKey) : null;

    /// <summary>The monthly change.</summary>
    public async Task ChangeAsync(JobLog log, CancellationToken cancel)
    {
        var changed = await ChangeByAsync(Actor.System, cancel);
        if (!changed.Succeeded)
            throw new InvalidOperationException(changed.Problem.Message);
        log.Conclude("The key that signs the audit log was changed.");
    }

    /// <summary>Makes a new key that the present one endorses, and destroys the present one. Problems: not allowed, a fresh sign-in is needed, the present key is lost.</summary>
    public async Task<Result> ChangeAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditManage))
            return await db.DenyAsync(actor, Permission.AuditManage, null, clock, cancel);
        return actor.NeedsStepUpAt(clock.GetUtcNow()) ? StepUp.Needed : await ChangeByAsync(actor, cancel);
    }

    /// <summary>
    /// Signs from now on with a key that nobody endorses, because the one before is lost. Every check of the log tells of this break. Problems: not allowed,
    /// a fresh sign-in is needed, the key is there.
    /// </summary>
    public async Task<Result> BeginAnewAsync(string reason, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditManage))
            return await db.DenyAsync(actor, Permission.AuditManage, null, clock, cancel);
        if (actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;

        var installation = await InstallationAsync(cancel);
        if (await NewestAsync(cancel) is { } present && files.Open(Tenant, present) is { } there)
        {
            there.Dispose();
            return AuditProblems.KeyThere;
        }
        return await db.WriteAsync(async () =>
        {
            var from = await TakeHeadsAsync(cancel);
            var before = await db.AuditKeys.SingleOrDefaultAsync(k => k.ValidToMicroseconds == null, cancel);
            before?.ValidToMicroseconds = from;
            var key = SelfMade(installation, from);
            db.AuditKeys.Add(key);
            db.Record(AuditAction.AuditKeyBegunAnew, actor, new(null, key.KeyId), clock.GetUtcNow(), [new("Key", before?.KeyId, key.KeyId)], reason);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private async Task<Result> ChangeByAsync(Actor actor, CancellationToken cancel)
    {
        var current = await CurrentAsync(cancel);
        if (!current.Succeeded)
            return current.Problem;
        using var signing = current.Value;
        var installation = await InstallationAsync(cancel);
        var changed = await db.WriteAsync(async () =>
        {
            var from = await TakeHeadsAsync(cancel);
            var before = await db.AuditKeys.SingleAsync(k => k.ValidToMicroseconds == null, cancel);
            if (before.KeyId != signing.Row.KeyId)
                return AuditProblems.Busy;
            before.ValidToMicroseconds = from;
            var (id, publicKey) = files.Make(Tenant);
            var key = new AuditKey { KeyId = id, PublicKey = publicKey, ValidFromMicroseconds = from, EndorsedBy = before.KeyId, Endorsement = [] };
            key.Endorsement = signing.Key.SignData(AuditFormat.Endorsed(installation, Tenant, key), HashAlgorithmName.SHA256);
            db.AuditKeys.Add(key);
            db.Record(AuditAction.AuditKeyChanged, actor, new(null, id), clock.GetUtcNow(), [new("Key", before.KeyId, id)]);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (changed.Succeeded)
            files.Destroy(Tenant, signing.Row.KeyId);
        return changed;
    }

    private Task<Result> MakeFirstAsync(Guid installation, CancellationToken cancel) => db.WriteAsync(async () =>
    {
        var from = await TakeHeadsAsync(cancel);
        if (await NewestAsync(cancel) is not null)
            return Result.Ok;
        // Seals without keys were not left by us: making a new first key would hide that.
        if (await db.AuditSeals.AnyAsync(cancel) || await db.AuditHeads.AnyAsync(h => h.SealId > 0, cancel))
            return AuditProblems.KeysGone;
        db.AuditKeys.Add(SelfMade(installation, from));
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }, cancel);

    private AuditKey SelfMade(Guid installation, long from)
    {
        var (id, publicKey) = files.Make(Tenant);
        var key = new AuditKey { KeyId = id, PublicKey = publicKey, ValidFromMicroseconds = from, Endorsement = [] };
        using var own = files.Open(Tenant, key)!;
        key.Endorsement = own.SignData(AuditFormat.Endorsed(installation, Tenant, key), HashAlgorithmName.SHA256);
        files.Trust(Tenant, AuditFormat.Fingerprint(publicKey));
        return key;
    }

    // Nobody seals until this commits, so a key's first moment lies behind the last seal of the one before.
    private async Task<long> TakeHeadsAsync(CancellationToken cancel)
    {
        await db.AuditHeads.ExecuteUpdateAsync(head => head.SetProperty(h => h.Version, h => h.Version + 1), cancel);
        var last = await db.AuditHeads.MaxAsync(h => h.SealedUtcMicroseconds, cancel);
        var started = await db.AuditKeys.MaxAsync(k => (long?)k.ValidFromMicroseconds, cancel) ?? 0;
        return Math.Max(AuditRecording.ToMicroseconds(clock.GetUtcNow()), Math.Max(last, started) + 1);
    }

    private Task<AuditKey?> NewestAsync(CancellationToken cancel) => db.AuditKeys.AsNoTracking().SingleOrDefaultAsync(k => k.ValidToMicroseconds == null, cancel);

    private static async Task<Guid?> FindInstallationAsync(UserAdminDbContext db, CancellationToken cancel) =>
        await db.AuditFacts.Where(f => f.Name == AuditFact.Installation).Select(f => f.Value).SingleOrDefaultAsync(cancel) is { } text ? Guid.Parse(text) : null;

    private static async Task<Guid> KeepInstallationAsync(UserAdminDbContext db, Guid id, CancellationToken cancel)
    {
        await db.WriteAsync(async () =>
        {
            await db.AuditHeads.ExecuteUpdateAsync(head => head.SetProperty(h => h.Version, h => h.Version + 1), cancel);
            if (await FindInstallationAsync(db, cancel) is { } known)
                id = known;
            else
                db.AuditFacts.Add(new() { Name = AuditFact.Installation, Value = id.ToString() });
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return id;
    }
}
