using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Common;

public enum ActorKind { Anonymous, User, System }

/// <summary>The person behind somebody else's actions.</summary>
public sealed record Impersonator(Guid Id, string Name, DateTimeOffset Until);

/// <summary>Who does something, from where, and what they may do. Every service method that changes or shows anything takes one.</summary>
public sealed record Actor(ActorKind Kind, Guid? UserId, string Name, Access Access)
{
    public static Actor System { get; } = new(ActorKind.System, null, "System", Access.Everything);

    public static Actor Anonymous { get; } = new(ActorKind.Anonymous, null, "Somebody not signed in", Access.None);

    /// <summary>Who really sits there when an administrator acts as this person (U14); what concerns the person's own security is closed to them.</summary>
    public Impersonator? Impersonator { get; init; }

    public Guid? SessionId { get; init; }

    /// <summary>A program with a token that somebody made for it: what concerns that person's own security is closed to it.</summary>
    public bool IsToken { get; init; }

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

    /// <summary>Everywhere. A right that is held in some organizations only doesn't count here.</summary>
    public bool Can(Permission permission) => Access.Can(permission);

    /// <summary>In this organization: by a role held everywhere, there, or in one above it.</summary>
    public bool CanIn(Guid organizationId, Permission permission) => Access.CanIn(organizationId, permission);

    /// <summary>Everywhere or in some organization: enough to see the page, which then shows what it reaches.</summary>
    public bool CanSomewhere(Permission permission) => Access.CanSomewhere(permission);
}
