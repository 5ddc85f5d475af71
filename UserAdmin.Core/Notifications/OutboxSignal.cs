namespace UserAdmin.Core.Notifications;

/// <summary>Rings when a message was saved on this server, so that it needn't wait for the next look into the outbox.</summary>
public sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim rung = new(0, 1);

    public void Ring()
    {
        try
        {
            rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has rung already and nobody has looked since.
        }
    }

    /// <summary>Comes back when it rings or the time is over.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancel) => rung.WaitAsync(longest, cancel);

    public void Dispose() => rung.Dispose();
}
