using System.Globalization;
using System.Text;

namespace UserAdmin.Core.Exports;

/// <summary>The small parts of a workbook.</summary>
internal static class ExcelParts
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string Type = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    public const string SheetEnd = "</sheetData><tableParts count=\"1\"><tablePart r:id=\"rId1\"/></tableParts></worksheet>";

    // Cells are 0 plain, 1 an instant, 2 a date, 3 text that looks like a formula, 4 a heading, 5 the title.
    public const string Styles =
        $"""
        <styleSheet xmlns="{Main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/></numFmts>
        <fonts count="3"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="16"/><name val="Calibri"/><family val="2"/></font></fonts>
        <fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
        <cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
        <cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>
        <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles><dxfs count="0"/><tableStyles count="0" defaultTableStyle="TableStyleMedium2" defaultPivotStyle="PivotStyleLight16"/></styleSheet>
        """;

    public const string Relations = $"""<Relationships xmlns="{Package}"><Relationship Id="rId1" Type="{Office}/officeDocument" Target="xl/workbook.xml"/></Relationships>""";

    public static string SheetBegin(IReadOnlyList<ExportColumn> columns) =>
        $"""
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <worksheet xmlns="{Main}" xmlns:r="{Office}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{string.Concat(columns.Select((column, i) => string.Create(CultureInfo.InvariantCulture, $"<col min=\"{i + 1}\" max=\"{i + 1}\" width=\"{Math.Clamp(Math.Max(column.Width, column.Name.Length + 4), 8, 80)}\" customWidth=\"1\"/>")))}</cols><sheetData>
        """;

    public static string SheetRelations(int table) => $"""<Relationships xmlns="{Package}"><Relationship Id="rId1" Type="{Office}/table" Target="../tables/table{table}.xml"/></Relationships>""";

    /// <param name="rows">With the heading. A table has one row below it at least, if need be an empty one.</param>
    public static string Table(int number, IReadOnlyList<string> headings, int rows)
    {
        var range = $"A1:{ExcelCells.Letters(headings.Count - 1)}{Math.Max(rows, 2)}";
        return $"""<table xmlns="{Main}" id="{number}" name="Table{number}" displayName="Table{number}" ref="{range}" totalsRowShown="0"><autoFilter ref="{range}"/><tableColumns count="{headings.Count}">{string.Concat(headings.Select((name, i) => $"<tableColumn id=\"{i + 1}\" name=\"{Attribute(name)}\"/>"))}</tableColumns><tableStyleInfo name="TableStyleMedium2" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/></table>""";
    }

    public static string About(IReadOnlyList<(string Name, object? Value)> facts, string title)
    {
        using var xml = new FileBuffer();
        var cells = new ExcelCells(xml, new(TimeZoneInfo.Utc), 2);
        xml.WriteText($"""<worksheet xmlns="{Main}"><sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="1" width="24" customWidth="1"/><col min="2" max="2" width="80" customWidth="1"/></cols><sheetData><row r="1"><c r="A1" s="5" t="inlineStr"><is><t>""");
        ExcelCells.Escape(xml, title);
        xml.Write("</t></is></c></row>"u8);
        foreach (var (i, (name, value)) in facts.Index())
            cells.Row(i + 3, [name, value]);
        xml.Write("</sheetData></worksheet>"u8);
        return Encoding.UTF8.GetString(xml.Written);
    }

    public static string Workbook(IReadOnlyList<string> names) =>
        $"""<workbook xmlns="{Main}" xmlns:r="{Office}"><bookViews><workbookView activeTab="0"/></bookViews><sheets>{string.Concat(names.Select((name, i) => $"<sheet name=\"{Attribute(name)}\" sheetId=\"{i + 1}\" r:id=\"rId{i + 1}\"/>"))}</sheets></workbook>""";

    public static string WorkbookRelations(int sheets) =>
        $"""<Relationships xmlns="{Package}">{string.Concat(Enumerable.Range(1, sheets).Select(i => $"<Relationship Id=\"rId{i}\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet{i}.xml\"/>"))}<Relationship Id="rId{sheets + 1}" Type="{Office}/styles" Target="styles.xml"/></Relationships>""";

    public static string ContentTypes(int tables) =>
        $"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{Type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{Type}.styles+xml"/>{string.Concat(Enumerable.Range(1, tables + 1).Select(i => $"<Override PartName=\"/xl/worksheets/sheet{i}.xml\" ContentType=\"{Type}.worksheet+xml\"/>"))}{string.Concat(Enumerable.Range(1, tables).Select(i => $"<Override PartName=\"/xl/tables/table{i}.xml\" ContentType=\"{Type}.table+xml\"/>"))}</Types>""";

    /// <summary>What Excel takes for names of sheets: thirty-one characters, some signs not, and no two the same.</summary>
    public static IReadOnlyList<string> SheetNames(string about, string title, int count)
    {
        var plain = string.Concat(title.Select(c => c is '[' or ']' or ':' or '*' or '?' or '/' or '\\' || char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim(' ', '\'');
        var name = Common.Text.Shorten(plain.Length == 0 || plain.Equals(about, StringComparison.OrdinalIgnoreCase) || plain.Equals("History", StringComparison.OrdinalIgnoreCase) ? $"{plain} 1".Trim() : plain, 24).TrimEnd(' ', '\'');
        return [about, .. Enumerable.Range(1, count).Select(i => i == 1 ? name : $"{name} ({i})")];
    }

    private static string Attribute(string text)
    {
        using var xml = new FileBuffer();
        ExcelCells.Escape(xml, text);
        return Encoding.UTF8.GetString(xml.Written).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("\t", " ", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
    }
}
