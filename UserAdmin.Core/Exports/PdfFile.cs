using System.Globalization;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Core.Exports;

/// <summary>A table on pages across, its heading on each. It is laid out when all its rows are known, which is why their number is limited.</summary>
internal sealed class PdfFile : TableFile
{
    private const double Width = 842, Height = 595, Margin = 36, Padding = 3;
    private const int MostLines = 4, LongestCell = 500;

    private readonly PdfDocument pdf;
    private readonly List<string[]> rows = [];
    private readonly (string Yes, string No) words = (T("Yes"), T("No"));
    private bool isCut;
    private double size = 8, y;
    private double[] widths = [];

    public PdfFile(ExportTable table, ExportOrder order) : base(table, order) =>
        pdf = new(new(File.ReadAllBytes(PdfFonts.Find(order.Font) ?? throw new FileNotFoundException(ExportProblems.NoFont.Message))), Width, Height);

    public override void Begin() { }

    public override bool Write(object?[] row)
    {
        isCut = rows.Count == Order.MostPdfRows;
        if (!isCut)
            rows.Add([.. row.Select(value => pdf.Visible(Common.Text.Shorten(TextOf(value), LongestCell)))]);
        return !isCut;
    }

    public override void End(long count)
    {
        Fit();
        pdf.AddPage();
        y = Margin + 14;
        Put(16, pdf.Visible(Table.Title));
        foreach (var (name, value) in Facts(count))
            Put(8, $"{pdf.Visible(name)}: {pdf.Visible(value)}");
        y += 6;
        Heading();
        foreach (var row in rows)
            Row(row);
        if (rows.Count == 0)
            Row([T("Nothing is in this list."), .. Enumerable.Repeat("", Table.Columns.Count - 1)]);
        y += 6;
        if (isCut)
            Put(8, T("These are the first {0} rows only. Excel, CSV and JSON hold all.", Order.MostPdfRows.ToString("N0", CultureInfo.CurrentCulture)));
        if (pdf.HasUnknown)
            Put(8, T("Some characters can't be shown as they should in a PDF. Excel, CSV and JSON hold them right."));
        for (var page = 0; page < pdf.Pages; page++)
        {
            pdf.Text(7, Margin, Height - 20, Cut(pdf.Visible(Table.Title), 7, 400), page);
            var number = T("Page {0} of {1}", page + 1, pdf.Pages);
            pdf.Text(7, Width - Margin - pdf.Measure(7, number), Height - 20, number, page);
        }
        pdf.Save(Output, Table.Title);
    }

    private IEnumerable<(string Name, string Value)> Facts(long count) =>
    [
        (T("Made by"), Order.By),
        (T("Made at"), $"{Moment(Order.At)} ({Order.Zone.Id})"),
        (T("Rows"), count.ToString("N0", CultureInfo.CurrentCulture)),
        .. Table.Facts,
        .. Table.Figures,
    ];

    // Columns as wide as what is in them, within reason; when that is too much, smaller letters, then narrower columns, whose texts take more lines.
    private void Fit()
    {
        var sample = rows.Count <= 500 ? rows : rows.Where((_, i) => i % (rows.Count / 500) == 0).ToList();
        double Wanted(int column) => Math.Clamp(sample.Select(row => pdf.Measure(1, row[column])).Append(pdf.Measure(1, pdf.Visible(Table.Columns[column].Name))).Max(), 3, 28);
        var wanted = Enumerable.Range(0, Table.Columns.Count).Select(Wanted).ToArray();
        var room = Width - 2 * Margin - wanted.Length * 2 * Padding;
        while (size > 6 && wanted.Sum() * size > room)
            size -= 0.5;
        var least = Math.Min(4 * size, room / wanted.Length);
        var share = room / (wanted.Sum() * size);
        widths = [.. wanted.Select(width => Math.Max(least, width * size * share) + 2 * Padding)];
        // What the narrowest got above their share, the others give.
        var scale = (Width - 2 * Margin) / widths.Sum();
        widths = [.. widths.Select(width => width * scale)];
    }

    private void Heading()
    {
        var lines = Table.Columns.Select((column, i) => Wrap(pdf.Visible(column.Name), widths[i])).ToArray();
        var height = lines.Max(cell => cell.Count) * LineHeight + 2 * Padding;
        pdf.Fill(Margin, y, Width - 2 * Margin, height, 0.9);
        Cells(lines, height);
    }

    private void Row(string[] row)
    {
        var lines = row.Select((text, i) => Wrap(text, widths[i])).ToArray();
        var height = lines.Max(cell => cell.Count) * LineHeight + 2 * Padding;
        if (y + height > Height - Margin)
        {
            pdf.AddPage();
            y = Margin;
            Heading();
        }
        Cells(lines, height);
    }

    private double LineHeight => size * 1.25;

    private void Cells(IReadOnlyList<string>[] cells, double height)
    {
        var x = Margin;
        for (var i = 0; i < cells.Length; i++)
        {
            for (var line = 0; line < cells[i].Count; line++)
                pdf.Text(size, x + Padding, y + Padding + size + line * LineHeight, cells[i][line]);
            x += widths[i];
        }
        y += height;
        pdf.Line(Margin, y, Width - Margin, y);
    }

    private List<string> Wrap(string text, double width)
    {
        var (lines, room) = (new List<string>(), width - 2 * Padding);
        var rest = text.AsSpan().Trim();
        while (rest.Length > 0 && lines.Count < MostLines)
        {
            if (pdf.Measure(size, rest) <= room)
            {
                lines.Add(rest.ToString());
                break;
            }
            if (lines.Count == MostLines - 1)
            {
                lines.Add(Cut(rest.ToString(), size, room, always: true));
                break;
            }
            var fits = 1;
            while (fits < rest.Length && pdf.Measure(size, rest[..(fits + 1)]) <= room)
                fits++;
            var space = rest[..fits].LastIndexOf(' ');
            var end = space > 0 ? space : fits;
            lines.Add(rest[..end].ToString());
            rest = rest[end..].TrimStart();
        }
        if (lines.Count == 0)
            lines.Add("");
        return lines;
    }

    private string Cut(string text, double letters, double room, bool always = false)
    {
        if (!always && pdf.Measure(letters, text) <= room)
            return text;
        var length = text.Length;
        while (length > 0 && pdf.Measure(letters, text.AsSpan(0, length)) + pdf.Measure(letters, "…") > room)
            length--;
        return $"{text[..length]}…";
    }

    private void Put(double letters, string text)
    {
        if (y + letters > Height - Margin)
        {
            pdf.AddPage();
            y = Margin + letters;
        }
        pdf.Text(letters, Margin, y, Cut(text, letters, Width - 2 * Margin));
        y += letters * 1.4;
    }

    private string TextOf(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? words.Yes : words.No,
        DateTimeOffset instant => Moment(instant),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private string Moment(DateTimeOffset instant) => Local.Of(instant).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
