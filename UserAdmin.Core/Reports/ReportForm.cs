using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Reports.Builder;

namespace UserAdmin.Core.Reports;

public sealed class ReportForm
{
    [Display(Name = "Name"), Required(ErrorMessage = "Give the report a name."), PlainText(100)]
    public string Name { get; set; } = "";

    [Display(Name = "Description"), PlainText(500)]
    public string? Description { get; set; }

    /// <summary>Everybody who may see reports sees it, each with the rows that they may see.</summary>
    public bool IsShared { get; set; }

    public ReportDefinition Definition { get; set; } = new();
}

public sealed record ReportRow(Guid Id, string Name, string? Description, bool IsShared, bool IsOwn, string Owner, DateTimeOffset ChangedAt);

/// <param name="Definition">Null when what it is built on is not there any more.</param>
public sealed record ReportDetails(Guid Id, string Name, string? Description, bool IsShared, bool MayEdit, ReportDefinition? Definition, Guid Stamp);
