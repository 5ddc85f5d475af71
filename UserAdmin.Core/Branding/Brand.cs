using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Core.Branding;

/// <summary>As whom the portal shows itself (O8). Empty values are those of the product or of the mail settings.</summary>
public sealed class Brand : IValidatableObject
{
    public const string Product = MailTemplates.Portal;

    [Display(Name = "Name", Description = "Stands in the menu, in page titles, on the sign-in page and in mails.")]
    [Required(ErrorMessage = "Enter a name."), PlainText(60)]
    public string Name { get; set; } = Product;

    [Display(Name = "Colour", Description = "Of buttons and links, for everybody who chose no other. Light and dark shades of it that can be read are worked out.")]
    [RegularExpression("^(#[0-9a-fA-F]{6})?$", ErrorMessage = "Enter a colour like #2f5fd0, or nothing.")]
    public string Colour { get; set; } = "";

    [Display(Name = "Sender's name", Description = "Stands as sender in mails. Empty: what the mail settings say.")]
    [PlainText(100)]
    public string SenderName { get; set; } = "";

    [Display(Name = "Sender's address", Description = "The mail server must be allowed to send for it. Empty: what the mail settings say.")]
    [StringLength(256)]
    public string SenderAddress { get; set; } = "";

    [Display(Name = "Address for help", Description = "Shown on the sign-in page, and where answers to mails go.")]
    [StringLength(256)]
    public string SupportAddress { get; set; } = "";

    /// <summary>Null without a colour of its own.</summary>
    public BrandPalette? Palette => Colour.Length == 7 ? BrandPalette.Of(Colour) : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SenderAddress.Length > 0 && !EmailAttribute.IsAddress(SenderAddress))
            yield return new("This is not an email address like name@example.org.", [nameof(SenderAddress)]);
        if (SupportAddress.Length > 0 && !EmailAttribute.IsAddress(SupportAddress))
            yield return new("This is not an email address like name@example.org.", [nameof(SupportAddress)]);
    }
}
