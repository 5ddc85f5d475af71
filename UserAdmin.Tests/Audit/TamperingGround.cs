using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

/// <summary>
/// A sealed log to tamper with: in the stream security the events 1 to 16 under four seals, of which the first two are signed with a key that is destroyed by now. With what
/// somebody can do who writes to the database, and, where it says so, who has the server as well.
/// </summary>
internal sealed class TamperingGround : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("useradmin-test-audit-").FullName;

    public TestPortal Portal { get; private set; } = default!;

    public AuditKeyFiles Files => Portal.Services.GetRequiredService<AuditKeyFiles>();

    public static async Task<TamperingGround> LayAsync(DatabaseProvider provider = DatabaseProvider.Sqlite)
    {
        var ground = new TamperingGround();
        ground.Portal = await TestPortal.StartAsync(provider, ("Audit:KeyFolder", Path.Combine(ground.folder, "keys")), ("Audit:CheckpointFile", Path.Combine(ground.folder, "checkpoints.txt")));
        for (var seal = 1; seal <= 4; seal++)
        {
            await ground.Portal.Record(AuditAction.SignedIn, 4);
            await ground.Portal.Seal();
            if (seal == 2)
                await ground.Portal.Run(async (AuditKeys keys) =>
                {
                    await keys.ChangeAsync(new Core.Jobs.JobLog(ground.Portal.Clock), default);
                    return true;
                });
            ground.Portal.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        await ground.Portal.Unprotect();
        return ground;
    }

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        TestFolder.Delete(folder);
    }

    public async Task<AuditReport> Verify(OwnEvidence? evidence = null, params AuditCheck[] without) =>
        (await Portal.Run((AuditVerification verification) =>
        {
            verification.Without = without.ToHashSet();
            return verification.VerifyAsync(evidence ?? new(), Actor.System, null, default);
        })).Value!;

    public Task Do(Func<UserAdminDbContext, Task> work) => Portal.Run(async (UserAdminDbContext db) =>
    {
        await work(db);
        return true;
    });

    /// <summary>Alters the event with this number.</summary>
    public Task Alter(long seq, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<AuditEvent>> how) =>
        Do(db => db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.Seq == seq).ExecuteUpdateAsync(how));

    public Task Renumber(Guid id, long seq, long sealId) =>
        Do(db => db.AuditEvents.Where(e => e.Id == id).ExecuteUpdateAsync(e => e.SetProperty(x => x.Seq, (long?)seq).SetProperty(x => x.SealId, (long?)sealId)));

    public Task<Guid> IdOf(long seq) => Portal.Run((UserAdminDbContext db) => db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.Seq == seq).Select(e => e.Id).SingleAsync());

    public Task<List<AuditSeal>> Seals() => Portal.Run((UserAdminDbContext db) => db.AuditSeals.AsNoTracking().Where(s => s.Stream == AuditStream.Security).OrderBy(s => s.SealId).ToListAsync());

    public Task<AuditKey> CurrentKey() => Portal.Run((UserAdminDbContext db) => db.AuditKeys.AsNoTracking().OrderByDescending(k => k.ValidFromMicroseconds).FirstAsync());

    /// <summary>Somebody who has the server signs with the present key.</summary>
    public async Task<(string Id, ECDsa Key)> StolenKey()
    {
        var row = await CurrentKey();
        return (row.KeyId, Files.Open("default", row)!);
    }

    /// <summary>Writes these seals instead of those that are there, chained, hashed and signed anew, and moves the head.</summary>
    public async Task Forge(IReadOnlyList<AuditSeal> seals, string keyId, Func<byte[], byte[]> sign, byte[]? firstPrevious = null)
    {
        var installation = await Portal.Run((AuditKeys keys) => keys.InstallationAsync(default));
        var origin = AuditFormat.Origin(installation, "default", AuditStream.Security);
        var previous = firstPrevious ?? (seals[0].SealId == 1 ? AuditFormat.FirstPreviousHash : seals[0].PreviousHash);
        await Do(async db =>
        {
            var from = seals.Min(s => s.SealId);
            await db.AuditSeals.Where(s => s.Stream == AuditStream.Security && s.SealId >= Math.Min(from, 4)).ExecuteDeleteAsync();
            foreach (var seal in seals)
            {
                var forged = With(seal, keyId: keyId, previous: previous);
                forged.Hash = AuditFormat.SealHash(forged, origin);
                forged.Signature = sign(forged.Hash);
                previous = forged.Hash;
                db.AuditSeals.Add(forged);
            }
            await db.SaveChangesAsync();
            var last = seals[^1];
            await db.AuditHeads.Where(h => h.Stream == AuditStream.Security).ExecuteUpdateAsync(h => h
                .SetProperty(x => x.SealId, last.SealId).SetProperty(x => x.Seq, last.FirstSeq + last.RowCount - 1).SetProperty(x => x.Hash, previous));
        });
    }

    public async Task ForgeLast(Func<AuditSeal, AuditSeal> how, bool isSigned = true, byte[]? previous = null)
    {
        var (id, key) = await StolenKey();
        using (key)
            await Forge([how((await Seals())[^1])], id, hash => isSigned ? key.SignData(hash, HashAlgorithmName.SHA256) : new byte[64], previous);
    }

    public static AuditSeal With(AuditSeal seal, long? id = null, long? first = null, long? max = null, long? at = null, string? keyId = null, byte[]? previous = null) => new()
    {
        Stream = seal.Stream,
        SealId = id ?? seal.SealId,
        FirstSeq = first ?? seal.FirstSeq,
        RowCount = seal.RowCount,
        MinUtcMicroseconds = seal.MinUtcMicroseconds,
        MaxUtcMicroseconds = max ?? seal.MaxUtcMicroseconds,
        Root = seal.Root,
        PreviousHash = previous ?? seal.PreviousHash,
        SealedUtcMicroseconds = at ?? seal.SealedUtcMicroseconds,
        KeyId = keyId ?? seal.KeyId,
        Hash = seal.Hash,
        Signature = seal.Signature,
    };

    /// <summary>Takes the last seal away with its events; who does it well moves the head, too.</summary>
    public async Task CutTail(bool andHead) => await Do(async db =>
    {
        await db.AuditEvents.Where(e => e.Stream == AuditStream.Security && e.Seq > 12).ExecuteDeleteAsync();
        await db.AuditSeals.Where(s => s.Stream == AuditStream.Security && s.SealId == 4).ExecuteDeleteAsync();
        if (!andHead)
            return;
        var last = await db.AuditSeals.SingleAsync(s => s.Stream == AuditStream.Security && s.SealId == 3);
        await db.AuditHeads.Where(h => h.Stream == AuditStream.Security).ExecuteUpdateAsync(h => h
            .SetProperty(x => x.SealId, 3).SetProperty(x => x.Seq, 12).SetProperty(x => x.Hash, last.Hash).SetProperty(x => x.SealedUtcMicroseconds, last.SealedUtcMicroseconds));
    });

    /// <summary>A key of the attacker's own, as a row of the table.</summary>
    public async Task<(AuditKey Row, ECDsa Key)> OwnKey(long from, string? endorsedBy, bool isEndorsed = true)
    {
        var installation = await Portal.Run((AuditKeys keys) => keys.InstallationAsync(default));
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = key.ExportSubjectPublicKeyInfo();
        var row = new AuditKey { KeyId = AuditFormat.KeyId(publicKey), PublicKey = publicKey, ValidFromMicroseconds = from, EndorsedBy = endorsedBy, Endorsement = new byte[64] };
        if (isEndorsed)
            row.Endorsement = key.SignData(AuditFormat.Endorsed(installation, "default", row), HashAlgorithmName.SHA256);
        return (row, key);
    }
}
