using UserAdmin.Core.Common;

namespace UserAdmin.Core.Sessions;

public enum RiskFilter { Unusual, Suspicious }

/// <summary>Which sessions of all people a list shows.</summary>
public sealed record SessionFilter
{
    /// <summary>Parts of the names, user name or email address of whose sessions they are.</summary>
    public string? Search { get; init; }

    public Guid? UserId { get; init; }
    public bool? IsOpen { get; init; }
    public string? Browser { get; init; }
    public string? System { get; init; }
    public string? Address { get; init; }
    public RiskFilter? Risk { get; init; }

    /// <summary>Signed in at this instant or later.</summary>
    public DateTimeOffset? Since { get; init; }

    public int PageSize { get; init => field = Math.Clamp(value, 1, 200); } = 50;

    public IReadOnlyList<string> Words => [.. Text.Fold(Text.Visible(Search)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(10)];

    public static IReadOnlyList<string> Browsers => UserAgentName.BrowserNames;

    public static IReadOnlyList<string> Systems => UserAgentName.SystemNames;
}
