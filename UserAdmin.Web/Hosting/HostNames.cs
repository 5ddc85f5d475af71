using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Tenants;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Hosting;

/// <summary>Which tenant answers at a host: the default one at the public address and on this machine itself, the others at their domains.</summary>
internal sealed class HostNames(IOptions<PortalSettings> settings, TenantDirectory tenants)
{
    private readonly HashSet<string> own = new([.. TenantDomains.OfThisMachine, .. Uri.TryCreate(settings.Value.PublicUrl, UriKind.Absolute, out var url) ? [url.Host, url.IdnHost] : Array.Empty<string>()],
        StringComparer.OrdinalIgnoreCase);

    private readonly KnownTenant host = new(tenants.Default, TenantStatus.Active, null);

    public async ValueTask<KnownTenant?> FindAsync(string name, CancellationToken cancel) =>
        own.Contains(name) ? host : await tenants.FindByHostAsync(name, cancel);

    /// <summary>The tenant of somebody signed in, while it may be used and only at its own addresses (E04); null otherwise.</summary>
    public async ValueTask<Tenant?> FindAsync(ClaimsPrincipal principal, string pageAddress, CancellationToken cancel) =>
        await tenants.FindActiveAsync(principal.TenantName, cancel) is { } tenant
        && Uri.TryCreate(pageAddress, UriKind.Absolute, out var page) && await FindAsync(page.Host, cancel) is { IsOpen: true } here && here.Tenant == tenant
            ? tenant : null;
}

/// <summary>Says that a page exists in the default tenant alone. Elsewhere its address leads nowhere.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnlyInDefaultTenantAttribute : Attribute;

internal static class HostNaming
{
    /// <summary>
    /// Finds the request's tenant by its host name and nothing else (A13, E04). The framework's own filter of host names would answer before
    /// anything else, so without the security headers.
    /// </summary>
    public static void UseHostNames(this WebApplication app)
    {
        var names = app.Services.GetRequiredService<HostNames>();
        var logger = app.Services.GetRequiredService<ILogger<HostNames>>();
        app.Use(async (context, next) =>
        {
            var host = context.Request.Host.Host;
            if (await names.FindAsync(host, context.RequestAborted) is not { } found)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }
            var endpoint = context.GetEndpoint();
            if (!found.IsOpen && endpoint?.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            {
                await ClosedPage.WriteAsync(context, found);
                return;
            }
            context.RequestServices.GetRequiredService<CurrentTenant>().Use(found.Tenant, host);
            if (!found.Tenant.IsHost && endpoint?.Metadata.GetMetadata<OnlyInDefaultTenantAttribute>() is not null)
                context.SetEndpoint(null);
            using var log = logger.BeginTenant(found.Tenant);
            await next(context);
        });
    }

    /// <summary>Believes only the named proxies about who calls (I03).</summary>
    public static void AddTrustedProxies(this WebApplicationBuilder builder)
    {
        // An empty list would mean that everybody is believed, so without proxies nothing is read at all.
        var proxies = PortalSettings.AddressesIn(builder.Configuration["UserAdmin:Portal:TrustedProxies"]);
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = proxies.Count > 0 ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto : ForwardedHeaders.None;
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            foreach (var proxy in proxies)
                options.KnownProxies.Add(IPAddress.Parse(proxy));
        });
    }
}
