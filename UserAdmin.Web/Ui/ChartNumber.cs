using System.Globalization;

namespace UserAdmin.Web.Ui;

/// <summary>Numbers as charts and reports write them.</summary>
internal static class ChartNumber
{
    private static readonly int[] Steps = [2, 4, 6, 10];

    public static string Of(double value) => value.ToString(value % 1 == 0 ? "N0" : "#,0.##", CultureInfo.InvariantCulture);

    /// <summary>For the axis, where there is little room.</summary>
    public static string Short(double value) => value switch
    {
        >= 1_000_000 => (value / 1_000_000).ToString("0.#", CultureInfo.InvariantCulture) + " M",
        >= 10_000 => (value / 1_000).ToString("0.#", CultureInfo.InvariantCulture) + " k",
        _ => Of(value),
    };

    /// <summary>In a drawing.</summary>
    public static string At(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A round number that nothing is above, and whose half is round, too.</summary>
    public static double Top(double highest)
    {
        var unit = 1.0;
        while (unit * 10 < highest)
            unit *= 10;
        return Steps.First(step => step * unit >= highest) * unit;
    }
}
