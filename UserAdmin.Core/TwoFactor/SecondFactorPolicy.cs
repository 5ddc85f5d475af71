using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.TwoFactor;

public sealed class SecondFactorPolicy
{
    [Display(Name = "Everybody needs a second factor", Description = "Single roles and people can be required on the coverage page.")]
    public bool IsRequired { get; set; }

    [Display(Name = "Days to set one up", Description = "Counted from when it is first required of somebody. Afterwards they can do nothing else."), Range(0, 90, ErrorMessage = "Choose 0 to 90 days.")]
    public int GraceDays { get; set; } = 7;

    [Display(Name = "Allow codes by email", Description = "Weaker: whoever reads the mailbox can also reset the password.")]
    public bool AllowsEmail { get; set; }

    [Display(Name = "Allow codes by SMS", Description = "Weaker: phone numbers can be taken over. Needs an SMS service in the configuration.")]
    public bool AllowsSms { get; set; }

    [Display(Name = "Days a device is remembered", Description = "0 asks for the second factor at every sign-in. Administrators are always asked."), Range(0, 30, ErrorMessage = "Choose 0 to 30 days.")]
    public int RememberDays { get; set; } = 30;

    [Display(Name = "A second administrator must approve a reset")]
    public bool ResetNeedsApproval { get; set; }
}
