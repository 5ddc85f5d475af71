using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Backups;

/// <summary>Section <c>UserAdmin:Backups</c>.</summary>
public sealed class BackupSettings
{
    /// <summary>Where the backups of SQLite databases go; best on another disk.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "must not be empty")]
    public string Folder { get; set; } = "data/backups";

    /// <summary>How many backups of each database are kept.</summary>
    [Range(1, 1000, ErrorMessage = "must be 1 to 1000")]
    public int Keep { get; set; } = 7;
}

public sealed class BackupPolicy
{
    [Display(Name = "Days without a backup until administrators are reminded", Description = "On PostgreSQL and SQL Server, where whoever looks after the database makes the backups and notes them here. 0: never."), Range(0, 365, ErrorMessage = "Choose 0 to 365 days.")]
    public int ReminderDays { get; set; } = 7;
}
