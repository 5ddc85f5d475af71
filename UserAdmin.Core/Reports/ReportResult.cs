using System.Globalization;
using UserAdmin.Core.Exports;

namespace UserAdmin.Core.Reports;

public enum ChartKind { Bars, Stacked, Lines, Shares, HeatMap }

public sealed record ChartSeries(string Name, IReadOnlyList<double> Values);

/// <summary>What is drawn. A heat map has a series for each day of the week and a value for each hour.</summary>
/// <param name="Of">What the labels are: "Day", "Role".</param>
public sealed record Chart(ChartKind Kind, string Title, string Of, IReadOnlyList<string> Labels, IReadOnlyList<ChartSeries> Series)
{
    public bool IsEmpty => Series.All(series => series.Values.All(value => value == 0));
}

public sealed record ReportFigure(string Name, string Value, string? Address = null)
{
    public static ReportFigure Of(string name, long value, string? address = null) => new(name, value.ToString("N0", CultureInfo.InvariantCulture), address);

    public static ReportFigure Share(string name, long part, long whole, string? address = null) =>
        new(name, whole == 0 ? "–" : (100.0 * part / whole).ToString("0.#", CultureInfo.InvariantCulture) + " %", address);
}

/// <summary>Text of a cell that leads to a page of the portal.</summary>
public sealed record ReportLink(string Text, string Address)
{
    public override string ToString() => Text;
}

/// <summary>What a report says. Cells are as in <see cref="ExportTable"/>, or a <see cref="ReportLink"/>.</summary>
public sealed record ReportResult(IReadOnlyList<ReportFigure> Figures, IReadOnlyList<Chart> Charts, IReadOnlyList<ExportColumn> Columns, IReadOnlyList<object?[]> Rows)
{
    /// <summary>Rows that a page shows; files have them all.</summary>
    public const int Shown = 500;

    /// <summary>There are more rows than <see cref="Rows"/>.</summary>
    public bool IsCut { get; init; }

    /// <summary>What one has to know to read it right.</summary>
    public string? Note { get; init; }
}
