using UserAdmin.Core.Common;

namespace UserAdmin.Core.Exports;

public static class ExportProblems
{
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "export.not_found", "This file is not there any more.");
    public static readonly Problem ListNotFound = new(ProblemKind.NotFound, "export.list_not_found", "This list is not there, or not for you.");
    public static readonly Problem BadQuery = new(ProblemKind.Invalid, "export.bad_query", "This list can't be taken out like that. Open the list again and try once more.");
    public static readonly Problem TooMany = new(ProblemKind.Busy, "export.too_many", "Three of your files are being made already. Wait for one of them, or cancel it.");
    public static readonly Problem NoFont = new(ProblemKind.Conflict, "export.no_font", "PDFs can't be made, because this server has no font for them. Choose Excel, or ask an administrator to install a font.");
    public static readonly Problem UnderWay = new(ProblemKind.Conflict, "export.under_way", "This file is being made. Cancel that first.");
    public static readonly Problem NotUnderWay = new(ProblemKind.Conflict, "export.not_under_way", "This file is made or given up already.");

    internal static readonly Problem NotActive = new(ProblemKind.NotAllowed, "export.not_active", "The account was not active any more when the file was to be made.");
    internal static readonly Problem RightsChanged = new(ProblemKind.Conflict, "export.rights_changed", "Your rights changed while the file was made. Have it made again.");
    internal static readonly Problem Failed = new(ProblemKind.Conflict, "export.failed", "The file could not be made. Try again; if it fails again, tell an administrator.");
    internal static readonly Problem Stranded = new(ProblemKind.Conflict, "export.stranded", "The server stopped several times while it made the file. Try again with fewer rows.");

    public static Problem? Find(string? code) => new[] { ListNotFound, BadQuery, TooMany, NoFont }.FirstOrDefault(problem => problem.Code == code);
}
