using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Sessions;

/// <summary>What a server keeps in memory of an open session, so that most clicks ask no database.</summary>
public sealed class SessionState
{
    public required Guid Id { get; init; }
    public required Tenant Tenant { get; init; }
    public required Guid UserId { get; init; }
    public required SessionKind Kind { get; init; }
    public required byte[] KeyHash { get; init; }
    public required string UserName { get; init; }
    public required string FullName { get; init; }
    public required Access Access { get; init; }

    /// <summary>Whose session it is, when they act as the person that stands here (U14).</summary>
    public Impersonator? Impersonator { get; init; }

    /// <summary>The session opens nothing but the page on which a new password is chosen.</summary>
    public required bool MustChangePassword { get; init; }

    public required DateTimeOffset AuthenticatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required TimeSpan IdleLimit { get; init; }
    public required DateTimeOffset LoadedAt { get; init; }

    /// <summary>Until when a second factor has to be set up; null when there is one or none is required.</summary>
    public DateTimeOffset? EnrolBy { get; init; }

    /// <summary>The time for it was over when the state was read, so right within seconds.</summary>
    public bool MustEnrol => EnrolBy <= LoadedAt;

    /// <summary>Something about the person changed on this server: the next question reads anew.</summary>
    public bool IsOutdated { get; set; }

    public DateTimeOffset LastActivityAt { get; set; }
    public DateTimeOffset ActivityWrittenAt { get; set; }
    public bool HasEnded { get; set; }

    public bool IsOpenedBy(byte[] keyHash) => KeyHash.AsSpan().SequenceEqual(keyHash);

    public Actor ActingFrom(string? address, string? correlationId) =>
        new(ActorKind.User, UserId, FullName.Length > 0 ? FullName : UserName, MustEnrol || MustChangePassword ? Access.None : Access)
        {
            SessionId = Id,
            Address = address,
            CorrelationId = correlationId,
            // Whoever made the token proved who they are, and chose what it may do.
            AuthenticatedAt = Kind == SessionKind.Token ? ExpiresAt : AuthenticatedAt,
            IsToken = Kind == SessionKind.Token,
            EnrolBy = EnrolBy,
            MustEnrol = MustEnrol,
            Impersonator = Impersonator,
        };
}
