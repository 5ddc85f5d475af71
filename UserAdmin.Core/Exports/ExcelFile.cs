using System.Globalization;
using System.IO.Compression;
using UserAdmin.Core.Common;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Core.Exports;

/// <summary>
/// A workbook, its XML written straight into the zip. Sheets of rows come first in the file and what needs their number (tables, the first sheet that people see, the
/// list of parts) at its end: a zip's directory is at its end, too, so the order inside doesn't matter to any reader.
/// </summary>
internal sealed class ExcelFile : TableFile
{
    /// <summary>What Excel can open, the heading included.</summary>
    public const int MostRows = 1_048_576;

    // A zip that is written without going back can't say more than 4 GB of one part to every reader.
    private const long MostBytes = 3_500_000_000;

    private readonly int mostRows;
    private readonly ZipArchive zip;
    private readonly FileBuffer xml = new();
    private readonly ExcelCells cells;
    private readonly List<int> sheets = [];
    private Stream? sheet;
    private int rowsOfSheet;
    private long bytesOfSheet;

    public ExcelFile(ExportTable table, ExportOrder order, int mostRows = MostRows) : base(table, order)
    {
        this.mostRows = mostRows;
        zip = new(Output, ZipArchiveMode.Create, leaveOpen: true);
        cells = new(xml, Local, table.Columns.Count);
    }

    public override void Begin() => BeginSheet();

    public override bool Write(object?[] row)
    {
        if (rowsOfSheet == mostRows || bytesOfSheet > MostBytes)
        {
            EndSheet();
            BeginSheet();
        }
        cells.Row(++rowsOfSheet, row);
        if (xml.Count >= 64 * 1024)
            Compress();
        return true;
    }

    public override void End(long rows)
    {
        EndSheet();
        var names = ExcelParts.SheetNames(T("About"), Table.Title, sheets.Count);
        for (var i = 0; i < sheets.Count; i++)
        {
            Part($"xl/worksheets/_rels/sheet{i + 2}.xml.rels", ExcelParts.SheetRelations(i + 1));
            Part($"xl/tables/table{i + 1}.xml", ExcelParts.Table(i + 1, Headings(), sheets[i]));
        }
        Part("xl/worksheets/sheet1.xml", ExcelParts.About(Facts(rows), Table.Title));
        Part("xl/workbook.xml", ExcelParts.Workbook(names));
        Part("xl/_rels/workbook.xml.rels", ExcelParts.WorkbookRelations(names.Count));
        Part("xl/styles.xml", ExcelParts.Styles);
        Part("_rels/.rels", ExcelParts.Relations);
        Part("[Content_Types].xml", ExcelParts.ContentTypes(sheets.Count));
        zip.Dispose();
    }

    public override void Dispose()
    {
        sheet?.Dispose();
        zip.Dispose();
        xml.Dispose();
        base.Dispose();
    }

    private void BeginSheet()
    {
        sheet = zip.CreateEntry($"xl/worksheets/sheet{sheets.Count + 2}.xml", CompressionLevel.Fastest).Open();
        (rowsOfSheet, bytesOfSheet) = (1, 0);
        xml.WriteText(ExcelParts.SheetBegin(Table.Columns));
        cells.Heading(Headings());
    }

    private void EndSheet()
    {
        xml.WriteText(ExcelParts.SheetEnd);
        Compress();
        sheet!.Dispose();
        sheets.Add(rowsOfSheet);
    }

    private void Compress()
    {
        sheet!.Write(xml.Written);
        bytesOfSheet += xml.Count;
        xml.Clear();
    }

    // A table's headings differ from each other, whatever their case.
    private List<string> Headings()
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var headings = new List<string>();
        foreach (var column in Table.Columns)
        {
            var plain = column.Name.Length == 0 ? "–" : Text.Shorten(column.Name.ReplaceLineEndings(" "), 200);
            var name = plain;
            for (var i = 2; !taken.Add(name); i++)
                name = $"{plain} {i}";
            headings.Add(name);
        }
        return headings;
    }

    private List<(string Name, object? Value)> Facts(long rows) =>
    [
        (T("Made by"), Order.By),
        (T("Made at"), Local.Of(Order.At)),
        (T("Times are of"), Order.Zone.Id),
        (T("Rows"), rows),
        .. Table.Facts.Select(fact => (fact.Name, (object?)fact.Value)),
        .. Table.Figures.Select(figure => (figure.Name, (object?)figure.Value)),
    ];

    private void Part(string name, string content)
    {
        using var part = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        xml.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"u8);
        xml.WriteText(content);
        part.Write(xml.Written);
        xml.Clear();
    }
}
