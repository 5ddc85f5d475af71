using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Users;

/// <summary>Section <c>UserAdmin:Users</c>.</summary>
public sealed class UserSettings
{
    /// <summary>Days a deleted user can be restored; until then the user name and email address stay taken.</summary>
    [Range(1, 3650, ErrorMessage = "must be 1 to 3650 days")]
    public int RestoreDays { get; set; } = 30;
}
