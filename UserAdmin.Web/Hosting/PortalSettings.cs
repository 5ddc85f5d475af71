using System.ComponentModel.DataAnnotations;
using System.Net;

namespace UserAdmin.Web.Hosting;

/// <summary>Section <c>UserAdmin:Portal</c>.</summary>
public sealed class PortalSettings
{
    /// <summary>The address people reach the portal under; links are made of it, and requests for other hosts are refused.</summary>
    [Url(ErrorMessage = "must be an address like https://people.example.org")]
    public string? PublicUrl { get; set; }

    /// <summary>Addresses of the proxies, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed (I03). None by default.</summary>
    [CustomValidation(typeof(PortalSettings), nameof(CheckAddresses))]
    public string TrustedProxies { get; set; } = "";

    [Required(AllowEmptyStrings = false, ErrorMessage = "must not be empty")]
    public string LogFolder { get; set; } = "data/logs";

    /// <summary>Connected pages of one user on one server (C12).</summary>
    [Range(1, 100_000, ErrorMessage = "must be 1 to 100000")]
    public int PagesPerUser { get; set; } = 20;

    /// <summary>Connected pages of everybody behind one address; a company behind one address needs more.</summary>
    [Range(1, 100_000, ErrorMessage = "must be 1 to 100000")]
    public int PagesPerAddress { get; set; } = 40;

    internal static IReadOnlyList<string> AddressesIn(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static ValidationResult? CheckAddresses(string? list) =>
        AddressesIn(list).All(address => IPAddress.TryParse(address, out _)) ? ValidationResult.Success : new("must be addresses like 10.0.0.5, separated by commas");
}
