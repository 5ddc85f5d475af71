using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Common;

/// <summary>Where the default tenant is reached: the configured address or where the server listens, never the Host header of a request (A13).</summary>
public sealed class PortalAddress(Func<string> find)
{
    public string Url => find().TrimEnd('/');

    /// <summary>The same scheme and port at another host.</summary>
    public string At(string host) => Uri.TryCreate(Url, UriKind.Absolute, out var url) ? new UriBuilder(url) { Host = host }.Uri.GetLeftPart(UriPartial.Authority) : $"https://{host}";
}

/// <summary>The address that links of the current tenant are made of.</summary>
public sealed class PublicAddress(PortalAddress portal, CurrentTenant tenant, TenantDirectory tenants)
{
    /// <summary>A link for a mail or to hand over: it names the tenant's primary domain.</summary>
    public string Link(string path) => Under(tenant.Tenant.IsHost ? null : tenants.PrimaryHostOf(tenant.Tenant) ?? tenant.Host, path);

    /// <summary>A link that has to come back to the page from which it is followed: at the domain, one of the tenant's, that the request came by.</summary>
    public string LinkHere(string path) => Under(tenant.Tenant.IsHost ? null : tenant.Host ?? tenants.PrimaryHostOf(tenant.Tenant), path);

    private string Under(string? host, string path) => $"{(host is null ? portal.Url : portal.At(host))}/{path.TrimStart('/')}";
}
