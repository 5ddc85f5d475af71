using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.TwoFactor;

/// <summary>An authenticator app (TOTP, RFC 6238). Its seed is encrypted with the key ring and never shown again once it is confirmed.</summary>
public sealed class Authenticator
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public required string Name { get; set; }
    public required string ProtectedSeed { get; init; }

    /// <summary>The time step of the last accepted code; codes of this step or an earlier one are refused (RFC 6238, 5.2).</summary>
    public long LastUsedStep { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ConfirmedAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
}

internal sealed class AuthenticatorConfiguration : IEntityTypeConfiguration<Authenticator>
{
    public void Configure(EntityTypeBuilder<Authenticator> authenticator)
    {
        authenticator.ToTable("authenticators");
        authenticator.Property(a => a.Name).HasMaxLength(200);
        authenticator.Property(a => a.ProtectedSeed).HasMaxLength(600);
        authenticator.HasIndex(a => a.UserId);
        authenticator.HasOne<Users.User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
