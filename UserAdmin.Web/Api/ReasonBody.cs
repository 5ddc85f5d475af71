using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Web.Api;

/// <summary>For acts that say why.</summary>
internal class ReasonBody
{
    [Required(ErrorMessage = "Say why, in a few words."), StringLength(500, ErrorMessage = "The reason can have 500 characters at most."), Description("Why; it stands in the audit log.")]
    public string Reason { get; set; } = ApiChoice.DefaultReason;
}
