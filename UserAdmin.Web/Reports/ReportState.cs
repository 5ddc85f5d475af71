using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Reports;
using UserAdmin.Web.Ui;

namespace UserAdmin.Web.Reports;

/// <summary>The parameters of a report as its address says them. Unreadable parts are left out.</summary>
internal static class ReportState
{
    public static ReportParameters Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        string? Text(string name) => query.GetValueOrDefault(name) is { Length: > 0 and <= 40 } text ? text : null;
        T? Word<T>(string name) where T : struct, Enum => Enum.TryParse<T>(Text(name)?.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;
        return new()
        {
            Range = Word<ReportRange>("range") ?? ReportRange.Last30Days,
            From = Day.Parse(Text("from")),
            To = Day.Parse(Text("to")),
            Interval = Word<ReportInterval>("by"),
            OrganizationId = Guid.TryParse(Text("organization"), out var organization) ? organization : null,
            RoleId = Guid.TryParse(Text("role"), out var role) ? role : null,
            Days = int.TryParse(Text("days"), out var days) ? days : 90,
        };
    }

    public static string Url(this ReportParameters parameters, string path) => QueryHelpers.AddQueryString(path, new Dictionary<string, string?>
    {
        ["range"] = parameters.Range == ReportRange.Last30Days ? null : parameters.Range.ToString().ToLowerInvariant(),
        ["from"] = parameters.Range == ReportRange.Custom ? Day.Text(parameters.From) : null,
        ["to"] = parameters.Range == ReportRange.Custom ? Day.Text(parameters.To) : null,
        ["by"] = parameters.Interval?.ToString().ToLowerInvariant(),
        ["organization"] = parameters.OrganizationId?.ToString(),
        ["role"] = parameters.RoleId?.ToString(),
        ["days"] = parameters.Days == 90 ? null : $"{parameters.Days}",
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    public static string NameOf(ReportRange range) => range switch
    {
        ReportRange.Last7Days => "Last 7 days",
        ReportRange.Last30Days => "Last 30 days",
        ReportRange.Last90Days => "Last 90 days",
        ReportRange.Last12Months => "Last 12 months",
        ReportRange.ThisMonth => "This month",
        ReportRange.LastMonth => "Last month",
        ReportRange.LastQuarter => "Last quarter",
        _ => "From day to day",
    };
}
