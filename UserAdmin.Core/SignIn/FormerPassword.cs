using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.SignIn;

/// <summary>The hash of a password that somebody had before, so that it isn't chosen again.</summary>
public sealed class FormerPassword
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public required string Hash { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class FormerPasswordConfiguration : IEntityTypeConfiguration<FormerPassword>
{
    public void Configure(EntityTypeBuilder<FormerPassword> password)
    {
        password.ToTable("former_passwords");
        password.Property(p => p.Hash).HasMaxLength(300);
        password.HasIndex(p => new { p.UserId, p.CreatedAt });
        password.HasOne<Users.User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
