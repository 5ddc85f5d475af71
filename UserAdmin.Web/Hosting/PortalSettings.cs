using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Web.Hosting;

/// <summary>Section <c>UserAdmin:Portal</c>.</summary>
public sealed class PortalSettings
{
    /// <summary>The address people reach the portal under; links are made of it, and requests for other hosts are refused.</summary>
    [Url(ErrorMessage = "must be an address like https://people.example.org")]
    public string? PublicUrl { get; set; }

    [Required(AllowEmptyStrings = false, ErrorMessage = "must not be empty")]
    public string LogFolder { get; set; } = "data/logs";
}
