using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Exports;

public sealed class ExportPolicy
{
    [Display(Name = "Hours a file is kept", Description = "Files that people had made in the background are removed after that."), Range(1, 720, ErrorMessage = "Choose 1 to 720 hours.")]
    public int KeptHours { get; set; } = 24;

    [Display(Name = "Days the file of a scheduled report is kept"), Range(1, 365, ErrorMessage = "Choose 1 to 365 days.")]
    public int KeptReportDays { get; set; } = 30;

    [Display(Name = "Rows that are sent at once", Description = "Longer lists are made in the background, and their makers find the file under My exports."), Range(0, 1_000_000, ErrorMessage = "Choose 0 to 1,000,000 rows.")]
    public int RowsAtOnce { get; set; } = 20_000;

    [Display(Name = "Most rows of a PDF", Description = "Excel, CSV and JSON have no limit."), Range(100, 20_000, ErrorMessage = "Choose 100 to 20,000 rows.")]
    public int PdfRows { get; set; } = 5000;

    internal DateTimeOffset EndOf(Export export, DateTimeOffset from) => export.ReportRunId is null ? from.AddHours(KeptHours) : from.AddDays(KeptReportDays);
}

/// <summary>Section <c>UserAdmin:Exports</c>.</summary>
public sealed class ExportSettings
{
    /// <summary>Whether this server makes files in the background. At least one server has to.</summary>
    public bool Work { get; set; } = true;

    /// <summary>A TrueType font (.ttf) for PDFs. Without it one of the system's is taken: DejaVu Sans, Noto Sans, Liberation Sans or Arial.</summary>
    public string? PdfFont { get; set; }
}
