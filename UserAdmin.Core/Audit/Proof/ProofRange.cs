using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Audit.Proof;

/// <summary>Which part of the log a proof is about: events of a time, numbers of one stream, or everything when all is null. Whole seals are taken.</summary>
public sealed record ProofRange(DateTimeOffset? From = null, DateTimeOffset? To = null, AuditStream? Stream = null, long? FirstSeq = null, long? LastSeq = null)
{
    public static ProofRange Everything { get; } = new();

    public bool IsEverything => this == Everything;

    public override string ToString() =>
        IsEverything ? "everything"
        : Stream is { } stream ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{stream} {FirstSeq ?? 1} to {(LastSeq is { } last ? last : "the end")}")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(From is { } from ? from.UtcDateTime.ToString("u") : "the beginning")} to {(To is { } to ? to.UtcDateTime.ToString("u") : "now")}");
}

/// <summary>Seals of a stream that follow each other.</summary>
internal sealed record SealRun(AuditStream Stream, long First, long Last);

/// <summary>What will be in a proof, as far as it is known before it is written.</summary>
public sealed record ProofPlan(ProofRange Range, long Events, long Seals, DateTimeOffset MadeAt)
{
    internal IReadOnlyList<SealRun> Runs { get; init; } = [];
}

internal static class ProofProblems
{
    public static readonly Problem Nothing = new(ProblemKind.NotFound, "audit.proof_empty", "There is nothing under seal in this range.");

    public static readonly Problem WrongRange = new(ProblemKind.Invalid, "audit.proof_range", "The end is before the beginning.");
}
