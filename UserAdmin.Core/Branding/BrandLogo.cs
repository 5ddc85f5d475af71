using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Branding;

/// <summary>The tenant's logo, a PNG; there is one row at most.</summary>
public sealed class BrandLogo
{
    public const int OnlyId = 1;

    public int Id { get; init; } = OnlyId;

    /// <summary>Part of its address, so that browsers may keep it.</summary>
    public required string Version { get; set; }

    public required byte[] Png { get; set; }
}

internal sealed class BrandLogoConfiguration : IEntityTypeConfiguration<BrandLogo>
{
    public void Configure(EntityTypeBuilder<BrandLogo> logo)
    {
        logo.ToTable("brand_logos");
        logo.Property(l => l.Id).ValueGeneratedNever();
        logo.Property(l => l.Version).HasMaxLength(32);
    }
}
