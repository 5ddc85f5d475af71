using UserAdmin.Core.Common;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Security;

/// <summary>Who sends a request, for endpoints that are no pages.</summary>
internal sealed class CurrentActor(SessionDirectory sessions, CurrentTenant tenant)
{
    public async Task<Actor?> FindAsync(HttpContext http, CancellationToken cancel) =>
        http.User.TenantName == tenant.Tenant.Name && http.User.SessionId is { } id
            && await sessions.FindAsync(tenant.Tenant, id, cancel) is { } state && state.UserId == http.User.UserId
            ? state.ActingFrom(http.User.ClientAddress, http.TraceIdentifier)
            : null;
}
