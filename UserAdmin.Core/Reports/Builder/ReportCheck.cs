using System.Globalization;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Reports.Builder;

/// <summary>What can be wrong with a definition. Nothing is asked of the database before it is right.</summary>
public static class ReportCheck
{
    /// <summary>Which conditions a column can have.</summary>
    public static IReadOnlyList<ConditionKind> KindsFor(ColumnKind kind) => kind switch
    {
        ColumnKind.Text => [ConditionKind.Contains, ConditionKind.StartsWith, ConditionKind.Is, ConditionKind.IsNot, ConditionKind.IsEmpty, ConditionKind.IsNotEmpty],
        ColumnKind.Number => [ConditionKind.Is, ConditionKind.IsNot, ConditionKind.AtLeast, ConditionKind.AtMost, ConditionKind.IsEmpty, ConditionKind.IsNotEmpty],
        ColumnKind.Instant => [ConditionKind.InLastDays, ConditionKind.NotInLastDays, ConditionKind.From, ConditionKind.Before, ConditionKind.IsEmpty, ConditionKind.IsNotEmpty],
        ColumnKind.YesNo => [ConditionKind.Is],
        _ => [ConditionKind.Is, ConditionKind.IsNot],
    };

    public static IReadOnlyList<MeasureKind> MeasuresFor(ColumnKind kind) => kind switch
    {
        ColumnKind.Number => [MeasureKind.Distinct, MeasureKind.Sum, MeasureKind.Min, MeasureKind.Max],
        ColumnKind.Instant => [MeasureKind.Min, MeasureKind.Max],
        _ => [MeasureKind.Distinct],
    };

    public static bool TakesValue(ConditionKind kind) => kind is not (ConditionKind.IsEmpty or ConditionKind.IsNotEmpty);

    /// <summary>Null when the definition can be asked.</summary>
    public static Problem? Find(ReportDefinition definition)
    {
        if (DataSets.Find(definition.DataSet) is not { } set)
            return Wrong("Choose what the report is about.");
        if (definition.IsGrouped)
        {
            if (definition.Groups.Count > ReportDefinition.MostGroups || definition.Measures.Count > ReportDefinition.MostMeasures)
                return Wrong("Group by two columns and count five things at most.");
            if (definition.Groups.Any(group => set.Find(group.Column) is not { } column || (group.Interval is not null) != (column.Kind == ColumnKind.Instant) || group.Interval is { } interval && !Enum.IsDefined(interval)))
                return Wrong("Choose what to group by; a time is grouped by day, week, month or quarter.");
            if (definition.Measures.Any(measure => measure.Column is null ? measure.Kind != MeasureKind.Count : set.Find(measure.Column) is not { } column || !MeasuresFor(column.Kind).Contains(measure.Kind)))
                return Wrong("Choose what is counted.");
            if (definition.Groups.Select(group => group.Column).Distinct().Count() != definition.Groups.Count || definition.Measures.Select(measure => measure.Key).Distinct().Count() != definition.Measures.Count)
                return Wrong("The same stands in it twice.");
        }
        else if (definition.Columns.Count is 0 or > ReportDefinition.MostColumns || definition.Columns.Any(key => set.Find(key) is null) || definition.Columns.Distinct().Count() != definition.Columns.Count)
            return Wrong($"Choose 1 to {ReportDefinition.MostColumns} columns.");
        if (definition.Conditions.Count > ReportDefinition.MostConditions)
            return Wrong($"A report has {ReportDefinition.MostConditions} conditions at most.");
        if (definition.Chart is { } chart && (!definition.IsGrouped || definition.Groups.Count == 0 || chart is not (ChartKind.Bars or ChartKind.Stacked or ChartKind.Lines or ChartKind.Shares)))
            return Wrong("A chart needs something to group by.");
        if (definition.Order is { } order && !OutputsOf(definition).Contains(order.Of))
            return Wrong("Sort by something that is in the report.");
        return definition.Conditions.Select(condition => Find(condition, set.Find(condition.Column))).FirstOrDefault(problem => problem is not null);
    }

    /// <summary>What a report can be sorted by.</summary>
    public static IReadOnlyList<string> OutputsOf(ReportDefinition definition) =>
        definition.IsGrouped ? [.. definition.Groups.Select(group => group.Column), .. definition.Measures.Select(measure => measure.Key)] : definition.Columns;

    private static Problem? Find(ReportCondition condition, DataColumn? column)
    {
        if (column is null || !KindsFor(column.Kind).Contains(condition.Kind))
            return Wrong("Choose a column and what it has to be.");
        if (!TakesValue(condition.Kind))
            return null;
        var isRight = condition.Value is { Length: > 0 and <= 200 } value && !Text.HasHiddenCharacters(value) && (condition.Kind switch
        {
            ConditionKind.InLastDays or ConditionKind.NotInLastDays => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 0 and <= 36_500,
            ConditionKind.From or ConditionKind.Before => DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and <= 9000,
            _ => column.Kind switch
            {
                ColumnKind.Number => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
                ColumnKind.YesNo => value is "yes" or "no",
                ColumnKind.Choice => column.Choices.Any(choice => choice.Key == value),
                _ => true,
            },
        });
        return isRight ? null : Wrong($"Say what \"{column.Title}\" is compared with.");
    }

    private static Problem Wrong(string message) => new(ProblemKind.Invalid, "report.invalid", message);
}

/// <summary>How the parts of a definition are called.</summary>
public static class ReportWords
{
    public static string NameOf(ReportMeasure measure, DataColumn? column) => measure.Kind switch
    {
        MeasureKind.Count => "Number",
        MeasureKind.Distinct => $"Different: {column?.Title}",
        MeasureKind.Min => column?.Kind == ColumnKind.Instant ? $"Earliest: {column.Title}" : $"Smallest: {column?.Title}",
        MeasureKind.Max => column?.Kind == ColumnKind.Instant ? $"Latest: {column.Title}" : $"Largest: {column?.Title}",
        _ => $"Sum: {column?.Title}",
    };

    public static string NameOf(ConditionKind kind) => kind switch
    {
        ConditionKind.Is => "is",
        ConditionKind.IsNot => "is not",
        ConditionKind.Contains => "contains",
        ConditionKind.StartsWith => "starts with",
        ConditionKind.IsEmpty => "is empty",
        ConditionKind.IsNotEmpty => "is not empty",
        ConditionKind.From => "is from this day on",
        ConditionKind.Before => "is before this day",
        ConditionKind.InLastDays => "is within the last days:",
        ConditionKind.NotInLastDays => "is longer ago than days:",
        ConditionKind.AtLeast => "is at least",
        _ => "is at most",
    };

    public static string NameOf(ChartKind kind) => kind switch
    {
        ChartKind.Bars => "Bars",
        ChartKind.Stacked => "Stacked bars",
        ChartKind.Lines => "Lines",
        ChartKind.Shares => "Shares",
        _ => "Heat map",
    };
}
