using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

/// <summary>What somebody says who makes their own account. The email address becomes the user name where no other is wished for, or somebody has that one.</summary>
public sealed class RegistrationForm
{
    [Display(Name = "First name"), Required(ErrorMessage = "Enter your first name."), PlainText(100)]
    public string FirstName { get; set; } = "";

    [Display(Name = "Last name"), Required(ErrorMessage = "Enter your last name."), PlainText(100)]
    public string LastName { get; set; } = "";

    [Display(Name = "Email"), Required(ErrorMessage = "Enter your email address."), Email]
    public string Email { get; set; } = "";

    [UserName]
    public string? UserName { get; set; }

    [Required(ErrorMessage = "Enter a password."), StringLength(512, ErrorMessage = "This is too long for a password.")]
    public string Password { get; set; } = "";

    /// <summary>The number of the terms that were on the page.</summary>
    public int? Terms { get; set; }

    public bool AcceptsTerms { get; set; }
}
