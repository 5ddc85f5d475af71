using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Audit;

/// <summary>Which events a list shows. The instants are UTC; <see cref="To"/> is not included any more.</summary>
public sealed record AuditFilter
{
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? To { get; init; }
    public Guid? ActorId { get; init; }
    public Guid? TargetId { get; init; }

    /// <summary>Events that this person did or that were done to them; counts before actor and target.</summary>
    public Guid? AboutId { get; init; }

    public string? Action { get; init; }
    public AuditCategory? Category { get; init; }
    public AuditTag? Tag { get; init; }
    public AuditOutcome? Outcome { get; init; }
    public string? Address { get; init; }

    /// <summary>What the actor did in this session; counts only together with <see cref="ActorId"/>, along whose index it is found.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Events of the same act as this one: those with its correlation id within two minutes.</summary>
    public Guid? WithId { get; init; }

    public int PageSize { get; init => field = Math.Clamp(value, 1, 200); } = 50;

    /// <summary>The actions that action, category and tag leave; null when all do.</summary>
    internal IReadOnlyList<string>? Actions =>
        (Action, Category, Tag) is (null, null, null) ? null
        : [.. AuditAction.All.Where(action => (Action is null || action.Code == Action) && (Category is null || action.Category == Category) && (Tag is not { } tag || action.Tags.HasFlag(tag))).Select(action => action.Code)];

    /// <summary>Asks for one person, thing or address, so that the counts of all events say nothing.</summary>
    internal bool IsOfFew => (AboutId ?? ActorId ?? TargetId ?? WithId) is not null || Address is not null;
}

public sealed record AuditRow(
    Guid Id, DateTimeOffset At, ActorKind ActorKind, Guid? ActorId, string ActorName, string Action, AuditCategory Category, AuditOutcome Outcome,
    Guid? TargetId, string? TargetName, string? Reason, string? ChangesJson, string? Address, Guid? SessionId, string? CorrelationId,
    Guid? ImpersonatorId = null, string? ImpersonatorName = null)
{
    public AuditStream Stream { get; init; }

    /// <summary>Its number in the stream; null until it is sealed.</summary>
    public long? Seq { get; init; }

    /// <summary>Nothing but the proof that it was there is left: it was removed after its time.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>What named the actor was erased.</summary>
    public bool IsActorErased { get; init; }

    /// <summary>What named and described the target was erased.</summary>
    public bool IsTargetErased { get; init; }

    /// <summary>Who sat there: "Alice Archer as Carol Cooper" when somebody acted as the actor.</summary>
    public string Doer => ImpersonatorName is null ? ActorName : $"{ImpersonatorName} as {ActorName}";

    public IReadOnlyList<FieldChange> Changes => FieldChange.FromJson(ChangesJson);
}
