using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Dormancy;

public enum DormancyStage { Warned = 1, Deactivated = 2, Deleted = 3 }

/// <summary>How far the rule about dormant accounts has gone with somebody; the row goes when they sign in.</summary>
public sealed class DormantUser
{
    public Guid UserId { get; init; }
    public DormancyStage Stage { get; set; }
    public DateTimeOffset StageAt { get; set; }
}

/// <summary>Somebody whom the rule about dormant accounts leaves alone.</summary>
public sealed class DormancyExemption
{
    public Guid UserId { get; init; }
    public required string Reason { get; set; }
    public DateTimeOffset? Until { get; set; }
    public Guid? ByUserId { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class DormancyConfiguration : IEntityTypeConfiguration<DormantUser>, IEntityTypeConfiguration<DormancyExemption>
{
    public void Configure(EntityTypeBuilder<DormantUser> dormant)
    {
        dormant.ToTable("dormant_users");
        dormant.HasKey(d => d.UserId);
        dormant.HasIndex(d => new { d.Stage, d.StageAt });
        dormant.HasOne<User>().WithOne().HasForeignKey<DormantUser>(d => d.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<DormancyExemption> exemption)
    {
        exemption.ToTable("dormancy_exemptions");
        exemption.HasKey(e => e.UserId);
        exemption.Property(e => e.Reason).HasMaxLength(1000);
        exemption.HasOne<User>().WithOne().HasForeignKey<DormancyExemption>(e => e.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
