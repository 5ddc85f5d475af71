using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Sessions;

/// <summary>Section <c>UserAdmin:Sessions</c>. The defaults are ours; NIST SP 800-63B-4 allows at most 60 minutes and 24 hours at AAL2.</summary>
public sealed class SessionSettings
{
    [Range(1, 60, ErrorMessage = "must be 1 to 60 minutes")]
    public int IdleMinutes { get; set; } = 30;

    [Range(1, 24, ErrorMessage = "must be 1 to 24 hours")]
    public int AbsoluteHours { get; set; } = 12;

    public TimeSpan IdleLimit => TimeSpan.FromMinutes(IdleMinutes);

    public TimeSpan AbsoluteLimit => TimeSpan.FromHours(AbsoluteHours);
}
