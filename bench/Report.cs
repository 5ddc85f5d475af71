using System.Globalization;

namespace UserAdmin.Bench;

/// <summary>Markdown on the console and, the same, in a file of the data folder.</summary>
internal static class Report
{
    private static StreamWriter? file;

    /// <summary>Anything that did not go as it should; the bench then ends with 1.</summary>
    public static int Warnings { get; private set; }

    public static void Open(string path) => file = new(path) { AutoFlush = true };

    public static void Line(string text = "")
    {
        Console.WriteLine(text);
        file?.WriteLine(text);
    }

    /// <summary>Only for whoever watches.</summary>
    public static void Progress(string text) => Console.Error.WriteLine($"[{DateTime.Now:HH:mm:ss}] {text}");

    public static void Warn(string text)
    {
        Warnings++;
        Line($"**FAILED: {text}**");
        Line();
    }

    public static void Table(string[] columns, IEnumerable<string[]> rows)
    {
        Line($"| {string.Join(" | ", columns)} |");
        Line($"|---|{string.Concat(columns.Skip(1).Select(_ => "---:|"))}");
        foreach (var row in rows)
            Line($"| {string.Join(" | ", row)} |");
        Line();
    }

    /// <summary>Three digits at least, no more than anyone can use.</summary>
    public static string Number(double value) => double.IsNaN(value) ? "" :
        value.ToString(value >= 100 ? "N0" : value >= 10 ? "0.0" : value >= 1 ? "0.00" : "0.000", CultureInfo.InvariantCulture);

    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
    }
}
