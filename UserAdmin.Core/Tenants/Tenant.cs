using UserAdmin.Core.Data;

namespace UserAdmin.Core.Tenants;

/// <summary>A customer with a database of its own. The default installation has exactly one.</summary>
public sealed record Tenant(string Name, DatabaseProvider Provider, string ConnectionString)
{
    public const string HostName = "default";

    /// <summary>The tenant that every installation has; the catalogue of the others is in its database.</summary>
    public bool IsHost => Name == HostName;
}

/// <summary>The tenant a scope works for: set once when the scope starts, from the request's host name or the page's session.</summary>
public sealed class CurrentTenant(TenantDirectory directory)
{
    public Tenant Tenant { get; private set; } = directory.Default;

    public void Use(Tenant tenant) => Tenant = tenant;
}

/// <summary>Which tenants there are and which host name belongs to which.</summary>
public sealed class TenantDirectory(Microsoft.Extensions.Options.IOptions<DatabaseSettings> database)
{
    public Tenant Default { get; } = new(Tenant.HostName, database.Value.Provider, database.Value.ConnectionString);

    public IReadOnlyList<Tenant> All => [Default];
}
