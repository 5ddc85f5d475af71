using System.ComponentModel.DataAnnotations;
using System.Net;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>Section <c>UserAdmin:Forwarding</c>: where events may be sent. Only who runs the installation says that.</summary>
public sealed class ForwardingSettings
{
    /// <summary>Networks besides the public internet, such as <c>10.1.0.0/16, fd00::/8</c>. Within them events may also travel unencrypted.</summary>
    [CustomValidation(typeof(ForwardingSettings), nameof(CheckNetworks))]
    public string AllowedNetworks { get; set; } = "";

    /// <summary>How long another system may take to accept a batch.</summary>
    [Range(1, 60, ErrorMessage = "must be 1 to 60 seconds")]
    public int TimeoutSeconds { get; set; } = 20;

    internal IReadOnlyList<IPNetwork> Networks => [.. Parts(AllowedNetworks).Select(part => IPNetwork.Parse(part))];

    public static ValidationResult? CheckNetworks(string networks) =>
        Parts(networks).All(part => IPNetwork.TryParse(part, out _)) ? ValidationResult.Success : new("must be networks like 10.1.0.0/16, parted by commas");

    private static string[] Parts(string networks) => networks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
