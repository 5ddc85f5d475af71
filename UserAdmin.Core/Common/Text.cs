using System.Globalization;
using System.Text;

namespace UserAdmin.Core.Common;

/// <summary>How text that people type is compared, searched and checked.</summary>
public static class Text
{
    public static string Squeeze(string? text) =>
        string.Join(' ', (text ?? "").Normalize(NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public static string? SqueezeToNull(string? text) => Squeeze(text) is { Length: > 0 } squeezed ? squeezed : null;

    /// <summary>Upper case without accents and compatibility forms (NFKD), so that "José", "jose" and full-width "ｊｏｓｅ" are found and sorted alike.</summary>
    public static string Fold(string? text)
    {
        var decomposed = Squeeze(text).Normalize(NormalizationForm.FormKD);
        var folded = new StringBuilder(decomposed.Length);
        foreach (var c in decomposed)
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                folded.Append(char.ToUpperInvariant(c));
        return folded.ToString();
    }

    /// <summary>Trimmed and in NFKC, the form in which names and addresses are judged. Text with hidden characters stays as it is and fits no pattern.</summary>
    public static string Compose(string? text)
    {
        var trimmed = (text ?? "").Trim();
        return HasHiddenCharacters(trimmed) ? trimmed : trimmed.Normalize(NormalizationForm.FormKC);
    }

    /// <summary>What is left of text that is only looked for: databases can't even be asked about a NUL or half a character.</summary>
    public static string Visible(string? text) =>
        string.Concat((text ?? "").EnumerateRunes().Where(rune => rune != Rune.ReplacementChar && !Rune.IsControl(rune) || Rune.IsWhiteSpace(rune)));

    /// <summary>On one line and without hidden characters: fit for the header of a mail or a line of a log, whatever was typed.</summary>
    public static string OneLine(string? text) =>
        string.Join(' ', string.Concat((text ?? "").EnumerateRunes().Select(rune => Rune.IsWhiteSpace(rune) ? " " : HasHiddenCharacters(rune.ToString()) ? "" : rune.ToString()))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>At most so many UTF-16 units, without cutting a character in half: databases refuse halves.</summary>
    public static string Shorten(string text, int maximum) =>
        text.Length <= maximum ? text : text[..(char.IsHighSurrogate(text[maximum - 1]) ? maximum - 1 : maximum)];

    public static string? ShortenToNull(string? text, int maximum) => text is null ? null : Shorten(text, maximum);

    public static int CodePoints(string text) => text.EnumerateRunes().Count();

    /// <summary>Control codes split log lines and mail headers, bidirectional overrides and isolates make a name read as another.</summary>
    public static bool HasHiddenCharacters(string text, bool allowLineBreaks = false)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (allowLineBreaks && c is '\n' or '\r' or '\t')
                continue;
            if (char.IsControl(c) || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029' or '\uFEFF')
                return true;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(c))
                return true;
        }
        return false;
    }
}
