using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;

namespace UserAdmin.Tests.Exports;

/// <summary>A list of numbers that stops in the middle until it is told to go on.</summary>
public sealed class GatedList : IExportList
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously), opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "gated";

    public Task Reached => reached.Task;

    public Func<Actor, bool> May { get; set; } = actor => actor.CanSomewhere(Permission.UsersView);

    public void Open() => opened.TrySetResult();

    public Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel) => Task.FromResult<Result<ExportTable>>(
        May(actor) ? new ExportTable("Gated", [new("N", "n", CellKind.Number)], Numbers(cancel), [("Filter", "All")]) { ExpectedRows = 1_000_000 } : ExportProblems.ListNotFound);

    private async IAsyncEnumerable<IReadOnlyList<object?[]>> Numbers([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        // More than one piece of a file, so that some of it is kept already.
        for (var i = 0; i < 600; i++)
            yield return [.. Enumerable.Range(i * 500, 500).Select(n => (object?[])[(long)n])];
        reached.TrySetResult();
        await opened.Task.WaitAsync(cancel);
        yield return [[300_000L]];
    }
}
