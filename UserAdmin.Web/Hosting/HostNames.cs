using Microsoft.AspNetCore.HostFiltering;

namespace UserAdmin.Web.Hosting;

internal static class HostNames
{
    /// <summary>Answers only for the public address and for this machine itself; other Host headers get 400 (A13).</summary>
    public static void AddHostNames(this WebApplicationBuilder builder)
    {
        var publicUrl = builder.Configuration["UserAdmin:Portal:PublicUrl"];
        builder.Services.Configure<HostFilteringOptions>(options =>
        {
            options.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"];
            if (Uri.TryCreate(publicUrl, UriKind.Absolute, out var address))
                options.AllowedHosts.Add(address.Host);
        });
    }
}
