using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Tenants;

/// <summary>A new tenant and the person who will own it.</summary>
public sealed class TenantForm
{
    /// <summary>What host names and file names can hold, so that nothing has to be escaped anywhere.</summary>
    [Display(Name = "Name"), Required(ErrorMessage = "Enter a name."), RegularExpression("^[a-z](?:-?[a-z0-9]){1,29}$", ErrorMessage = "2 to 30 lower case letters, digits and single hyphens, with a letter first.")]
    public string Name { get; set; } = "";

    [Display(Name = "Title"), Required(ErrorMessage = "Enter a title."), PlainText(200)]
    public string Title { get; set; } = "";

    /// <summary>Empty for the name below the base domain.</summary>
    [Display(Name = "Domain"), StringLength(DomainName.MaximumLength, ErrorMessage = "This is too long for a domain.")]
    public string Domain { get; set; } = "";

    [Display(Name = "First name"), Required(ErrorMessage = "Enter the owner's first name."), PlainText(100)]
    public string OwnerFirstName { get; set; } = "";

    [Display(Name = "Last name"), Required(ErrorMessage = "Enter the owner's last name."), PlainText(100)]
    public string OwnerLastName { get; set; } = "";

    [Display(Name = "Email"), Required(ErrorMessage = "Enter the owner's email address."), Email]
    public string OwnerEmail { get; set; } = "";
}

public sealed class DomainForm
{
    [Display(Name = "Domain"), Required(ErrorMessage = "Enter a domain."), StringLength(DomainName.MaximumLength, ErrorMessage = "This is too long for a domain.")]
    public string Host { get; set; } = "";
}
