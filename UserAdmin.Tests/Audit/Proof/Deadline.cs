using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>Ends work in front of one of its statements, whichever it is. Statements of other tests don't count.</summary>
internal sealed class Deadline : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private static readonly AsyncLocal<Deadline?> Armed = new();

    private readonly List<IDisposable> subscriptions = [];
    private CancellationTokenSource? death;
    private int left;

    public Deadline() => subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

    public void Arm(int statements, CancellationTokenSource end) => (left, death, Armed.Value) = (statements, end, this);

    public void Disarm() => (death, Armed.Value) = (null, null);

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name != DbLoggerCategory.Name)
            return;
        lock (subscriptions)
            subscriptions.Add(value.Subscribe(this));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == RelationalEventId.CommandExecuting.Name && Armed.Value == this && left-- <= 0)
            death?.Cancel();
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }

    public void Dispose()
    {
        lock (subscriptions)
            subscriptions.ForEach(subscription => subscription.Dispose());
    }
}
