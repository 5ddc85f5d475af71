using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Audit;

public enum ForwarderKind { Webhook = 1, Syslog = 2, Otlp = 3 }

/// <summary>Another system that gets every event once it is sealed.</summary>
public sealed class AuditForwarder
{
    public Guid Id { get; init; } = Ids.New();
    public ForwarderKind Kind { get; init; }
    public required string Name { get; set; }

    /// <summary>The address of a webhook or collector, or host and port of a syslog server.</summary>
    public required string Address { get; set; }

    /// <summary>What signs the calls of a webhook or goes into the header of a collector; encrypted.</summary>
    public string? Secret { get; set; }

    public bool IsActive { get; set; } = true;
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastSentAt { get; set; }
    public string? LastProblem { get; set; }
    public int Failures { get; set; }
    public DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>A server that is sending holds it until then; afterwards another may take it.</summary>
    public DateTimeOffset? HeldUntil { get; set; }

    public Guid Stamp { get; set; } = Ids.New();
}

/// <summary>How far a stream was forwarded: events up to this number were taken by the other side.</summary>
public sealed class AuditForwarderPosition
{
    public Guid ForwarderId { get; init; }
    public AuditStream Stream { get; init; }
    public long Seq { get; set; }
}

internal sealed class AuditForwarderConfiguration : IEntityTypeConfiguration<AuditForwarder>, IEntityTypeConfiguration<AuditForwarderPosition>
{
    public void Configure(EntityTypeBuilder<AuditForwarder> forwarder)
    {
        forwarder.ToTable("audit_forwarders");
        forwarder.Property(f => f.Name).HasMaxLength(100);
        forwarder.Property(f => f.Address).HasMaxLength(500);
        forwarder.Property(f => f.Secret).HasMaxLength(2000);
        forwarder.Property(f => f.LastProblem).HasMaxLength(500);
        forwarder.Property(f => f.Stamp).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<AuditForwarderPosition> position)
    {
        position.ToTable("audit_forwarder_positions");
        position.HasKey(p => new { p.ForwarderId, p.Stream });
        position.HasOne<AuditForwarder>().WithMany().HasForeignKey(p => p.ForwarderId).OnDelete(DeleteBehavior.Cascade);
    }
}
