using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Web.Hosting;

/// <summary>Section <c>UserAdmin:Portal</c>.</summary>
public sealed class PortalSettings
{
    /// <summary>The address people reach the portal under; links are made of it, and requests for other hosts are refused.</summary>
    [Url(ErrorMessage = "must be an address like https://people.example.org")]
    public string? PublicUrl { get; set; }

    /// <summary>Addresses of the proxies, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed (I03). None by default.</summary>
    [RegularExpression(@"^[0-9a-fA-F.:, ]*$", ErrorMessage = "must be addresses like 10.0.0.5, separated by commas")]
    public string TrustedProxies { get; set; } = "";

    [Required(AllowEmptyStrings = false, ErrorMessage = "must not be empty")]
    public string LogFolder { get; set; } = "data/logs";
}
