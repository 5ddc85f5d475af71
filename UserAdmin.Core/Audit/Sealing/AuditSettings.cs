using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>Section <c>UserAdmin:Audit</c>.</summary>
public sealed class AuditSettings
{
    /// <summary>Where the private keys that sign seals are. Servers that share a database share this folder, too.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "must not be empty")]
    public string KeyFolder { get; set; } = "data/audit-keys";

    /// <summary>Checkpoints are appended to this file; on a disk that only takes additions it shows a log that was cut or put back.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "must not be empty")]
    public string CheckpointFile { get; set; } = "data/audit-checkpoints.txt";

    /// <summary>What is over its time is kept in this folder as a proof before it is removed; empty: it is not kept.</summary>
    public string? ArchiveFolder { get; set; }

    /// <summary>Whether what waits is sealed when this server stops.</summary>
    public bool SealAtStop { get; set; } = true;
}

/// <summary>Who is told about the audit log itself.</summary>
[Policy(Permission.AuditManage)]
public sealed class CompliancePolicy
{
    [Display(Name = "Compliance address", Description = "Gets the daily checkpoints of the audit log, and a mail when it is not sealed or an event was altered. Keep the checkpoints outside of this portal."), EmailAddress(ErrorMessage = "Enter an email address."), StringLength(254)]
    public string? Address { get; set; }
}
