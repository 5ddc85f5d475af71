using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.Audit.Retention;

/// <summary>How many days the events of each category are kept.</summary>
[Policy(Permission.AuditManage)]
public sealed class AuditRetentionPolicy
{
    private const string Wrong = "Choose 30 to 36,500 days.";

    [Display(Name = "Sign-ins"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int SignInDays { get; set; } = 400;

    [Display(Name = "Users"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int UsersDays { get; set; } = 400;

    [Display(Name = "Sessions and devices"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int SessionsDays { get; set; } = 400;

    [Display(Name = "Security of accounts"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int SecurityDays { get; set; } = 400;

    [Display(Name = "Messages"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int NotificationsDays { get; set; } = 90;

    [Display(Name = "Exports"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int ExportsDays { get; set; } = 90;

    [Display(Name = "Reports"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int ReportsDays { get; set; } = 90;

    [Display(Name = "Jobs"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int JobsDays { get; set; } = 90;

    [Display(Name = "Roles and rights"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int AccessDays { get; set; } = 2_557;

    [Display(Name = "Organizations"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int OrganizationsDays { get; set; } = 2_557;

    [Display(Name = "Settings"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int SettingsDays { get; set; } = 2_557;

    [Display(Name = "The portal itself"), Range(30, 36_500, ErrorMessage = Wrong)]
    public int SystemDays { get; set; } = 2_557;

    [Display(Name = "Network addresses", Description = "After so many days the address goes, and with it the name that was noted, since both stand under one seal. Who it was stays known by the account, as long as there is one. 0 keeps addresses as long as the event."), Range(0, 36_500, ErrorMessage = "Choose 0 to 36,500 days.")]
    public int AddressDays { get; set; }

    public static IReadOnlyList<AuditCategory> Categories { get; } = Enum.GetValues<AuditCategory>();

    public int DaysOf(AuditCategory category) => category switch
    {
        AuditCategory.SignIn => SignInDays,
        AuditCategory.Users => UsersDays,
        AuditCategory.Sessions => SessionsDays,
        AuditCategory.Security => SecurityDays,
        AuditCategory.Notifications => NotificationsDays,
        AuditCategory.Exports => ExportsDays,
        AuditCategory.Reports => ReportsDays,
        AuditCategory.Jobs => JobsDays,
        AuditCategory.Access => AccessDays,
        AuditCategory.Organizations => OrganizationsDays,
        AuditCategory.Settings => SettingsDays,
        AuditCategory.System => SystemDays,
        _ => throw new ArgumentOutOfRangeException(nameof(category)),
    };

    /// <summary>Whether anything would be kept for a shorter time than by the other.</summary>
    public bool IsShorterThan(AuditRetentionPolicy other) =>
        Categories.Any(category => DaysOf(category) < other.DaysOf(category)) || AddressTime(this) < AddressTime(other);

    private static int AddressTime(AuditRetentionPolicy policy) => policy.AddressDays == 0 ? int.MaxValue : policy.AddressDays;
}
