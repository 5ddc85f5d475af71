using System.Net;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;

namespace UserAdmin.Web.Hosting;

internal static class HostNames
{
    /// <summary>Answers only for the public address and for this machine itself (A13), and believes only the named proxies (I03).</summary>
    public static void AddHostNames(this WebApplicationBuilder builder)
    {
        var publicUrl = builder.Configuration["UserAdmin:Portal:PublicUrl"];
        builder.Services.Configure<HostFilteringOptions>(options =>
        {
            options.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"];
            if (Uri.TryCreate(publicUrl, UriKind.Absolute, out var address))
                options.AllowedHosts.Add(address.Host);
        });
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
