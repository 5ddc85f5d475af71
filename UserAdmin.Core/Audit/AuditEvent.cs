using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Audit;

public enum AuditCategory { SignIn = 1, Users = 2, Sessions = 3, Access = 4, System = 5, Security = 6, Notifications = 7, Settings = 8, Organizations = 9, Exports = 10, Reports = 11, Jobs = 12 }

public enum AuditOutcome { Success = 1, Failure = 2, Denied = 3 }

/// <summary>Something that happened. Rows are only ever added. Plain types, so that a row has the same bytes on every database.</summary>
public sealed partial class AuditEvent
{
    public Guid Id { get; init; } = Ids.New();

    /// <summary>Microseconds since 1970-01-01 UTC, by the server's clock.</summary>
    public long UtcMicroseconds { get; init; }

    public ActorKind ActorKind { get; init; }
    public Guid? ActorId { get; init; }
    public required string ActorName { get; init; }

    /// <summary>Who acted in the actor's name; null when they acted themselves.</summary>
    public Guid? ImpersonatorId { get; init; }

    public string? ImpersonatorName { get; init; }
    public required string Action { get; init; }
    public AuditCategory Category { get; init; }
    public AuditOutcome Outcome { get; init; }
    public Guid? TargetId { get; init; }
    public string? TargetName { get; init; }
    public string? Reason { get; init; }

    /// <summary>A JSON array of <see cref="FieldChange"/>, secrets already masked.</summary>
    public string? Changes { get; init; }

    public string? Address { get; init; }
    public Guid? SessionId { get; init; }
    public string? CorrelationId { get; init; }

    public AuditStream Stream { get; private set; } = AuditStream.Security;

    /// <summary>Salt and commitment of what names the actor, and of what names and describes the target. A salt that is gone makes its part unknowable for ever.</summary>
    public byte[]? ActorSalt { get; private set; }

    public byte[]? ActorCommitment { get; private set; }
    public byte[]? TargetSalt { get; private set; }
    public byte[]? TargetCommitment { get; private set; }
    public byte[]? Leaf { get; private set; }

    /// <summary>Under a key that is not in the database: nobody with access to it alone changes an event that is not sealed yet.</summary>
    public byte[]? LeafMac { get; private set; }

    /// <summary>Its place in the stream, given when it is sealed.</summary>
    public long? Seq { get; private set; }

    public long? SealId { get; private set; }

    /// <summary>The event that tells that only the leaf of this one was kept.</summary>
    public Guid? StubbedByEventId { get; private set; }

    /// <summary>Gives the event what its seal will stand on. Call once, before it is saved.</summary>
    public AuditEvent Stamp(byte[] macKey)
    {
        Stream = AuditStreams.Of(Category);
        var salts = RandomNumberGenerator.GetBytes(2 * AuditFormat.SaltLength);
        (ActorSalt, TargetSalt) = (salts[..AuditFormat.SaltLength], salts[AuditFormat.SaltLength..]);
        ActorCommitment = AuditFormat.ActorCommitment(ActorSalt, ActorName, ImpersonatorName, Address);
        TargetCommitment = AuditFormat.TargetCommitment(TargetSalt, TargetName, Reason, Changes);
        Leaf = AuditFormat.Leaf(this);
        LeafMac = HMACSHA256.HashData(macKey, Leaf);
        return this;
    }

    /// <summary>Gives an event that the portal did not write the leaf under which it is sealed, without making it one of the portal's.</summary>
    internal void StampBare() => Leaf = AuditFormat.Leaf(this);
}

public static class AuditStreams
{
    /// <summary>Which stream a category's events are in. An event never changes its stream, so neither may a category.</summary>
    public static AuditStream Of(AuditCategory category) => category switch
    {
        AuditCategory.Access or AuditCategory.Settings or AuditCategory.Organizations or AuditCategory.System => AuditStream.Legal,
        AuditCategory.Notifications or AuditCategory.Exports or AuditCategory.Reports or AuditCategory.Jobs => AuditStream.Routine,
        _ => AuditStream.Security,
    };
}

internal sealed class AuditEventConfiguration : IEntityTypeConfiguration<AuditEvent>
{
    public void Configure(EntityTypeBuilder<AuditEvent> audit)
    {
        audit.ToTable("audit_events");
        audit.Property(e => e.ActorName).HasMaxLength(410);
        audit.Property(e => e.ImpersonatorName).HasMaxLength(410);
        audit.Property(e => e.Action).HasMaxLength(60);
        audit.Property(e => e.TargetName).HasMaxLength(410);
        audit.Property(e => e.Reason).HasMaxLength(1000);
        audit.Property(e => e.Address).HasMaxLength(45);
        audit.Property(e => e.CorrelationId).HasMaxLength(64);
        audit.Property(e => e.Stream).HasDefaultValue(AuditStream.Security).HasSentinel(default);
        audit.Property(e => e.ActorSalt).HasMaxLength(16);
        audit.Property(e => e.TargetSalt).HasMaxLength(16);
        foreach (var hash in new[] { nameof(AuditEvent.ActorCommitment), nameof(AuditEvent.TargetCommitment), nameof(AuditEvent.Leaf), nameof(AuditEvent.LeafMac) })
            audit.Property(hash).HasMaxLength(32);
        audit.HasIndex(e => new { e.Stream, e.Seq }).IsUnique().HasFilter("seq IS NOT NULL");
        audit.HasIndex(e => new { e.Stream, e.Id }, "IX_audit_events_unsealed").HasFilter("seq IS NULL");

        // Each filter reads its own index in the order of the page. Targets and actors are Guids: one column serves every kind. The columns
        // behind the id answer the filters that go with a person or an address in the index itself, so that a pair that never meets costs no rows.
        audit.HasIndex(e => new { e.UtcMicroseconds, e.Id });
        audit.HasIndex(e => new { e.ActorId, e.UtcMicroseconds, e.Id, e.Action, e.Outcome }).HasDatabaseName("IX_audit_events_actor");
        audit.HasIndex(e => new { e.ImpersonatorId, e.UtcMicroseconds, e.Id }).HasFilter("impersonator_id IS NOT NULL");
        audit.HasIndex(e => new { e.TargetId, e.UtcMicroseconds, e.Id, e.Action, e.Outcome }).HasDatabaseName("IX_audit_events_target");
        audit.HasIndex(e => new { e.Action, e.UtcMicroseconds, e.Id });
        audit.HasIndex(e => new { e.Category, e.UtcMicroseconds, e.Id });
        audit.HasIndex(e => new { e.Outcome, e.UtcMicroseconds, e.Id, e.Action }).HasDatabaseName("IX_audit_events_outcome");
        audit.HasIndex(e => new { e.ActorId, e.Outcome, e.UtcMicroseconds, e.Id }).HasDatabaseName("IX_audit_events_actor_refused").HasFilter("outcome > 1");
        audit.HasIndex(e => new { e.Address, e.Outcome, e.UtcMicroseconds, e.Id }).HasDatabaseName("IX_audit_events_address_refused").HasFilter("outcome > 1");
        audit.HasIndex(e => new { e.Address, e.UtcMicroseconds, e.Id, e.Action, e.Outcome }).HasDatabaseName("IX_audit_events_address");
    }
}
