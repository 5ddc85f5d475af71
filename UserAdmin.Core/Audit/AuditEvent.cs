using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Audit;

public enum AuditCategory { SignIn = 1, Users = 2, Sessions = 3, Access = 4, System = 5, Security = 6, Notifications = 7, Settings = 8, Organizations = 9 }

public enum AuditOutcome { Success = 1, Failure = 2, Denied = 3 }

/// <summary>Something that happened. Rows are only ever added. Plain types, so that a row has the same bytes on every database.</summary>
public sealed class AuditEvent
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

        // Each filter reads its own index in the order of the page. Targets and actors are Guids: one column serves every kind. The columns
        // behind the id answer the filters that go with a person or an address in the index itself, so that a pair that never meets costs no rows.
        audit.HasIndex(e => new { e.UtcMicroseconds, e.Id });
        audit.HasIndex(e => new { e.ActorId, e.UtcMicroseconds, e.Id, e.Action, e.Outcome }).HasDatabaseName("IX_audit_events_actor");
        audit.HasIndex(e => new { e.ImpersonatorId, e.UtcMicroseconds, e.Id }).HasFilter("impersonator_id IS NOT NULL");
        audit.HasIndex(e => new { e.TargetId, e.UtcMicroseconds, e.Id, e.Action, e.Outcome }).HasDatabaseName("IX_audit_events_target");
        audit.HasIndex(e => new { e.Action, e.UtcMicroseconds, e.Id });
        audit.HasIndex(e => new { e.Category, e.UtcMicroseconds, e.Id });
        audit.HasIndex(e => new { e.Outcome, e.UtcMicroseconds, e.Id, e.Action }).HasDatabaseName("IX_audit_events_outcome");
        audit.HasIndex(e => new { e.Address, e.UtcMicroseconds, e.Id, e.Action, e.Outcome }).HasDatabaseName("IX_audit_events_address");
    }
}
