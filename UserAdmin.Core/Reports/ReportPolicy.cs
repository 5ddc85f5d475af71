using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Reports;

public sealed class ReportPolicy
{
    [Display(Name = "Attach the files of scheduled reports", Description = "Otherwise the mail has a link that asks for the sign-in. An attached file is in the mailbox, and nobody can take it back.")]
    public bool AttachFiles { get; set; }

    [Display(Name = "Largest file that is attached, in MB", Description = "Larger ones come as a link."), Range(1, 20, ErrorMessage = "Choose 1 to 20 MB.")]
    public int MostAttachedMegabytes { get; set; } = 5;
}
