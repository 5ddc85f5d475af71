using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.TwoFactor;

/// <summary>A one-time access pass: stands in for the second factor of somebody who lost a phone, for a time and once. Kept as SHA-256.</summary>
public sealed class AccessPass
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public byte[] Hash { get; init; } = [];
    public required string Reason { get; init; }
    public Guid? GivenById { get; init; }
    public required string GivenByName { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }
}

internal sealed class AccessPassConfiguration : IEntityTypeConfiguration<AccessPass>
{
    public void Configure(EntityTypeBuilder<AccessPass> pass)
    {
        pass.ToTable("access_passes");
        pass.Property(p => p.Hash).HasMaxLength(32);
        pass.Property(p => p.Reason).HasMaxLength(1000);
        pass.Property(p => p.GivenByName).HasMaxLength(400);
        pass.HasIndex(p => new { p.UserId, p.Hash }).IsUnique();
        pass.HasOne<Users.User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
