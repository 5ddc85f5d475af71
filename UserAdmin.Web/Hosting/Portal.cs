using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Microsoft.AspNetCore.SignalR;
using Radzen;
using UserAdmin.Core;
using UserAdmin.Core.Common;
using UserAdmin.Web.Security;
using UserAdmin.Web.Ui;
using UserAdmin.Web.Shell;

namespace UserAdmin.Web.Hosting;

internal static class Portal
{
    public static void AddPortal(this IServiceCollection services)
    {
        services.AddSettings<PortalSettings>("Portal");
        services.AddMemoryCache();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(3))
            .AddHubOptions(hub =>
            {
                hub.MaximumReceiveMessageSize = 32 * 1024;
                hub.AddFilter<CircuitOwners>();
            });
        services.AddSingleton<CircuitOwners>();
        services.AddScoped<AccessChanges>();
        services.AddScoped<CircuitConnection>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<CircuitConnection>());
        services.AddSingleton<CircuitLimits>();
        services.AddRadzenComponents();
        services.AddCascadingAuthenticationState();
        services.AddSingleton(PortalAddressOf);
        services.AddSingleton<HostNames>();
        services.AddSingleton<Handover>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database").AddCheck<SealingHealth>("seals");
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
    }

    // On the command line nothing listens; the portal beside it listens where both are told to.
    private static PortalAddress PortalAddressOf(IServiceProvider services) => new(() =>
        services.GetRequiredService<IOptions<PortalSettings>>().Value.PublicUrl
        ?? (services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? services.GetRequiredService<IConfiguration>()["urls"]?.Split(';')[0])
            ?.Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal)
        ?? "http://localhost");

    /// <summary>
    /// Serves the files of the packages from where the build left them, as ./run does, and lets browsers keep them: their names change
    /// with their content.
    /// </summary>
    public static void AddStaticFiles(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseStaticWebAssets();
        if (!builder.Environment.IsDevelopment())
            builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
    }

    // Our policy says who may frame a page; Blazor's own header would only repeat it.
    public static void MapPortal(this WebApplication app) =>
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options =>
        {
            options.ContentSecurityFrameAncestorsPolicy = null;
            // Compressed, but without remembering what was sent before: that memory is most of what an open page costs.
            options.ConfigureWebSocketAcceptContext = (_, socket) =>
            {
                (socket.DangerousEnableCompression, socket.DisableServerContextTakeover) = (true, true);
                return Task.CompletedTask;
            };
        });
}
