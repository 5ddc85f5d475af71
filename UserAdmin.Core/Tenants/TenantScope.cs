using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace UserAdmin.Core.Tenants;

public static class TenantScope
{
    extension(IServiceScopeFactory scopes)
    {
        /// <summary>A scope that works for this tenant, for jobs and for what is done from outside a request.</summary>
        public AsyncServiceScope CreateFor(Tenant tenant, string? host = null)
        {
            var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentTenant>().Use(tenant, host);
            return scope;
        }
    }
}

public static class TenantLog
{
    extension(ILogger logger)
    {
        /// <summary>Log lines say which tenant they are about, unless it is the default one.</summary>
        public IDisposable? BeginTenant(Tenant tenant) => tenant.IsHost ? null : logger.BeginScope(new Dictionary<string, object?> { ["Tenant"] = tenant.Name });
    }
}
