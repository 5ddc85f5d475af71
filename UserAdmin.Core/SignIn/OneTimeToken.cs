using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.SignIn;

public enum OneTimePurpose { Activation, PasswordReset, EmailConfirmation, EmailChange, PhoneConfirmation, NotMe, PasskeyChallenge }

/// <summary>A link or code that works once, for one user and one purpose. Only the SHA-256 of its secret is kept (ASVS 6.5.1, 11.5.1).</summary>
public sealed class OneTimeToken
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public OneTimePurpose Purpose { get; init; }
    public byte[] Hash { get; init; } = [];

    /// <summary>What the link is about where that is more than its user: the new email address, the session that looked suspicious.</summary>
    public string? Subject { get; init; }

    /// <summary>Wrong tries at a code that people type.</summary>
    public int Attempts { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class OneTimeTokenConfiguration : IEntityTypeConfiguration<OneTimeToken>
{
    public void Configure(EntityTypeBuilder<OneTimeToken> token)
    {
        token.ToTable("one_time_tokens");
        token.Property(t => t.Hash).HasMaxLength(32);
        token.Property(t => t.Subject).HasMaxLength(300);
        token.HasIndex(t => t.Hash).IsUnique();
        token.HasIndex(t => t.UserId);
        token.HasOne<Users.User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
