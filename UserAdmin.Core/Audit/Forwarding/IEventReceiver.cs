using Microsoft.Extensions.Options;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>Where a forwarder sends: its secret is readable here.</summary>
public sealed record Destination(string Address, string? Secret, string Tenant);

/// <summary>What came of sending. Only without a problem the events count as taken.</summary>
/// <param name="Problem">Why the other side has not taken them, in a sentence.</param>
/// <param name="After">When it asked to be tried again.</param>
/// <param name="Note">It has taken them, but said something.</param>
public sealed record Handed(string? Problem, TimeSpan? After = null, string? Note = null)
{
    public static Handed Over { get; } = new((string?)null);
}

/// <summary>Speaks the language of one kind of other system.</summary>
public interface IEventReceiver
{
    ForwarderKind Kind { get; }

    /// <summary>How many events are sent at once; after a failure all of them are sent again.</summary>
    int BatchSize { get; }

    Task<Handed> SendAsync(Destination to, IReadOnlyList<AuditEvent> events, CancellationToken cancel);
}

/// <summary>Sends through the receiver of a kind, with a limit of time, and puts into words what went wrong.</summary>
public sealed class EventReceivers(IEnumerable<IEventReceiver> receivers, IOptions<ForwardingSettings> options)
{
    public int BatchSizeOf(ForwarderKind kind) => Of(kind).BatchSize;

    public async Task<Handed> SendAsync(ForwarderKind kind, Destination to, IReadOnlyList<AuditEvent> events, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(options.Value.TimeoutSeconds));
        try
        {
            return await Of(kind).SendAsync(to, events, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new($"No answer within {options.Value.TimeoutSeconds} seconds.");
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
        {
            return new(failure.InnerException is ForbiddenAddressException forbidden ? forbidden.Message : failure.Message);
        }
    }

    private IEventReceiver Of(ForwarderKind kind) => receivers.Single(receiver => receiver.Kind == kind);
}
