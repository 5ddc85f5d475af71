using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace UserAdmin.Core.Exports;

/// <summary>Text, lines and boxes on pages, with an embedded font, so that it looks the same everywhere and can be searched. Coordinates are points from the top left.</summary>
internal sealed class PdfDocument(TrueTypeFont font, double width, double height)
{
    private readonly SortedDictionary<ushort, char> used = [];
    private readonly List<StringBuilder> pages = [];
    private readonly List<byte[]> objects = [];

    public int Pages => pages.Count;

    /// <summary>Characters were left out or stand otherwise than they should: outside the font, or joined and turned in ways we don't know.</summary>
    public bool HasUnknown { get; private set; }

    public void AddPage() => pages.Add(new());

    public void Line(double x1, double y1, double x2, double y2) =>
        pages[^1].Append(CultureInfo.InvariantCulture, $"0.8 G 0.5 w {x1:0.##} {height - y1:0.##} m {x2:0.##} {height - y2:0.##} l S\n");

    public void Fill(double x, double y, double w, double h, double grey) =>
        pages[^1].Append(CultureInfo.InvariantCulture, $"{grey:0.##} g {x:0.##} {height - y - h:0.##} {w:0.##} {h:0.##} re f 0 g\n");

    public double Measure(double size, ReadOnlySpan<char> text)
    {
        var sum = 0;
        foreach (var c in text)
            sum += font.Width(font.Glyph(c));
        return sum * size / 1000;
    }

    public void Text(double size, double x, double y, string text, int page = -1)
    {
        if (text.Length == 0)
            return;
        var hex = new StringBuilder(text.Length * 4);
        foreach (var c in text)
        {
            var glyph = font.Glyph(c);
            used.TryAdd(glyph, c);
            hex.Append(glyph.ToString("X4", CultureInfo.InvariantCulture));
        }
        pages[page < 0 ? ^1 : page].Append(CultureInfo.InvariantCulture, $"BT /F0 {size:0.##} Tf {x:0.##} {height - y:0.##} Td <{hex}> Tj ET\n");
    }

    /// <summary>The text with what the font lacks as a box, and what is read from the right in the order in which it is drawn from the left.</summary>
    public string Visible(string text)
    {
        var seen = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && (Rune.IsWhiteSpace(rune) || font.Glyph((char)rune.Value) != 0))
            {
                seen.Append(Rune.IsWhiteSpace(rune) ? ' ' : (char)rune.Value);
                HasUnknown |= rune.Value is >= 0x0600 and <= 0x08FF;
            }
            else if (!Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
            {
                seen.Append(font.Glyph('□') != 0 ? '□' : '?');
                HasUnknown = true;
            }
        }
        return Turned(seen.ToString());
    }

    public void Save(Stream output, string title)
    {
        Add("<< /Type /Catalog /Pages 2 0 R >>");
        Add("");
        var type = AddFont();
        var kids = new List<int>();
        foreach (var page in pages)
        {
            var content = AddStream(Encoding.ASCII.GetBytes(page.ToString()));
            kids.Add(Add(FormattableString.Invariant($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {content} 0 R /Resources << /Font << /F0 {type} 0 R >> >> >>")));
        }
        objects[1] = Encoding.Latin1.GetBytes($"<< /Type /Pages /Count {kids.Count} /Kids [{string.Join(' ', kids.Select(kid => $"{kid} 0 R"))}] >>");
        var information = Add($"<< /Title <FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(title))}> /Producer (UserAdmin) >>");

        var at = 0L;
        void Write(ReadOnlySpan<byte> bytes)
        {
            output.Write(bytes);
            at += bytes.Length;
        }
        Write("%PDF-1.7\n%\u00e2\u00e3\n"u8);
        var offsets = new List<long>();
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(at);
            Write(Encoding.ASCII.GetBytes($"{i + 1} 0 obj\n"));
            Write(objects[i]);
            Write("\nendobj\n"u8);
        }
        var table = at;
        Write(Encoding.ASCII.GetBytes($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n{string.Concat(offsets.Select(offset => $"{offset:0000000000} 00000 n \n"))}trailer\n<< /Size {objects.Count + 1} /Root 1 0 R /Info {information} 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    }

    private int AddFont()
    {
        var subset = font.Subset(used.Keys);
        var file = AddStream(subset, $"/Length1 {subset.Length} ");
        var scale = 1000.0 / font.UnitsPerEm;
        var descriptor = Add(FormattableString.Invariant($"<< /Type /FontDescriptor /FontName /ABCDEF+Embedded /Flags 4 /FontBBox [-1000 {font.Descent * scale:0} 2000 {font.Ascent * scale:0}] /ItalicAngle 0 /Ascent {font.Ascent * scale:0} /Descent {font.Descent * scale:0} /CapHeight 700 /StemV 80 /FontFile2 {file} 0 R >>"));
        var widths = string.Join(' ', used.Keys.Select(glyph => $"{glyph} [{font.Width(glyph)}]"));
        var descendant = Add($"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+Embedded /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /W [{widths}] /CIDToGIDMap /Identity >>");
        var unicode = AddStream(Encoding.ASCII.GetBytes("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n" +
            string.Concat(used.Chunk(100).Select(chunk => $"{chunk.Length} beginbfchar\n{string.Concat(chunk.Select(pair => $"<{pair.Key:X4}> <{(int)pair.Value:X4}>\n"))}endbfchar\n")) + "endcmap end end"));
        return Add($"<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Embedded /Encoding /Identity-H /DescendantFonts [{descendant} 0 R] /ToUnicode {unicode} 0 R >>");
    }

    private int Add(string text)
    {
        objects.Add(Encoding.Latin1.GetBytes(text));
        return objects.Count;
    }

    private int AddStream(byte[] raw, string more = "")
    {
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(raw);
        objects.Add([.. Encoding.Latin1.GetBytes($"<< /Length {packed.Length} /Filter /FlateDecode {more}>>\nstream\n"), .. packed.ToArray(), .. "\nendstream"u8]);
        return objects.Count;
    }

    // Hebrew and its neighbours between two pieces read from the left. Not the whole bidirectional algorithm, but names come out right.
    private static string Turned(string text)
    {
        if (!text.Any(IsFromRight))
            return text;
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (!IsFromRight(characters[i]))
                continue;
            var end = i;
            for (var j = i; j < characters.Length && (IsFromRight(characters[j]) || !char.IsLetterOrDigit(characters[j])); j++)
                if (IsFromRight(characters[j]))
                    end = j;
            Array.Reverse(characters, i, end - i + 1);
            i = end;
        }
        return new(characters);
    }

    private static bool IsFromRight(char c) => c is >= '\u0590' and <= '\u08FF' or >= '\uFB1D' and <= '\uFDFF' or >= '\uFE70' and <= '\uFEFC';
}
