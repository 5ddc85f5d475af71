using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Users;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> user)
    {
        user.ToTable("users");

        // Lengths count UTF-16 units; the forms limit code points, of which each takes two at most.
        user.Property(u => u.FirstName).HasMaxLength(200);
        user.Property(u => u.LastName).HasMaxLength(200);
        user.Property(u => u.SortName).HasMaxLength(User.SortNameLength);
        user.Property(u => u.SearchText).HasMaxLength(User.SearchTextLength);
        user.Property(u => u.PhoneNumber).HasMaxLength(40);
        user.Property(u => u.Street).HasMaxLength(400);
        user.Property(u => u.PostalCode).HasMaxLength(40);
        user.Property(u => u.City).HasMaxLength(200);
        user.Property(u => u.Country).HasMaxLength(200);
        user.Property(u => u.StatusReason).HasMaxLength(1000);

        user.HasIndex(u => u.NormalizedUserName).IsUnique();
        user.HasIndex(u => u.NormalizedEmail).IsUnique();
        user.HasIndex(u => new { u.SortName, u.Id });
        user.HasIndex(u => new { u.CreatedAt, u.Id });
        user.HasIndex(u => new { u.LastSignInAt, u.Id });

        // The states few people are in: an index over those people alone. Column names are the same text on all three databases.
        user.HasIndex(u => u.DeletedAt).HasFilter("deleted_at IS NOT NULL");
        user.HasIndex(u => u.DeactivatedAt).HasFilter("deactivated_at IS NOT NULL");
        user.HasIndex(u => u.LockedUntil).HasFilter("locked_until IS NOT NULL");
        user.HasIndex(u => u.ExpiresAt).HasFilter("expires_at IS NOT NULL");
        user.HasIndex(u => u.ActivatedAt).HasFilter("activated_at IS NULL");
        user.HasIndex(u => new { u.TwoFactorEnabled, u.DeletedAt });
        user.HasIndex(u => u.SecondFactorDueAt).HasFilter("second_factor_due_at IS NOT NULL");

        // Who has no second factor, by name.
        user.HasIndex(u => new { u.TwoFactorEnabled, u.SortName, u.Id });
    }
}
