using System.Collections.Frozen;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Common;

public enum ActorKind { Anonymous, User, System }

/// <summary>Who does something, from where, and what they may do. Every service method that changes or shows anything takes one.</summary>
public sealed record Actor(ActorKind Kind, Guid? UserId, string Name, FrozenSet<Permission> Permissions)
{
    public static Actor System { get; } = new(ActorKind.System, null, "System", Enum.GetValues<Permission>().ToFrozenSet());

    public static Actor Anonymous { get; } = new(ActorKind.Anonymous, null, "Somebody not signed in", FrozenSet<Permission>.Empty);

    public Guid? SessionId { get; init; }

    /// <summary>The address the request came from, as text; null for the command line and jobs.</summary>
    public string? Address { get; init; }

    /// <summary>Ties log lines and audit events of one request or click together.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>When the actor last proved who they are.</summary>
    public DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>Until when the actor has to set up a second factor; null when they have one or needn't.</summary>
    public DateTimeOffset? EnrolBy { get; init; }

    /// <summary>The time for it is over: nothing is open to the actor but setting it up (M5).</summary>
    public bool MustEnrol { get; init; }

    public bool Can(Permission permission) => Permissions.Contains(permission);
}
