using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>A class of retention: what is in one stream can be removed together.</summary>
public enum AuditStream : short { Security = 1, Routine = 2, Legal = 3 }

/// <summary>A signed statement about a run of events of a stream, chained to the one before (docs/audit-format.md).</summary>
public sealed class AuditSeal
{
    public AuditStream Stream { get; init; }
    public long SealId { get; init; }
    public long FirstSeq { get; init; }
    public int RowCount { get; init; }
    public long? MinUtcMicroseconds { get; init; }
    public long? MaxUtcMicroseconds { get; init; }
    public required byte[] Root { get; init; }
    public required byte[] PreviousHash { get; init; }
    public long SealedUtcMicroseconds { get; init; }
    public required string KeyId { get; init; }
    public byte[] Hash { get; set; } = [];
    public byte[] Signature { get; set; } = [];

    /// <summary>The event that tells that its events were removed after their time; null while they are there.</summary>
    public Guid? PrunedByEventId { get; set; }
}

/// <summary>A public key that signs seals. The private one is a file, never in the database, and is destroyed when the next one takes over.</summary>
public sealed class AuditKey
{
    public required string KeyId { get; init; }
    public required byte[] PublicKey { get; init; }
    public long ValidFromMicroseconds { get; init; }
    public long? ValidToMicroseconds { get; set; }
    public string? EndorsedBy { get; init; }
    public required byte[] Endorsement { get; set; }
}

/// <summary>Where a stream's chain ends. Whoever seals takes it first, so that two servers never seal the same events.</summary>
public sealed class AuditHead
{
    public AuditStream Stream { get; init; }
    public long SealId { get; set; }
    public long Seq { get; set; }
    public byte[] Hash { get; set; } = [];
    public long SealedUtcMicroseconds { get; set; }
    public long Version { get; set; }
}

/// <summary>A checkpoint that left the portal, so that a cut or rewritten log can be told from it.</summary>
public sealed class AuditCheckpoint
{
    public Guid Id { get; init; } = Common.Ids.New();
    public AuditStream Stream { get; init; }
    public long SealId { get; init; }
    public long Rows { get; init; }
    public required string Note { get; init; }
    public DateTimeOffset MadeAt { get; init; }
}

/// <summary>Facts about the log itself, by name: the installation's identifier, and how far events from before there were seals are adopted.</summary>
public sealed class AuditFact
{
    public const string Installation = "installation", Adopted = "adopted";

    public required string Name { get; init; }
    public required string Value { get; set; }
}

/// <summary>
/// How many events of a kind fell into a quarter of an hour (UTC, counted from 1970; every time zone is a whole number of them away). Written by the sealer with
/// the seal, so each event counts once; it outlives the events.
/// </summary>
public sealed class AuditCount
{
    public const long SlotMicroseconds = 15L * 60 * 1_000_000;

    public int Slot { get; init; }
    public required string Action { get; init; }
    public AuditOutcome Outcome { get; init; }
    public int Count { get; set; }
}

internal sealed class SealingConfiguration :
    IEntityTypeConfiguration<AuditSeal>, IEntityTypeConfiguration<AuditKey>, IEntityTypeConfiguration<AuditHead>, IEntityTypeConfiguration<AuditCheckpoint>,
    IEntityTypeConfiguration<AuditFact>, IEntityTypeConfiguration<AuditCount>
{
    public void Configure(EntityTypeBuilder<AuditSeal> seal)
    {
        seal.ToTable("audit_seals");
        seal.HasKey(s => new { s.Stream, s.SealId });
        seal.Property(s => s.SealId).ValueGeneratedNever();
        seal.Property(s => s.Root).HasMaxLength(32);
        seal.Property(s => s.PreviousHash).HasMaxLength(32);
        seal.Property(s => s.Hash).HasMaxLength(32);
        seal.Property(s => s.Signature).HasMaxLength(64);
        seal.Property(s => s.KeyId).HasMaxLength(16);
        seal.HasIndex(s => new { s.Stream, s.FirstSeq });
    }

    public void Configure(EntityTypeBuilder<AuditKey> key)
    {
        key.ToTable("audit_keys");
        key.HasKey(k => k.KeyId);
        key.Property(k => k.KeyId).HasMaxLength(16);
        key.Property(k => k.PublicKey).HasMaxLength(200);
        key.Property(k => k.EndorsedBy).HasMaxLength(16);
        key.Property(k => k.Endorsement).HasMaxLength(64);
    }

    public void Configure(EntityTypeBuilder<AuditHead> head)
    {
        head.ToTable("audit_heads");
        head.HasKey(h => h.Stream);
        head.Property(h => h.Stream).ValueGeneratedNever();
        head.Property(h => h.Hash).HasMaxLength(32);
        head.HasData(Enum.GetValues<AuditStream>().Select(stream => new AuditHead { Stream = stream, Hash = new byte[32] }));
    }

    public void Configure(EntityTypeBuilder<AuditCheckpoint> checkpoint)
    {
        checkpoint.ToTable("audit_checkpoints");
        checkpoint.Property(c => c.Note).HasMaxLength(600);
        checkpoint.HasIndex(c => new { c.Stream, c.SealId });
        checkpoint.HasIndex(c => new { c.MadeAt, c.Id });
    }

    public void Configure(EntityTypeBuilder<AuditFact> fact)
    {
        fact.ToTable("audit_facts");
        fact.HasKey(f => f.Name);
        fact.Property(f => f.Name).HasMaxLength(40);
        fact.Property(f => f.Value).HasMaxLength(100);
    }

    public void Configure(EntityTypeBuilder<AuditCount> count)
    {
        count.ToTable("audit_counts");
        count.HasKey(c => new { c.Slot, c.Action, c.Outcome });
        count.Property(c => c.Action).HasMaxLength(60);
        count.HasIndex(c => new { c.Action, c.Slot });
        // Sums over a time are read from the index alone.
        count.HasIndex(c => new { c.Slot, c.Outcome, c.Action, c.Count }).HasDatabaseName("IX_audit_counts_sums");
    }
}
