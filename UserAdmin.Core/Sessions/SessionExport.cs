using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Sessions;

public sealed class SessionExport(SessionOverview sessions, UserAdminDbContext db) : PagedExport<SessionFilter, SessionRow>(ListName, "Sessions", Permission.SessionsView, Columns)
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

    protected override async Task<IEnumerable<(string Name, string? Value)>> DescribeAsync(SessionFilter query, Actor actor, CancellationToken cancel) =>
    [
        ("Search", query.Search), ("Person", query.UserId is { } person ? await db.Users.VisibleTo(actor, db).Where(u => u.Id == person).Select(u => u.FirstName + " " + u.LastName).SingleOrDefaultAsync(cancel) ?? "Somebody who is gone, or whom the reader may not see" : null), ("State", query.IsOpen switch { true => "Open", false => "Ended", _ => null }), ("Browser", query.Browser), ("System", query.System),
        ("Address", query.Address), ("Risk", query.Risk?.ToString()), ("Signed in since", query.Since?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture)), ("Sorted by", "Signed in, newest first"),
    ];
}
