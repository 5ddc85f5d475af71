using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Users;

/// <summary>Something the portal remembers for a person, such as the columns of a list.</summary>
public sealed class Preference
{
    public Guid UserId { get; init; }
    public required string Name { get; init; }
    public required string Value { get; set; }
}

internal sealed class PreferenceConfiguration : IEntityTypeConfiguration<Preference>
{
    public void Configure(EntityTypeBuilder<Preference> preference)
    {
        preference.ToTable("preferences");
        preference.HasKey(p => new { p.UserId, p.Name });
        preference.Property(p => p.Name).HasMaxLength(60);
        preference.Property(p => p.Value).HasMaxLength(PreferenceService.MaximumLength);
        preference.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
