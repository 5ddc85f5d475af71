using System.Security.Claims;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Caching.Memory;
using UserAdmin.Core.Sessions;

namespace UserAdmin.Web.Security;

/// <summary>
/// Lets only the session that opened a circuit connect to it again (C09). The framework asks for nothing but the circuit's id, which a
/// page keeps when somebody else signs in beside it.
/// </summary>
internal sealed class CircuitOwners(IMemoryCache cache) : IHubFilter
{
    // No session, so no circuit, lives longer.
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var session = OwnerOf(invocationContext.Context.User);
        switch (invocationContext.HubMethodName)
        {
            case "StartCircuit":
                return Keep(await next(invocationContext), session);
            case "ConnectCircuit":
                return IsOwner(invocationContext, session) ? await next(invocationContext) : false;
            case "ResumeCircuit":
                return IsOwner(invocationContext, session) ? Keep(await next(invocationContext), session) : null;
            default:
                return await next(invocationContext);
        }
    }

    private static (string?, Guid?) OwnerOf(ClaimsPrincipal? user) => (user?.TenantName, user?.SessionId);

    private object? Keep(object? circuit, (string?, Guid?) session)
    {
        if (circuit is string secret)
            cache.Set(KeyOf(secret), session, Life);
        return circuit;
    }

    private bool IsOwner(HubInvocationContext invocation, (string?, Guid?) session) =>
        invocation.HubMethodArguments is [string secret, ..] && cache.TryGetValue(KeyOf(secret), out (string?, Guid?) owner) && owner == session;

    private static (string, string) KeyOf(string secret) => (nameof(CircuitOwners), Convert.ToBase64String(SessionKey.Hash(secret)));
}
