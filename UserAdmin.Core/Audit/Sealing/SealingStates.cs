using System.Globalization;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Sealing;

public sealed record StreamState(AuditStream Stream, long Seals, long Events, DateTimeOffset? SealedAt, long Unsealed);

public sealed record KeyRow(string KeyId, string Fingerprint, DateTimeOffset From, DateTimeOffset? Until, bool IsEndorsed);

/// <summary>How the sealing stands. <see cref="Problem"/> says what is wrong, in a sentence; null when nothing is.</summary>
public sealed record SealingState(IReadOnlyList<StreamState> Streams, IReadOnlyList<KeyRow> Keys, bool HasKey, string? FirstFingerprint, string? Problem);

public sealed class SealingStates(UserAdminDbContext db, CurrentTenant tenant, AuditKeyFiles files, TimeProvider clock)
{
    /// <summary>Problem: not allowed.</summary>
    public async Task<Result<SealingState>> FindAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditVerify))
            return await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);
        var keys = await db.AuditKeys.AsNoTracking().OrderByDescending(k => k.ValidFromMicroseconds).ToListAsync(cancel);
        var streams = new List<StreamState>();
        foreach (var head in await db.AuditHeads.AsNoTracking().OrderBy(h => h.Stream).ToListAsync(cancel))
            streams.Add(new(head.Stream, head.SealId, head.Seq, head.SealId == 0 ? null : AuditRecording.FromMicroseconds(head.SealedUtcMicroseconds),
                await db.AuditEvents.LongCountAsync(e => e.Stream == head.Stream && e.Seq == null, cancel)));
        return new SealingState(streams,
            keys.ConvertAll(k => new KeyRow(k.KeyId, AuditFormat.Fingerprint(k.PublicKey), AuditRecording.FromMicroseconds(k.ValidFromMicroseconds), k.ValidToMicroseconds is { } to ? AuditRecording.FromMicroseconds(to) : null, k.EndorsedBy is not null)),
            keys.Count == 0 || HasKey(keys[0]), keys.Count == 0 ? null : AuditFormat.Fingerprint(keys[^1].PublicKey), await FindProblemAsync(cancel));
    }

    /// <summary>What the health check, the banner and the mail tell; null when all is well.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancel)
    {
        if (await db.AuditKeys.AsNoTracking().SingleOrDefaultAsync(k => k.ValidToMicroseconds == null, cancel) is { } key && !HasKey(key))
            return AuditProblems.KeyLost.Message;
        return await db.FindStandstillAsync(clock.GetUtcNow(), cancel) is { } since
            ? string.Create(CultureInfo.InvariantCulture, $"Events have been seen waiting for their seal since {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC.") : null;
    }

    private bool HasKey(AuditKey key)
    {
        using var opened = files.Open(tenant.Tenant.Name, key);
        return opened is not null;
    }
}
