using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace UserAdmin.Web.Hosting;

/// <summary>The address that links are made of: the configured one or where the server listens, never the Host header of a request (A13).</summary>
public sealed class PublicAddress(IOptions<PortalSettings> settings, IServer server)
{
    public string Link(string path) => $"{Base.TrimEnd('/')}/{path.TrimStart('/')}";

    private string Base => settings.Value.PublicUrl
        ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal)
        ?? "http://localhost";
}
