using UserAdmin.Core.Common;

namespace UserAdmin.Core.Exports;

public enum ExportFormat { Excel = 1, Csv = 2, Json = 3, Pdf = 4 }

/// <summary>What stands in a column, which decides how each format writes it. An instant is shown in the reader's zone, a date has none.</summary>
public enum CellKind { Text = 1, Number = 2, Instant = 3, Date = 4, YesNo = 5 }

/// <param name="Name">The heading people read.</param>
/// <param name="Key">The name in JSON, snake_case.</param>
/// <param name="Width">In characters, for spreadsheets and pages.</param>
public sealed record ExportColumn(string Name, string Key, CellKind Kind = CellKind.Text, int Width = 20);

/// <summary>
/// A table on its way into a file. The rows are read while they are written, so their number costs no memory. A row has one value per column: string,
/// long, double, <see cref="DateTimeOffset"/> (UTC), <see cref="DateOnly"/>, bool or null.
/// </summary>
/// <param name="Facts">What the first sheet says: filter, order and check values, as name and text. Title, who, when and the number of rows are added by the writer.</param>
public sealed record ExportTable(string Title, IReadOnlyList<ExportColumn> Columns, IAsyncEnumerable<object?[]> Rows, IReadOnlyList<(string Name, string Value)> Facts)
{
    /// <summary>How many rows there will be, where that is cheap to know.</summary>
    public long? ExpectedRows { get; init; }

    /// <summary>Figures and a chart above the rows of a report.</summary>
    public IReadOnlyList<(string Name, string Value)> Figures { get; init; } = [];
}

/// <summary>A list that can be taken out as a file: the same rows and columns that the actor sees in it, of all pages.</summary>
public interface IExportList
{
    /// <summary>Stored with an export, so it never changes.</summary>
    string Name { get; }

    /// <summary>
    /// Reads the query, which is the list's filter, order and columns as JSON. Not found when the actor may not see the list; invalid when the query can't be read. What somebody may see is
    /// judged now, and again by each page of rows.
    /// </summary>
    Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel);
}
