using System.Text.RegularExpressions;

namespace UserAdmin.Core.Common;

/// <summary>Lines for spreadsheets. Every field is quoted, and nothing in it can become a formula (F03), also where a program takes another separator.</summary>
public static partial class Csv
{
    public static string Line(params IEnumerable<string?> fields) => string.Join(',', fields.Select(Field)) + "\r\n";

    private static string Field(string? text)
    {
        var inert = AtStart().Replace(AfterSeparator().Replace((text ?? "").Replace("\0", "", StringComparison.Ordinal), "$0'"), "$0'");
        return $"\"{inert.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    // Signs that begin a formula, in their full-width forms, too.
    [GeneratedRegex("""^[ \u00A0]*(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])""")]
    private static partial Regex AtStart();

    // What some program takes for the end of a field.
    [GeneratedRegex("""[;,|\t\r\n"][ \u00A0]*(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])""")]
    private static partial Regex AfterSeparator();
}
