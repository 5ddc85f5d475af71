using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Sessions;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Sessions;

/// <summary>Which sessions of everybody a list shows.</summary>
internal sealed class SessionQuery
{
    [FromQuery(Name = "user"), Description("The id of a user.")]
    public Guid? User { get; set; }

    [FromQuery(Name = "is_open")]
    public bool? IsOpen { get; set; }

    [FromQuery(Name = "browser"), Description("Such as firefox.")]
    public string? Browser { get; set; }

    [FromQuery(Name = "system"), Description("Such as windows.")]
    public string? System { get; set; }

    [FromQuery(Name = "address"), Description("A network address.")]
    public string? Address { get; set; }

    [FromQuery(Name = "risk"), Description("unusual or suspicious.")]
    public string? Risk { get; set; }

    [FromQuery(Name = "since"), Description("Signed in at this instant or later.")]
    public DateTimeOffset? Since { get; set; }

    public IResult? Refuse(HttpContext http) =>
        Browser is not null && Known(SessionFilter.Browsers, Browser) is null ? ApiAnswers.Invalid(http, "browser", $"Choose of: {string.Join(", ", SessionFilter.Browsers)}.")
        : System is not null && Known(SessionFilter.Systems, System) is null ? ApiAnswers.Invalid(http, "system", $"Choose of: {string.Join(", ", SessionFilter.Systems)}.")
        : Risk is not (null or "unusual" or "suspicious") ? ApiAnswers.Invalid(http, "risk", "Choose unusual or suspicious.")
        : Address?.Length > 45 ? ApiAnswers.Invalid(http, "address", "This is not a network address.")
        : null;

    public SessionFilter ToFilter(ListQuery query) => new()
    {
        Search = query.Search,
        UserId = User,
        IsOpen = IsOpen,
        Browser = Known(SessionFilter.Browsers, Browser),
        System = Known(SessionFilter.Systems, System),
        Address = Address,
        Risk = Risk switch { "unusual" => RiskFilter.Unusual, "suspicious" => RiskFilter.Suspicious, _ => null },
        Since = Since,
        PageSize = query.Size,
    };

    private static string? Known(IReadOnlyList<string> names, string? wanted) => names.FirstOrDefault(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
}

internal sealed class DeviceBody
{
    [Required(ErrorMessage = "Enter a name for the device."), PlainText(100)]
    public string Name { get; set; } = "";

    [Description("May sign in from other networks without looking unusual.")]
    public bool IsTrusted { get; set; }
}

/// <summary>A session. <paramref name="Name"/> is what the owner of a token calls it; <paramref name="ActingAs"/> as whom its owner acts at this moment.</summary>
internal sealed record SessionView(
    Guid Id, SessionKind Kind, string? Name, Guid UserId, string? Person, string Device, string? Address, DateTimeOffset CreatedAt, DateTimeOffset LastActivityAt, DateTimeOffset ExpiresAt,
    bool IsOpen, bool IsCurrent, DateTimeOffset? EndedAt, string? EndReason, int RiskScore, IReadOnlyList<string> RiskReasons, Guid? ActingAs)
{
    public static SessionView Of(SessionRow row) => new(
        row.Id, row.Kind, row.Name, row.UserId, row.Person, row.Device, row.Address, row.CreatedAt, row.LastActivityAt, row.ExpiresAt, row.IsOpen, row.IsCurrent, row.EndedAt, row.EndReason,
        row.RiskScore, row.RiskReasons, row.ActingAsId);
}

/// <summary>A browser or program in which somebody signed in.</summary>
internal sealed record DeviceView(Guid Id, string Name, string? Address, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, bool IsTrusted, DateTimeOffset? RememberedUntil, int OpenSessions, bool IsCurrent)
{
    public static DeviceView Of(DeviceRow row) => new(row.Id, row.Name, row.Address, row.FirstSeenAt, row.LastSeenAt, row.IsTrusted, row.RememberedUntil, row.OpenSessions, row.IsCurrent);
}

/// <summary>How sessions were used in the last thirty days, counted at <paramref name="At"/>.</summary>
internal sealed record SessionFiguresView(
    DateTimeOffset At, int Open, int PeopleThere, int Suspicious, double? TypicalMinutes, IReadOnlyList<DayFigures> Days, IReadOnlyList<Share> Browsers, IReadOnlyList<Share> Systems, IReadOnlyList<Share> Durations)
{
    public static SessionFiguresView Of(SessionUse use, DateTimeOffset at) => new(
        at, use.Open, use.PeopleThere, use.Suspicious, use.TypicalDuration is { } typical ? Math.Round(typical.TotalMinutes, 1) : null, use.Days, use.Browsers, use.Systems, use.Durations);
}
