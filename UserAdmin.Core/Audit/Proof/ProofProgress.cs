using System.Collections.Concurrent;

namespace UserAdmin.Core.Audit.Proof;

/// <summary>How far a download has come.</summary>
public sealed record ProofState(long Events, long Total, bool IsDone = false, bool IsBroken = false);

/// <summary>How far the proofs that are being written are, by the number that the page gave its download; for whoever takes it alone.</summary>
public sealed class ProofProgress(TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<(Guid Owner, Guid Download), (ProofState State, DateTimeOffset At)> states = new();

    public ProofState? Find(Guid owner, Guid download) => states.TryGetValue((owner, download), out var found) ? found.State : null;

    public void Set(Guid owner, Guid download, ProofState state)
    {
        var now = clock.GetUtcNow();
        foreach (var (key, _) in states.Where(entry => entry.Value.At < now - Kept))
            states.TryRemove(key, out _);
        states[(owner, download)] = (state, now);
    }
}
