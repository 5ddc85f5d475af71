namespace UserAdmin.Core.Common;

/// <summary>Where a page of a list starts: after or before a row, or at the end of the list. All unset is the first page.</summary>
public sealed record PageStart(string? After = null, string? Before = null, bool AtEnd = false)
{
    public static PageStart First { get; } = new();

    /// <summary>How many rows of the list come before, for whoever counts pages; only without a cursor.</summary>
    public int Skip { get; init; }
}

/// <summary>One page of a list, with the cursors of its neighbours (null where there is none).</summary>
public sealed record Page<T>(IReadOnlyList<T> Rows, string? Previous, string? Next);

public static class Page
{
    /// <summary>Makes a page of rows that were read one more than fits, in reverse when <paramref name="backwards"/>.</summary>
    public static Page<T> Of<T>(List<T> rows, int size, bool backwards, bool hasCursor, Func<T, string> cursor)
    {
        var more = rows.Count > size;
        if (more)
            rows.RemoveAt(size);
        if (backwards)
            rows.Reverse();

        var (hasPrevious, hasNext) = backwards ? (more, hasCursor) : (hasCursor, more);
        return new(rows,
            hasPrevious && rows.Count > 0 ? cursor(rows[0]) : null,
            hasNext && rows.Count > 0 ? cursor(rows[^1]) : null);
    }
}

/// <summary>How many rows a list has. Large counts may be up to a minute old (<see cref="IsKept"/>) or only a lower bound (<see cref="IsAtLeast"/>).</summary>
public sealed record RowCount(long Value, bool IsAtLeast = false, bool IsKept = false);
