using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.AccessRequests;

public sealed class AccessRequestPolicy
{
    internal const int MostHours = 24 * 365;

    [Display(Name = "Most days a role can be asked for"), Range(1, 365, ErrorMessage = "Choose 1 to 365 days.")]
    public int MaximumDays { get; set; } = 365;

    [Display(Name = "Roles can be asked for without an end")]
    public bool AllowWithoutEnd { get; set; } = true;

    [Display(Name = "Days until deciders are reminded", Description = "Of requests that nobody has decided; once."), Range(1, 30, ErrorMessage = "Choose 1 to 30 days.")]
    public int ReminderDays { get; set; } = 3;

    public bool Allows(int? hours) => hours is null ? AllowWithoutEnd : hours >= 1 && hours <= MaximumDays * 24;
}
