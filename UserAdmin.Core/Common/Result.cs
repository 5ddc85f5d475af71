using System.Diagnostics.CodeAnalysis;

namespace UserAdmin.Core.Common;

/// <summary>The answer of a service: done, or the problem that kept it from being done.</summary>
public record Result(Problem? Problem)
{
    public static Result Ok { get; } = new((Problem?)null);

    [MemberNotNullWhen(false, nameof(Problem))]
    public virtual bool Succeeded => Problem is null;

    public static implicit operator Result(Problem problem) => new(problem);
}

public sealed record Result<T>(T? Value, Problem? Problem)
{
    [MemberNotNullWhen(true, nameof(Value)), MemberNotNullWhen(false, nameof(Problem))]
    public bool Succeeded => Problem is null;

    public static implicit operator Result<T>(T value) => new(value, null);
    public static implicit operator Result<T>(Problem problem) => new(default, problem);
}
