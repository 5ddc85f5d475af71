namespace UserAdmin.Core.Exports;

/// <summary>Rings when a file was asked for on this server, so that it is begun at once.</summary>
public sealed class ExportSignal : IDisposable
{
    private readonly SemaphoreSlim rung = new(0);

    public void Ring()
    {
        if (rung.CurrentCount == 0)
            rung.Release();
    }

    /// <summary>Comes back when it rings or the time is over.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancel) => rung.WaitAsync(longest, cancel);

    public void Dispose() => rung.Dispose();
}
