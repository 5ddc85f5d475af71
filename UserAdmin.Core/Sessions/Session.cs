using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Sessions;

/// <summary>One sign-in on one browser. The cookie holds a random key; only the key's SHA-256 is kept here.</summary>
public sealed class Session
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid UserId { get; init; }
    public byte[] KeyHash { get; init; } = [];
    public string? Address { get; init; }
    public string? UserAgent { get; init; }
    public bool IsPersistent { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset LastActivityAt { get; set; }

    /// <summary>The absolute limit (ASVS 7.3.2); no activity moves it.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; private set; }
    public string? EndReason { get; private set; }

    public void End(string reason, DateTimeOffset now)
    {
        if (EndedAt is null)
            (EndedAt, EndReason) = (now, reason);
    }
}

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> session)
    {
        session.ToTable("sessions");
        session.Property(s => s.KeyHash).HasMaxLength(32);
        session.Property(s => s.Address).HasMaxLength(45);
        session.Property(s => s.UserAgent).HasMaxLength(400);
        session.Property(s => s.EndReason).HasMaxLength(500);
        session.HasIndex(s => s.KeyHash).IsUnique();
        session.HasIndex(s => new { s.UserId, s.LastActivityAt });
        session.HasIndex(s => s.LastActivityAt).HasFilter("ended_at IS NULL");
        session.HasOne<Users.User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
