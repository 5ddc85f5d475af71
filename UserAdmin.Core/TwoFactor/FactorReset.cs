using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.TwoFactor;

/// <summary>An administrator's request to remove somebody's second factors; a second administrator decides where the policy says so.</summary>
public sealed class FactorReset
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public Guid? RequestedById { get; init; }
    public required string RequestedByName { get; init; }
    public required string Reason { get; init; }
    public DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public Guid? DecidedById { get; set; }
    public string? DecidedByName { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }
    public bool IsApproved { get; set; }
}

internal sealed class FactorResetConfiguration : IEntityTypeConfiguration<FactorReset>
{
    public void Configure(EntityTypeBuilder<FactorReset> reset)
    {
        reset.ToTable("factor_resets");
        reset.Property(r => r.RequestedByName).HasMaxLength(400);
        reset.Property(r => r.DecidedByName).HasMaxLength(400);
        reset.Property(r => r.Reason).HasMaxLength(1000);
        reset.HasIndex(r => r.UserId);
        reset.HasIndex(r => r.RequestedAt).HasFilter("decided_at IS NULL");
        reset.HasOne<Users.User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
