using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Sessions;

public sealed class SessionExport(SessionOverview sessions) : PagedExport<SessionFilter, SessionRow>(ListName, "Sessions", Permission.SessionsView, Columns)
{
    public const string ListName = "sessions";

    private static readonly ListColumns<SessionRow> Columns = new ListColumns<SessionRow>()
        .Text("Person", "person", row => row.Person, 28).Text("Device", "device", row => row.Device, 28).Text("Address", "address", row => row.Address, 18)
        .Instant("Signed in", "signed_in_at", row => row.CreatedAt).Instant("Last used", "last_used_at", row => row.LastActivityAt)
        .Text("State", "state", row => row.IsOpen ? "Open" : row.EndReason ?? "Timed out").Instant("Ended", "ended_at", row => row.EndedAt)
        .Number("Risk", "risk", row => row.RiskScore).Text("Why", "risk_reasons", row => string.Join("; ", row.RiskReasons), 40);

    protected override async Task<(Page<SessionRow> Page, long? Count)> ReadAsync(SessionFilter query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await sessions.ListAsync(query with { PageSize = 200 }, start, actor, cancel);
        return (page, count.IsAtLeast ? null : count.Value);
    }

    protected override IEnumerable<(string Name, string? Value)> Describe(SessionFilter query) =>
    [
        ("Search", query.Search), ("Person", query.UserId?.ToString()), ("State", query.IsOpen switch { true => "Open", false => "Ended", _ => null }), ("Browser", query.Browser), ("System", query.System),
        ("Address", query.Address), ("Risk", query.Risk?.ToString()), ("Signed in since", query.Since?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture)), ("Sorted by", "Signed in, newest first"),
    ];
}
