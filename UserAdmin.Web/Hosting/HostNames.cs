using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace UserAdmin.Web.Hosting;

internal static class HostNames
{
    /// <summary>
    /// Answers only for the public address and for this machine itself (A13). The framework's own filter would answer before anything
    /// else, so without the security headers.
    /// </summary>
    public static void UseHostNames(this WebApplication app)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "[::1]" };
        if (Uri.TryCreate(app.Configuration["UserAdmin:Portal:PublicUrl"], UriKind.Absolute, out var address))
            names.Add(address.Host);
        app.Use((context, next) =>
        {
            if (names.Contains(context.Request.Host.Host))
                return next();
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
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
