using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Dormancy;

/// <summary>What becomes of accounts that nobody uses (U15).</summary>
public sealed class DormancyPolicy : IValidatableObject
{
    [Display(Name = "Look after dormant accounts", Description = "Owners and exempted people are left alone. Whoever signs in is out of it.")]
    public bool IsOn { get; set; }

    [Display(Name = "Days without a sign-in until somebody is warned by mail"), Range(1, 3650, ErrorMessage = "Choose 1 to 3650 days.")]
    public int WarnAfterDays { get; set; } = 90;

    [Display(Name = "Days without a sign-in until the account is deactivated", Description = "Not before the warning is as old as the difference."), Range(1, 3650, ErrorMessage = "Choose 1 to 3650 days.")]
    public int DeactivateAfterDays { get; set; } = 120;

    [Display(Name = "Days without a sign-in until the account is deleted", Description = "0: never. A deleted account can be restored for the days that the configuration says."), Range(0, 3650, ErrorMessage = "Choose 0 to 3650 days.")]
    public int DeleteAfterDays { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DeactivateAfterDays <= WarnAfterDays)
            yield return new("This has to be later than the warning.", [nameof(DeactivateAfterDays)]);
        if (DeleteAfterDays != 0 && DeleteAfterDays <= DeactivateAfterDays)
            yield return new("This has to be later than the deactivation, or 0.", [nameof(DeleteAfterDays)]);
    }

    internal TimeSpan Warning => TimeSpan.FromDays(DeactivateAfterDays - WarnAfterDays);

    internal TimeSpan Rest => TimeSpan.FromDays(DeleteAfterDays - DeactivateAfterDays);
}
