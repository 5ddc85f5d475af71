using Microsoft.AspNetCore.Components.Server.Circuits;

namespace UserAdmin.Web.Shell;

/// <summary>Whether the browser of this circuit is there. One that has left can't be sent anywhere.</summary>
internal sealed class CircuitConnection : CircuitHandler
{
    public bool IsUp { get; private set; }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        IsUp = true;
        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        IsUp = false;
        return Task.CompletedTask;
    }
}
