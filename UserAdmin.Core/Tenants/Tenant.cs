using UserAdmin.Core.Data;

namespace UserAdmin.Core.Tenants;

/// <summary>A customer with a database of its own. Every installation has the one called default.</summary>
public sealed record Tenant(string Name, DatabaseProvider Provider, string ConnectionString)
{
    public const string HostName = "default";

    /// <summary>The tenant that every installation has; the catalogue of the others is in its database.</summary>
    public bool IsHost => Name == HostName;

    public static Tenant Host(DatabaseSettings settings) => new(HostName, settings.Provider, settings.ConnectionString);

    // The connection string may hold a password, and a tenant may end up in a log line.
    public override string ToString() => Name;
}

/// <summary>The tenant a scope works for: set once when the scope starts, from the request's host name or the page's session.</summary>
public sealed class CurrentTenant(TenantDirectory directory)
{
    private Tenant? tenant = directory.Default;

    public Tenant Tenant => tenant ?? throw new InvalidOperationException("This page belongs to no tenant.");

    /// <summary>The name of the host by which a request found its tenant; null outside of requests.</summary>
    public string? Host { get; private set; }

    public void Use(Tenant tenant, string? host = null) => (this.tenant, Host) = (tenant, host);

    /// <summary>From now on nothing of any tenant can be reached.</summary>
    public void UseNone() => tenant = null;
}
