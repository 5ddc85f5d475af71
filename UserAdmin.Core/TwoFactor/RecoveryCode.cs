using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.TwoFactor;

/// <summary>A code that stands in for a lost factor once. Only its SHA-256 is kept: it has enough bits to need no slow hash (ASVS 6.5.2).</summary>
public sealed class RecoveryCode
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public byte[] Hash { get; init; } = [];
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class RecoveryCodeConfiguration : IEntityTypeConfiguration<RecoveryCode>
{
    public void Configure(EntityTypeBuilder<RecoveryCode> code)
    {
        code.ToTable("recovery_codes");
        code.Property(c => c.Hash).HasMaxLength(32);
        code.HasIndex(c => new { c.UserId, c.Hash }).IsUnique();
        code.HasOne<Users.User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
