using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.TwoFactor;

public sealed class SecondFactorPolicy : IStartsSometime<SecondFactorPolicy>
{
    [Display(Name = "Everybody needs a second factor", Description = "Single roles and people can be required on the coverage page.")]
    public bool IsRequired { get; set; }

    /// <summary>When it began to be required of everybody, so that nobody's time is over before it started.</summary>
    [ScaffoldColumn(false)]
    public DateTimeOffset? RequiredAt { get; set; }

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

    [Display(Name = "Hours an access pass works", Description = "Suggested when an administrator gives one. It stands in for a lost second factor, once."), Range(1, 24, ErrorMessage = "Choose 1 to 24 hours.")]
    public int AccessPassHours { get; set; } = 8;

    public void StartFrom(SecondFactorPolicy before, DateTimeOffset now) =>
        RequiredAt = !IsRequired ? null : before.IsRequired ? before.RequiredAt : now;
}
