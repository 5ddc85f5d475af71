using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.SignIn;

/// <summary>How often a password was tried under one key: an account, an unknown name, a known device or an address.</summary>
public sealed class SignInThrottle
{
    public required string Key { get; init; }
    public Guid? UserId { get; init; }
    public int Attempts { get; set; }
    public DateTimeOffset FirstAttemptAt { get; set; }
    public DateTimeOffset? BlockedUntil { get; set; }
}

internal sealed class SignInThrottleConfiguration : IEntityTypeConfiguration<SignInThrottle>
{
    public void Configure(EntityTypeBuilder<SignInThrottle> throttle)
    {
        throttle.ToTable("sign_in_throttles");
        throttle.HasKey(t => t.Key);
        throttle.Property(t => t.Key).HasMaxLength(100);
        throttle.HasIndex(t => t.UserId);
        throttle.HasIndex(t => t.BlockedUntil);
    }
}
