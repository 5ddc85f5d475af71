using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.SignIn;

/// <summary>Length is a setting of the installation; there are no rules about kinds of characters (ASVS 6.2.5).</summary>
public sealed class PasswordRules
{
    internal const int LongestHistory = 10;

    [Display(Name = "Former passwords that can't be used again", Description = "0 switches this off. Each one makes changing a password a little slower."), Range(0, LongestHistory, ErrorMessage = "Choose 0 to 10.")]
    public int History { get; set; } = 5;

    [Display(Name = "Days after which a password must be changed", Description = "0 is never, which NIST SP 800-63B-4 recommends."), Range(0, 3650, ErrorMessage = "Choose 0 to 3650 days.")]
    public int MaximumAgeDays { get; set; }

    [Display(Name = "Words nobody may build a password from", Description = "The names of the organization and its products, separated by commas. Everybody's own name and address are refused anyway."), StringLength(1000, ErrorMessage = "Use 1000 characters at most.")]
    public string Words { get; set; } = "";
}
