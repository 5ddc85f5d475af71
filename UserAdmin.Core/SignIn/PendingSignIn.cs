using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.SignIn;

/// <summary>
/// A sign-in between its first factor and its second (five minutes). Its key is in a cookie of its own and opens nothing but the second step.
/// </summary>
public sealed class PendingSignIn
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public byte[] KeyHash { get; init; } = [];
    public string? Address { get; init; }
    public string? UserAgent { get; init; }
    public bool IsPersistent { get; init; }

    /// <summary>How the first factor was given: pwd, ext (RFC 8176 where it has a name).</summary>
    public required string Method { get; init; }

    /// <summary>Why the sign-in looked suspicious, if it did.</summary>
    public string? RiskReasons { get; init; }

    public int RiskScore { get; init; }
    public int Attempts { get; set; }

    /// <summary>SHA-256 of the code that was sent by email or SMS.</summary>
    public byte[]? CodeHash { get; set; }

    public DateTimeOffset? CodeSentAt { get; set; }

    /// <summary>The challenge of a passkey ceremony.</summary>
    public string? PasskeyState { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class PendingSignInConfiguration : IEntityTypeConfiguration<PendingSignIn>
{
    public void Configure(EntityTypeBuilder<PendingSignIn> pending)
    {
        pending.ToTable("pending_sign_ins");
        pending.Property(p => p.KeyHash).HasMaxLength(32);
        pending.Property(p => p.Address).HasMaxLength(45);
        pending.Property(p => p.UserAgent).HasMaxLength(400);
        pending.Property(p => p.Method).HasMaxLength(20);
        pending.Property(p => p.RiskReasons).HasMaxLength(500);
        pending.Property(p => p.CodeHash).HasMaxLength(32);
        pending.HasIndex(p => p.KeyHash).IsUnique();
        pending.HasIndex(p => p.UserId);
        pending.HasIndex(p => p.ExpiresAt);
        pending.HasOne<Users.User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
