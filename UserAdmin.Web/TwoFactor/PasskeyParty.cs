using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;

namespace UserAdmin.Web.TwoFactor;

/// <summary>
/// For which domain passkeys are made and from which page they are accepted: the configured address or, in other tenants, the one of their domains that
/// is in use; never just a request's Host (B07).
/// </summary>
internal sealed class PasskeyParty(PublicAddress address)
{
    private readonly Lazy<Uri> url = new(() =>
    {
        var found = new Uri(address.LinkHere("/"));
        // A portal that listens on this machine alone is reached as localhost; an IP address can't have passkeys.
        return found.IsLoopback ? new UriBuilder(found) { Host = "localhost" }.Uri : found;
    });

    /// <summary>Null when the portal's address is an IP address, which can't have passkeys.</summary>
    public string? Domain => url.Value.HostNameType == UriHostNameType.Dns ? url.Value.Host : null;

    public string Origin => url.Value.GetLeftPart(UriPartial.Authority);

    public IOptions<IdentityPasskeyOptions> Options() => Microsoft.Extensions.Options.Options.Create(new IdentityPasskeyOptions
    {
        ServerDomain = Domain,
        AuthenticatorTimeout = PasskeyCeremony.Limit,
        ChallengeSize = 32,
        UserVerificationRequirement = "required",
        ResidentKeyRequirement = "required",
        ValidateOrigin = context => ValueTask.FromResult(context.Origin == Origin && !context.CrossOrigin),
    });
}
