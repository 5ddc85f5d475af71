using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Exports;

/// <summary>The columns of a list, each with the value that a row has in it.</summary>
public sealed class ListColumns<TRow>
{
    private readonly List<Func<TRow, object?>> values = [];
    private readonly List<ExportColumn> heads = [];

    public IReadOnlyList<ExportColumn> Heads => heads;

    public ListColumns<TRow> Text(string name, string key, Func<TRow, string?> value, int width = 24) => Add(new(name, key, CellKind.Text, width), value);

    public ListColumns<TRow> Number(string name, string key, Func<TRow, long?> value) => Add(new(name, key, CellKind.Number, 12), row => value(row));

    public ListColumns<TRow> Instant(string name, string key, Func<TRow, DateTimeOffset?> value) => Add(new(name, key, CellKind.Instant), row => value(row));

    public ListColumns<TRow> YesNo(string name, string key, Func<TRow, bool?> value) => Add(new(name, key, CellKind.YesNo, 12), row => value(row));

    public object?[] ValuesOf(TRow row)
    {
        var cells = new object?[values.Count];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = values[i](row);
        return cells;
    }

    private ListColumns<TRow> Add(ExportColumn head, Func<TRow, object?> value)
    {
        heads.Add(head);
        values.Add(value);
        return this;
    }
}

/// <summary>
/// A list that its directory shows page by page: the same call with the same actor gives the file its rows, so a file holds what the list shows, and nothing else.
/// </summary>
public abstract class PagedExport<TQuery, TRow>(string name, string title, Permission permission, ListColumns<TRow> columns) : IExportList where TQuery : class
{
    public string Name => name;

    public virtual bool IsOnesOwn => false;

    public async Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel)
    {
        if (actor.UserId is null || !await MayAsync(actor, cancel))
            return ExportProblems.ListNotFound;
        if (ExportQuery.Read<TQuery>(query) is not { } wanted)
            return ExportProblems.BadQuery;
        if (await TitleAsync(wanted, actor, cancel) is not { } words)
            return ExportProblems.ListNotFound;

        var (_, count) = await ReadAsync(wanted, PageStart.First, actor, cancel);
        var rows = ExportRows.ByPage(async (start, stop) => (await ReadAsync(wanted, start, actor, stop)).Page, columns.ValuesOf, cancel);
        return new ExportTable(words, columns.Heads, rows, [.. (await DescribeAsync(wanted, actor, cancel)).Where(fact => !string.IsNullOrEmpty(fact.Value)).Select(fact => (fact.Name, fact.Value!))]) { ExpectedRows = count };
    }

    /// <summary>A page as the list shows it, and how many rows there are where the list knows.</summary>
    protected abstract Task<(Page<TRow> Page, long? Count)> ReadAsync(TQuery query, PageStart start, Actor actor, CancellationToken cancel);

    protected virtual Task<bool> MayAsync(Actor actor, CancellationToken cancel) => Task.FromResult(actor.CanSomewhere(permission));

    /// <summary>What the file is called; null when there is no such thing for this actor.</summary>
    protected virtual Task<string?> TitleAsync(TQuery query, Actor actor, CancellationToken cancel) => Task.FromResult<string?>(title);

    /// <summary>The filter in words, for a list whose filter needs to be looked up.</summary>
    protected virtual Task<IEnumerable<(string Name, string? Value)>> DescribeAsync(TQuery query, Actor actor, CancellationToken cancel) => Task.FromResult(Describe(query));

    /// <summary>The filter in words; what has no value is left out.</summary>
    protected virtual IEnumerable<(string Name, string? Value)> Describe(TQuery query) => [];
}
