using System.Runtime.CompilerServices;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Exports;

public enum ExportFormat { Excel = 1, Csv = 2, Json = 3, Pdf = 4 }

/// <summary>What stands in a column, which decides how each format writes it. An instant is shown in the reader's zone, a date has none.</summary>
public enum CellKind { Text = 1, Number = 2, Instant = 3, Date = 4, YesNo = 5 }

/// <param name="Name">The heading people read.</param>
/// <param name="Key">The name in JSON, snake_case.</param>
/// <param name="Width">In characters, for spreadsheets and pages.</param>
public sealed record ExportColumn(string Name, string Key, CellKind Kind = CellKind.Text, int Width = 20);

/// <summary>
/// A table on its way into a file. The rows are read while they are written, so their number costs no memory; they come in batches of some hundreds, because a
/// million asynchronous steps cost more than what is in them. A row has one value per column: string, long, double, <see cref="DateTimeOffset"/> (UTC),
/// <see cref="DateOnly"/>, bool or null. Rows are read on one thread while the batches before them are written on another, so a batch isn't touched once it is given away.
/// </summary>
/// <param name="Facts">What the first sheet says: filter, order and check values, as name and text. Title, who, when and the number of rows are added by the writer.</param>
public sealed record ExportTable(string Title, IReadOnlyList<ExportColumn> Columns, IAsyncEnumerable<IReadOnlyList<object?[]>> Rows, IReadOnlyList<(string Name, string Value)> Facts)
{
    /// <summary>How many rows there will be, where that is cheap to know.</summary>
    public long? ExpectedRows { get; init; }

    /// <summary>Figures above the rows of a report.</summary>
    public IReadOnlyList<(string Name, string Value)> Figures { get; init; } = [];
}

/// <summary>A list that can be taken out as a file: the same rows and columns that the actor sees in it, of all pages.</summary>
public interface IExportList
{
    /// <summary>Stored with an export, so it never changes.</summary>
    string Name { get; }

    /// <summary>It holds nothing but what is the actor's own, so that nobody needs <see cref="Permission.ExportsCreate"/> for it.</summary>
    bool IsOnesOwn => false;

    /// <summary>
    /// Reads the query, which is the list's filter, order and columns as JSON. Not found when the actor may not see the list; invalid when the query can't be read. What somebody may see is
    /// judged now, and again by each page of rows.
    /// </summary>
    Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel);
}

public static class ExportRows
{
    /// <summary>Reads a list page by page, each from the key where the one before ended.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<object?[]>> ByPage<TRow>(
        Func<PageStart, CancellationToken, Task<Page<TRow>>> load, Func<TRow, object?[]> cells, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        for (var start = PageStart.First; ;)
        {
            var page = await load(start, cancel);
            yield return [.. page.Rows.Select(cells)];
            if (page.Next is null)
                yield break;
            start = new(After: page.Next);
        }
    }

    /// <summary>A list that is short enough to be read at once.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<object?[]>> AtOnce<TRow>(
        Func<CancellationToken, Task<IReadOnlyList<TRow>>> load, Func<TRow, object?[]> cells, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        foreach (var batch in (await load(cancel)).Chunk(500))
            yield return [.. batch.Select(cells)];
    }
}
