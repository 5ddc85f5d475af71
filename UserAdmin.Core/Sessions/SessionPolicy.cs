using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Sessions;

public enum RiskResponse
{
    [Display(Name = "Only record it and tell the owner")] Tell,
    [Display(Name = "Ask for the second factor, even on a remembered device")] AskSecondFactor,
    [Display(Name = "Refuse the sign-in")] Block,
}

public sealed class SessionPolicy
{
    [Display(Name = "Minutes without activity until a session ends"), Range(1, 60, ErrorMessage = "Choose 1 to 60 minutes.")]
    public int IdleMinutes { get; set; } = 30;

    [Display(Name = "Hours after which a session ends in any case"), Range(1, 24, ErrorMessage = "Choose 1 to 24 hours.")]
    public int AbsoluteHours { get; set; } = 12;

    [Display(Name = "Open sessions of one user", Description = "With one more, the oldest ends."), Range(1, 100, ErrorMessage = "Choose 1 to 100.")]
    public int MaximumSessions { get; set; } = 10;

    [Display(Name = "Days ended sessions are kept", Description = "Afterwards they are removed. The audit log keeps the sign-ins."), Range(30, 3650, ErrorMessage = "Choose 30 to 3650 days.")]
    public int HistoryDays { get; set; } = 90;

    [Display(Name = "When a sign-in looks suspicious")]
    public RiskResponse OnRisk { get; set; }

    public TimeSpan IdleLimit() => TimeSpan.FromMinutes(IdleMinutes);

    public TimeSpan AbsoluteLimit() => TimeSpan.FromHours(AbsoluteHours);
}
