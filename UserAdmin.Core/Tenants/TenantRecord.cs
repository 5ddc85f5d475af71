using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Tenants;

public enum TenantStatus { Active, Suspended, Deleted }

/// <summary>A further tenant, in the catalogue: the tables of this file are used in the database of the default tenant alone.</summary>
public sealed class TenantRecord
{
    public Guid Id { get; init; } = Ids.New();

    /// <summary>Names its database, its cookies' purpose and its cache keys: lower case letters, digits and hyphens. Never changed, never used again.</summary>
    public required string Name { get; init; }

    public required string Title { get; set; }

    /// <summary>Where its database is, encrypted with the key ring.</summary>
    public required string ConnectionString { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its database has been made and can be used.</summary>
    public DateTimeOffset? ReadyAt { get; set; }

    public DateTimeOffset? SuspendedAt { get; set; }
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>From then on its database may be removed.</summary>
    public DateTimeOffset? PurgeAfter { get; set; }

    public DateTimeOffset? PurgedAt { get; set; }
    public string? StatusReason { get; set; }
    public string ConcurrencyStamp { get; set; } = Guid.NewGuid().ToString("N");

    public static implicit operator Audit.AuditTarget(TenantRecord tenant) => new(tenant.Id, tenant.Name);

    public TenantStatus Status => DeletedAt is not null ? TenantStatus.Deleted : SuspendedAt is not null ? TenantStatus.Suspended : TenantStatus.Active;
}

/// <summary>A host name by which a tenant is found.</summary>
public sealed class TenantDomain
{
    /// <summary>Lower case, without port, in ASCII (RFC 5891).</summary>
    public required string Host { get; init; }

    public Guid TenantId { get; init; }

    /// <summary>The one that links in mails name.</summary>
    public bool IsPrimary { get; set; }

    public DateTimeOffset AddedAt { get; init; }
}

internal sealed class TenantRecordConfiguration : IEntityTypeConfiguration<TenantRecord>, IEntityTypeConfiguration<TenantDomain>
{
    public void Configure(EntityTypeBuilder<TenantRecord> tenant)
    {
        tenant.ToTable("tenants");
        tenant.Property(t => t.Name).HasMaxLength(40);
        tenant.Property(t => t.Title).HasMaxLength(200);
        tenant.Property(t => t.ConnectionString).HasMaxLength(4000);
        tenant.Property(t => t.StatusReason).HasMaxLength(1000);
        tenant.Property(t => t.ConcurrencyStamp).HasMaxLength(32);
        tenant.Ignore(t => t.Status);
        tenant.HasIndex(t => t.Name).IsUnique();
    }

    public void Configure(EntityTypeBuilder<TenantDomain> domain)
    {
        domain.ToTable("tenant_domains");
        domain.HasKey(d => d.Host);
        domain.Property(d => d.Host).HasMaxLength(253);
        domain.HasIndex(d => d.TenantId);
        domain.HasOne<TenantRecord>().WithMany().HasForeignKey(d => d.TenantId).OnDelete(DeleteBehavior.Cascade);
    }
}
