using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Registration;

public enum RegistrationMode
{
    [Display(Name = "Closed: administrators make all accounts")] Closed,
    [Display(Name = "By invitation: whom an administrator invited")] ByInvitation,
    [Display(Name = "Open: everybody who confirms an email address")] Open,
}

public sealed class RegistrationPolicy
{
    [Display(Name = "Who may register")]
    public RegistrationMode Mode { get; set; }

    [Display(Name = "Days an invitation works"), Range(1, 30, ErrorMessage = "Choose 1 to 30 days.")]
    public int InvitationDays { get; set; } = 7;

    [Display(Name = "Days a registration waits for its confirmation", Description = "Afterwards it is removed, and the address is free again."), Range(1, 90, ErrorMessage = "Choose 1 to 90 days.")]
    public int UnconfirmedDays { get; set; } = 7;
}
