using System.Text.Json;

namespace UserAdmin.Core.Reports.Builder;

public enum ConditionKind { Is, IsNot, Contains, StartsWith, IsEmpty, IsNotEmpty, From, Before, InLastDays, NotInLastDays, AtLeast, AtMost }

public enum MeasureKind { Count, Distinct, Min, Max, Sum }

/// <param name="Value">As text, whatever the column holds: a word, a number, a day as 2026-11-21, a number of days, the key of a choice.</param>
public sealed record ReportCondition(string Column, ConditionKind Kind, string? Value = null);

/// <param name="Interval">For columns that hold an instant.</param>
public sealed record ReportGroup(string Column, ReportInterval? Interval = null);

/// <param name="Column">Null for a count of rows.</param>
public sealed record ReportMeasure(MeasureKind Kind, string? Column = null)
{
    /// <summary>How the order names it.</summary>
    public string Key => Column is null ? "count" : $"{Kind.ToString().ToLowerInvariant()}_{Column}";
}

/// <param name="Of">The key of a column, of a group's column or of a measure.</param>
public sealed record ReportOrder(string Of, bool Descending = false);

/// <summary>
/// What somebody built: data, never SQL. Every name in it is looked up among the columns of its data set, so nothing but these can be read.
/// Without measures it lists rows, with measures it groups them.
/// </summary>
public sealed record ReportDefinition
{
    public const int MostColumns = 12, MostConditions = 12, MostGroups = 2, MostMeasures = 5;

    public string DataSet { get; init; } = "users";
    public IReadOnlyList<string> Columns { get; init; } = [];
    public IReadOnlyList<ReportCondition> Conditions { get; init; } = [];
    public IReadOnlyList<ReportGroup> Groups { get; init; } = [];
    public IReadOnlyList<ReportMeasure> Measures { get; init; } = [];
    public ReportOrder? Order { get; init; }

    /// <summary>Null for a table alone.</summary>
    public ChartKind? Chart { get; init; }

    public bool IsGrouped => Measures.Count > 0;

    public string ToJson() => JsonSerializer.Serialize(this, ReportParameters.Json);

    /// <summary>Null when it can't be read or names what isn't there.</summary>
    public static ReportDefinition? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<ReportDefinition>(json, ReportParameters.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
