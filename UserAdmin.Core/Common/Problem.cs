namespace UserAdmin.Core.Common;

public enum ProblemKind { Invalid, NotFound, Conflict, NotAllowed, Busy, StepUp }

/// <summary>Something the caller could have avoided: a stable code, a sentence for people and, where one is to blame, a field.</summary>
public sealed record Problem(ProblemKind Kind, string Code, string Message, string? Field = null);
