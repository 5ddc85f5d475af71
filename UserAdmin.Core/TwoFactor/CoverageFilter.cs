using UserAdmin.Core.Common;

namespace UserAdmin.Core.TwoFactor;

/// <summary>Which of the people without a second factor a list shows.</summary>
public sealed record CoverageFilter
{
    public string? Search
    {
        get;
        init
        {
            field = value;
            Words = [.. Text.Fold(Text.Visible(value)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(6)];
        }
    }

    /// <summary>The search, folded and cut into words that must all occur.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    public Guid? RoleId { get; init; }
    public FactorState? State { get; init; }
    public int PageSize { get; init => field = Math.Clamp(value, 1, 200); } = 25;
}

/// <summary>The people an act on the coverage list is about: those ticked, or all that match the filter.</summary>
public sealed record CoverageChoice(CoverageFilter Filter, IReadOnlyCollection<Guid>? Ids = null);
