using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Sessions;

/// <summary>What somebody holds who uses a session.</summary>
public enum SessionKind
{
    /// <summary>A cookie.</summary>
    Browser,

    /// <summary>Access and refresh tokens of a program that signed in with a password.</summary>
    Api,

    /// <summary>A token that was made to be kept: a personal access token, or that of a service account.</summary>
    Token,
}

/// <summary>One sign-in on one browser or by one program. Whoever uses it holds a random key; only the key's SHA-256 is kept here.</summary>
public sealed class Session
{
    /// <summary>How long a program may be silent, and how long its sign-in lasts in any case (D04).</summary>
    public static readonly TimeSpan ApiIdleLimit = TimeSpan.FromHours(16), ApiAbsoluteLimit = TimeSpan.FromDays(7);

    /// <summary>No token lives longer.</summary>
    public static readonly TimeSpan LongestToken = TimeSpan.FromDays(366);

    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public SessionKind Kind { get; init; }

    /// <summary>What the owner of a token calls it.</summary>
    public string? Name { get; init; }

    /// <summary>The codes of the permissions a token is limited to, separated by spaces; null is all that its owner holds.</summary>
    public string? Permissions { get; init; }

    public byte[] KeyHash { get; init; } = [];
    public string? Address { get; init; }
    public string? UserAgent { get; init; }
    public bool IsPersistent { get; init; }

    /// <summary>The device it was opened on; that may be removed while the session stays in the history.</summary>
    public Guid? DeviceId { get; init; }

    /// <summary>Browser and system as <see cref="UserAgentName"/> reads them, for figures.</summary>
    public string? Browser { get; init; }

    public string? System { get; init; }

    /// <summary>How its owner proved who they are, in the words of RFC 8176: "pwd", "pwd otp", "hwk user".</summary>
    public string Methods { get; set; } = "pwd";

    /// <summary>When its owner last proved who they are; sensitive acts ask for that to be recent.</summary>
    public DateTimeOffset AuthenticatedAt { get; set; }

    public int RiskScore { get; init; }

    /// <summary>Why the sign-in looked suspicious, in words, separated by line breaks.</summary>
    public string? RiskReasons { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset LastActivityAt { get; set; }

    /// <summary>The absolute limit (ASVS 7.3.2); no activity moves it.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The person as whom its owner acts until <see cref="ActingUntil"/>; null when they act as themselves.</summary>
    public Guid? ActingAsId { get; set; }

    public DateTimeOffset? ActingUntil { get; set; }
    public string? ActingReason { get; set; }

    public DateTimeOffset? EndedAt { get; private set; }
    public string? EndReason { get; private set; }

    /// <summary>Neither ended nor timed out by the policy as it is now.</summary>
    public bool IsOpenAt(DateTimeOffset now, SessionPolicy policy) =>
        EndedAt is null && ExpiresAt > now && Kind switch
        {
            SessionKind.Browser => CreatedAt + policy.AbsoluteLimit() > now && LastActivityAt + policy.IdleLimit() > now,
            SessionKind.Api => LastActivityAt + ApiIdleLimit > now,
            _ => true,
        };

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
        session.Property(s => s.Name).HasMaxLength(100);
        session.Property(s => s.Permissions).HasMaxLength(4000);
        session.Property(s => s.Address).HasMaxLength(45);
        session.Property(s => s.UserAgent).HasMaxLength(400);
        session.Property(s => s.EndReason).HasMaxLength(500);
        session.Property(s => s.Browser).HasMaxLength(60);
        session.Property(s => s.System).HasMaxLength(60);
        session.Property(s => s.Methods).HasMaxLength(60);
        session.Property(s => s.ActingReason).HasMaxLength(1000);
        session.Property(s => s.RiskReasons).HasMaxLength(500);
        session.HasIndex(s => new { s.CreatedAt, s.Id });
        session.HasIndex(s => s.DeviceId);
        // The filters of the list of all sessions, each in the order of its pages.
        session.HasIndex(s => new { s.Address, s.CreatedAt, s.Id });
        session.HasIndex(s => new { s.Browser, s.CreatedAt, s.Id });
        session.HasIndex(s => new { s.System, s.CreatedAt, s.Id });
        session.HasIndex(s => new { s.CreatedAt, s.Id }, "IX_sessions_unusual").HasFilter("risk_score > 0");
        session.HasIndex(s => s.KeyHash).IsUnique();
        session.HasIndex(s => new { s.Kind, s.LastActivityAt }).HasFilter("kind > 0 AND ended_at IS NULL");
        session.HasIndex(s => new { s.UserId, s.LastActivityAt });
        session.HasIndex(s => s.LastActivityAt).HasFilter("ended_at IS NULL");
        session.HasOne<Users.User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
