using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Settings;

/// <summary>What an administrator chose for one policy, as JSON; values that are missing are the configuration's or the defaults.</summary>
public sealed class StoredPolicy
{
    public required string Name { get; init; }
    public required string Json { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string Stamp { get; set; } = "";
}

internal sealed class StoredPolicyConfiguration : IEntityTypeConfiguration<StoredPolicy>
{
    public void Configure(EntityTypeBuilder<StoredPolicy> policy)
    {
        policy.ToTable("policies");
        policy.HasKey(p => p.Name);
        policy.Property(p => p.Name).HasMaxLength(60);
        policy.Property(p => p.Stamp).HasMaxLength(32).IsConcurrencyToken();
    }
}
