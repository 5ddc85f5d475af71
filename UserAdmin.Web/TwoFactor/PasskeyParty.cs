using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;

namespace UserAdmin.Web.TwoFactor;

/// <summary>For which domain passkeys are made and from which page they are accepted: the configured address, never a request's Host (B07).</summary>
internal sealed class PasskeyParty(PublicAddress address) : IConfigureOptions<IdentityPasskeyOptions>
{
    private readonly Lazy<Uri> url = new(() =>
    {
        var found = new Uri(address.Link("/"));
        // A portal that listens on this machine alone is reached as localhost; an IP address can't have passkeys.
        return found.IsLoopback ? new UriBuilder(found) { Host = "localhost" }.Uri : found;
    });

    /// <summary>Null when the portal's address is an IP address, which can't have passkeys.</summary>
    public string? Domain => url.Value.HostNameType == UriHostNameType.Dns ? url.Value.Host : null;

    public string Origin => url.Value.GetLeftPart(UriPartial.Authority);

    public void Configure(IdentityPasskeyOptions options)
    {
        options.ServerDomain = Domain;
        options.AuthenticatorTimeout = PasskeyCeremony.Limit;
        options.ChallengeSize = 32;
        options.UserVerificationRequirement = "required";
        options.ResidentKeyRequirement = "required";
        options.ValidateOrigin = context => ValueTask.FromResult(context.Origin == Origin && !context.CrossOrigin);
    }
}
