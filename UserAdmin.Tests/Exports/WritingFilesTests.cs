using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using ClosedXML.Excel;
using UserAdmin.Core.Exports;

namespace UserAdmin.Tests.Exports;

public class WritingFilesTests
{
    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private static readonly ExportColumn[] Columns =
    [
        new("Name", "name"), new("Sign-ins", "sign_ins", CellKind.Number), new("Share", "share", CellKind.Number), new("Created", "created_at", CellKind.Instant), new("Born", "born", CellKind.Date), new("Active", "is_active", CellKind.YesNo),
    ];

    private static readonly object?[][] People =
    [
        ["Zoë Žitnik", 12L, 0.25, new DateTimeOffset(2026, 7, 1, 10, 0, 5, TimeSpan.Zero), new DateOnly(1980, 2, 29), true],
        ["=1+1", -3L, null, new DateTimeOffset(2026, 1, 1, 23, 30, 0, TimeSpan.Zero), null, false],
        ["", null, 1e20, null, null, null],
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // The signs that begin formulas, what XML can't say, what XML and spreadsheets say otherwise, halves of characters.
    public static TheoryData<string, string> Nasty => new()
    {
        { "=HYPERLINK(\"http://x\")", "=HYPERLINK(\"http://x\")" }, { "+1", "+1" }, { "-1", "-1" }, { "@x", "@x" }, { "\t=1", "\t=1" }, { "\r=1", "\r=1" }, { "＝1", "＝1" }, { " lead and trail ", " lead and trail " }, { "two\nlines", "two\nlines" },
        { "<b>&amp;</b> \"quoted\" 'too'", "<b>&amp;</b> \"quoted\" 'too'" }, { "bell \a, escape \u001b", "bell \a, escape \u001b" }, { "_x0041_ is not A", "_x0041_ is not A" }, { "_x000", "_x000" }, { "😀 𝒳 日本語 עברית", "😀 𝒳 日本語 עברית" },
        { "half [high] of one", "half \ufffd of one" }, { "other [low] half", "other \ufffd half" }, { "nul \0 gone", "nul  gone" }, { "last \uffff one", "last \uffff one" },
    };

    [Fact]
    public async Task G09_A_workbook_has_typed_cells_a_table_and_a_sheet_that_says_what_it_is()
    {
        var workbook = await Exporting.Write(Exporting.Table(Columns, People), ExportFormat.Excel);

        using var book = new XLWorkbook(new MemoryStream(workbook));
        var (about, rows) = (book.Worksheet(1), book.Worksheet(2));
        Assert.Equal(["About", "People"], book.Worksheets.Select(sheet => sheet.Name));
        Assert.Equal(["Name", "Sign-ins", "Share", "Created", "Born", "Active"], rows.Row(1).CellsUsed().Select(cell => cell.GetString()));
        Assert.True(rows.Cell(1, 1).Style.Font.Bold);
        Assert.Equal(("Zoë Žitnik", 12.0, 0.25, true), (rows.Cell(2, 1).GetString(), rows.Cell(2, 2).GetDouble(), rows.Cell(2, 3).GetDouble(), rows.Cell(2, 6).GetBoolean()));
        // Zurich is two hours ahead in July and one in January.
        Assert.Equal([new(2026, 7, 1, 12, 0, 5), new(2026, 1, 2, 0, 30, 0)], Enumerable.Range(2, 2).Select(row => rows.Cell(row, 4).GetDateTime()));
        Assert.Equal(new(1980, 2, 29), rows.Cell(2, 5).GetDateTime());
        Assert.Equal([XLDataType.Text, XLDataType.Number, XLDataType.Number, XLDataType.DateTime, XLDataType.DateTime, XLDataType.Boolean], Enumerable.Range(1, 6).Select(column => rows.Cell(2, column).DataType));
        Assert.Equal(("=1+1", false, XLDataType.Text), (rows.Cell(3, 1).GetString(), rows.Cell(3, 1).HasFormula, rows.Cell(3, 1).DataType));
        Assert.Equal("A1:F4", Assert.Single(rows.Tables).RangeAddress.ToString());
        Assert.Equal(1, rows.SheetView.SplitRow);
        Assert.Equal("People", about.Cell("A1").GetString());
        Assert.Equal(["Made by: Grace Green", "Made at: 2026-11-21 14:05:07", "Times are of: Europe/Zurich", "Rows: 3", "Status: Active", "Sorted by: Name"],
            Enumerable.Range(3, 6).Select(row => $"{about.Cell(row, 1).GetString()}: {(about.Cell(row, 2).DataType == XLDataType.DateTime ? about.Cell(row, 2).GetDateTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : about.Cell(row, 2).GetString())}"));
    }

    [Fact]
    public async Task A_workbook_is_what_Excel_demands()
    {
        var workbook = await Exporting.Write(Exporting.Table([.. Columns, new("NAME", "again")], [.. People.Select(row => (object?[])[.. row, "x"])]), ExportFormat.Excel);

        using var zip = new ZipArchive(new MemoryStream(workbook));
        var parts = zip.Entries.Select(entry => "/" + entry.FullName).ToList();
        var types = Exporting.Part(workbook, "[Content_Types].xml").Root!.Elements().Where(type => type.Name.LocalName == "Override").Select(type => (string)type.Attribute("PartName")!).ToList();
        Assert.Distinct(parts);
        Assert.All(types, part => Assert.Contains(part, parts));
        Assert.All(parts.Where(part => part.EndsWith(".xml", StringComparison.Ordinal) && part != "/[Content_Types].xml"), part => Assert.Contains(part, types));

        var sheet = Exporting.Part(workbook, "xl/worksheets/sheet2.xml").Root!;
        Assert.Equal(["sheetViews", "sheetFormatPr", "cols", "sheetData", "tableParts"], sheet.Elements().Select(element => element.Name.LocalName));
        Assert.Empty(sheet.Descendants(Main + "f"));
        var cells = sheet.Descendants(Main + "c").Select(cell => (string)cell.Attribute("r")!).ToList();
        Assert.Equal(cells.OrderBy(cell => int.Parse(cell[1..], CultureInfo.InvariantCulture)).ThenBy(cell => cell[0]), cells);
        Assert.Distinct(cells);

        // Headings of a table are text, differ whatever their case, and are the same in both places.
        var table = Exporting.Part(workbook, "xl/tables/table1.xml").Root!;
        var headings = sheet.Descendants(Main + "row").First().Elements().Select(cell => cell.Value).ToList();
        Assert.Equal(headings, table.Descendants(Main + "tableColumn").Select(column => (string)column.Attribute("name")!));
        Assert.Distinct(headings, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(["A1:G4", "A1:G4"], [(string)table.Attribute("ref")!, (string)table.Element(Main + "autoFilter")!.Attribute("ref")!]);
        Assert.Equal("../tables/table1.xml", (string)Exporting.Part(workbook, "xl/worksheets/_rels/sheet2.xml.rels").Root!.Elements().Single().Attribute("Target")!);
    }

    [Fact]
    public async Task An_empty_list_is_a_table_with_an_empty_row()
    {
        var workbook = await Exporting.Write(Exporting.Table(Columns), ExportFormat.Excel);

        Assert.Equal("A1:F2", (string)Exporting.Part(workbook, "xl/tables/table1.xml").Root!.Attribute("ref")!);
        Assert.Equal("[]", Encoding.UTF8.GetString(await Exporting.Write(Exporting.Table(Columns), ExportFormat.Json)));
    }

    [Theory, MemberData(nameof(Nasty))]
    public async Task F03_Nasty_text_comes_back_as_it_was_and_is_text_in_every_format(string text, string expected)
    {
        // Halves of characters don't survive on the way from the data to the test.
        text = text.Replace("[high]", "\ud83d", StringComparison.Ordinal).Replace("[low]", "\ude00", StringComparison.Ordinal);
        var table = () => Exporting.Table([new("Text", "text")], [[text]]);

        using var book = new XLWorkbook(new MemoryStream(await Exporting.Write(table(), ExportFormat.Excel)));
        using var json = JsonDocument.Parse(await Exporting.Write(table(), ExportFormat.Json));
        var csv = Encoding.UTF8.GetString(await Exporting.Write(table(), ExportFormat.Csv));

        var cell = book.Worksheet(2).Cell("A2");
        // What stands for an underscore is known to Excel and LibreOffice, but not to ClosedXML.
        Assert.Equal((expected.ReplaceLineEndings("\n"), XLDataType.Text, false), (cell.GetString().Replace("_x005F_", "_", StringComparison.Ordinal).ReplaceLineEndings("\n"), cell.DataType, cell.HasFormula));
        Assert.Equal(expected.Replace("nul  gone", "nul \0 gone", StringComparison.Ordinal), json.RootElement[0].GetProperty("text").GetString());
        var field = csv["\uFEFF\"Text\"\r\n\"".Length..^"\"\r\n".Length].Replace("\"\"", "\"", StringComparison.Ordinal);
        Assert.Equal(expected, field.Replace("'=", "=", StringComparison.Ordinal).Replace("'+", "+", StringComparison.Ordinal).Replace("'-", "-", StringComparison.Ordinal).Replace("'@", "@", StringComparison.Ordinal)
            .Replace("'\t", "\t", StringComparison.Ordinal).Replace("'\r", "\r", StringComparison.Ordinal).Replace("'＝", "＝", StringComparison.Ordinal));
        Assert.DoesNotContain(field[0], "=+-@\t\r＝");
    }

    [Fact]
    public async Task A_cell_takes_what_Excel_can_hold_and_says_that_it_is_cut()
    {
        var workbook = await Exporting.Write(Exporting.Table([new("Text", "text")], [[new string('x', 40_000)], [new string('y', 32_765) + "😀😀"], [new string('z', 32_767)]]), ExportFormat.Excel);

        using var book = new XLWorkbook(new MemoryStream(workbook));
        var texts = Enumerable.Range(2, 3).Select(row => book.Worksheet(2).Cell(row, 1).GetString()).ToList();
        Assert.Equal([(32_767, "x…"), (32_766, "y…"), (32_767, "zz")], texts.Select(text => (text.Length, text[^2..])));
    }

    [Fact]
    public async Task What_is_too_long_for_a_sheet_goes_on_in_the_next()
    {
        const int rows = ExcelFile.MostRows + 1;
        var row = new object?[] { 1L };
        var table = new ExportTable("Long", [new("N", "n", CellKind.Number)], Exporting.Batches(Enumerable.Repeat(row, rows), 10_000), []);

        var workbook = await Exporting.Write(table, ExportFormat.Excel);

        Assert.Equal(["About", "Long", "Long (2)"], Exporting.Part(workbook, "xl/workbook.xml").Descendants(Main + "sheet").Select(sheet => (string)sheet.Attribute("name")!));
        Assert.Equal([ExcelFile.MostRows, 3], Enumerable.Range(2, 2).Select(sheet => CountRows(workbook, $"xl/worksheets/sheet{sheet}.xml")));
        Assert.Equal(["A1:A1048576", "A1:A3"], Enumerable.Range(1, 2).Select(number => (string)Exporting.Part(workbook, $"xl/tables/table{number}.xml").Root!.Attribute("ref")!));
    }

    [Fact]
    public async Task CSV_has_the_mark_quotes_and_lines_of_the_standard_and_JSON_has_types()
    {
        var csv = Encoding.UTF8.GetString(await Exporting.Write(Exporting.Table(Columns, People), ExportFormat.Csv));
        using var json = JsonDocument.Parse(await Exporting.Write(Exporting.Table(Columns, People), ExportFormat.Json));

        Assert.Equal("\uFEFF\"Name\",\"Sign-ins\",\"Share\",\"Created (Europe/Zurich)\",\"Born\",\"Active\"\r\n\"Zoë Žitnik\",12,0.25,2026-07-01 12:00:05,1980-02-29,\"Yes\"\r\n\"'=1+1\",-3,,2026-01-02 00:30:00,,\"No\"\r\n\"\",,1E+20,,,\r\n", csv);
        Assert.Equal("""
            [{"name":"Zoë Žitnik","sign_ins":12,"share":0.25,"created_at":"2026-07-01T10:00:05Z","born":"1980-02-29","is_active":true}
            ,{"name":"=1+1","sign_ins":-3,"share":null,"created_at":"2026-01-01T23:30:00Z","born":null,"is_active":false}
            ,{"name":"","sign_ins":null,"share":1E+20,"created_at":null,"born":null,"is_active":null}
            ]
            """.ReplaceLineEndings("\n"), json.RootElement.GetRawText());
    }

    [Fact]
    public async Task A_PDF_has_pages_with_their_number_and_says_when_it_is_cut()
    {
        Assert.SkipUnless(PdfFonts.Exist(null), "This machine has no font for PDFs; ./test installs DejaVu.");
        var table = new ExportTable("People", Columns, Exporting.Batches(Enumerable.Range(0, 300).Select(i => (object?[])[$"Person {i} with a name so long that it takes another line", (long)i, null, Exporting.At, null, true])), [("Status", "Active")]);

        var pdf = Encoding.Latin1.GetString(await Exporting.Write(table, ExportFormat.Pdf, Exporting.Order(ExportFormat.Pdf) with { MostPdfRows = 200 }));

        Assert.StartsWith("%PDF-1.7", pdf);
        Assert.EndsWith("%%EOF\n", pdf);
        Assert.InRange(pdf.Split("/Type /Page /Parent").Length - 1, 4, 20);
        Assert.Contains("/FontFile2", pdf);
        if (!await Has("pdftotext"))
            return;
        var text = await RunOn(pdf, "people.pdf", "pdftotext", "-layout", "people.pdf", "-");
        Assert.Contains("Person 199", text);
        Assert.DoesNotContain("Person 200", text);
        Assert.Contains("These are the first 200 rows only", text);
        Assert.Contains("Page 2 of", text);
        Assert.Contains("2026-11-21 14:05:07", text);
    }

    [Fact]
    public async Task Openpyxl_reads_the_same_rows_and_types()
    {
        // The one of the system has Debian's packages, whichever comes first in the path.
        var python = await Has("/usr/bin/python3", "-c", "import openpyxl") ? "/usr/bin/python3" : "python3";
        Assert.SkipUnless(await Has(python, "-c", "import openpyxl"), "openpyxl is not installed (Debian: python3-openpyxl).");
        var workbook = await Exporting.Write(Exporting.Table(Columns, People), ExportFormat.Excel);

        var read = await RunOn(Encoding.Latin1.GetString(workbook), "people.xlsx", python, "-c", "import openpyxl; s=openpyxl.load_workbook('people.xlsx').worksheets[1]; print(s.tables['Table1'].ref, s.freeze_panes); [print([(type(c.value).__name__, c.data_type, str(c.value)) for c in r]) for r in s.iter_rows(min_row=2)]");

        Assert.Equal("""
            A1:F4 A2
            [('str', 's', 'Zoë Žitnik'), ('int', 'n', '12'), ('float', 'n', '0.25'), ('datetime', 'd', '2026-07-01 12:00:05'), ('datetime', 'd', '1980-02-29 00:00:00'), ('bool', 'b', 'True')]
            [('str', 's', '=1+1'), ('int', 'n', '-3'), ('NoneType', 'n', 'None'), ('datetime', 'd', '2026-01-02 00:30:00'), ('NoneType', 'n', 'None'), ('bool', 'b', 'False')]
            [('NoneType', 'n', 'None'), ('NoneType', 'n', 'None'), ('float', 'n', '1e+20'), ('NoneType', 'n', 'None'), ('NoneType', 'n', 'None'), ('NoneType', 'n', 'None')]
            """.ReplaceLineEndings("\n"), read.TrimEnd());
    }

    [Fact]
    public async Task Whoever_stops_reading_stops_the_list()
    {
        var (asked, ended) = (0, false);
        async IAsyncEnumerable<IReadOnlyList<object?[]>> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
        {
            try
            {
                for (; ; asked++)
                {
                    await Task.Yield();
                    cancel.ThrowIfCancellationRequested();
                    yield return [["x"]];
                }
            }
            finally
            {
                ended = true;
            }
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ExportWriter.WriteAsync(new("Endless", [new("X", "x")], Endless(Cancel), []), Exporting.Order(ExportFormat.Csv), Stream.Null, rows => rows > 10 ? new(stop.CancelAsync()) : default, stop.Token));

        Assert.True(ended);
    }

    private static int CountRows(byte[] workbook, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(workbook));
        using var part = zip.GetEntry(name)!.Open();
        using var xml = XmlReader.Create(part);
        var rows = 0;
        while (xml.Read())
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "row" })
                rows++;
        return rows;
    }

    private static async Task<bool> Has(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments.Length > 0 ? arguments : ["-v"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync(Cancel);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> RunOn(string latin1, string name, string program, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-file-");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, name), Encoding.Latin1.GetBytes(latin1), Cancel);
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder.FullName, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8, Environment = { ["PYTHONIOENCODING"] = "utf-8" } })!;
            var output = await process.StandardOutput.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel);
            Assert.Equal(0, process.ExitCode);
            return output;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
