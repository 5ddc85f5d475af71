using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Common;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Web.Jobs;

/// <summary>The list of runs, of one job or of all, as its address says it. Unreadable parts are left out.</summary>
public sealed record JobRunState(string? Job, JobOutcome? Outcome = null, bool WentWrong = false)
{
    public PageStart Start { get; init; } = PageStart.First;

    public JobRunFilter Filter => new(Job, Outcome, WentWrong: WentWrong);

    public static JobRunState Parse(string? job, Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        return new(job, Enum.TryParse<JobOutcome>(query.GetValueOrDefault("outcome"), ignoreCase: true, out var outcome) && Enum.IsDefined(outcome) ? outcome : null, query.GetValueOrDefault("wrong") == "yes")
        {
            Start = new(query.GetValueOrDefault("after"), query.GetValueOrDefault("before"), query.GetValueOrDefault("at") == "end"),
        };
    }

    public string Url() => QueryHelpers.AddQueryString($"/jobs/{Job ?? "runs"}", new Dictionary<string, string?>
    {
        ["outcome"] = Outcome?.ToString().ToLowerInvariant(),
        ["wrong"] = WentWrong ? "yes" : null,
        ["after"] = Start.After,
        ["before"] = Start.Before,
        ["at"] = Start.AtEnd ? "end" : null,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));
}
