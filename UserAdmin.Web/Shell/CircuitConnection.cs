using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Shell;

/// <summary>Whether the browser of this circuit is there; one that has left can't be sent anywhere. Whatever the circuit asks directly, it asks of its owner's tenant.</summary>
internal sealed class CircuitConnection(AuthenticationStateProvider authentication, TenantDirectory tenants, CurrentTenant current) : CircuitHandler
{
    public bool IsUp { get; private set; }

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (await tenants.FindActiveAsync((await authentication.GetAuthenticationStateAsync()).User.TenantName, cancellationToken) is { } tenant)
            current.Use(tenant);
        else
            current.UseNone();
    }

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
