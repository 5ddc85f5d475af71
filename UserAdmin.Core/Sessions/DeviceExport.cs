using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Sessions;

public sealed record DeviceQuery(Guid UserId);

/// <summary>The devices of somebody else.</summary>
public sealed class DeviceExport(DeviceService devices, UserAdminDbContext db) : PagedExport<DeviceQuery, DeviceRow>(ListName, "Devices", Permission.SessionsView, Columns)
{
    public const string ListName = "devices";

    internal static readonly ListColumns<DeviceRow> Columns = new ListColumns<DeviceRow>()
        .Text("Device", "device", row => row.Name, 28).Text("Address", "address", row => row.Address, 18).Instant("Last used", "last_used_at", row => row.LastSeenAt).Instant("First used", "first_used_at", row => row.FirstSeenAt)
        .YesNo("Trusted", "is_trusted", row => row.IsTrusted).Instant("Second factor not asked until", "remembered_until", row => row.RememberedUntil).Number("Open sessions", "open_sessions", row => row.OpenSessions);

    protected override async Task<(Page<DeviceRow> Page, long? Count)> ReadAsync(DeviceQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var rows = await devices.ListAsync(query.UserId, actor, cancel);
        return (new(rows, null, null), rows.Count);
    }

    protected override async Task<string?> TitleAsync(DeviceQuery query, Actor actor, CancellationToken cancel) =>
        await db.ReachesAsync(actor, Permission.SessionsView, query.UserId, cancel)
            ? $"Devices of {await db.Users.Where(u => u.Id == query.UserId).Select(u => u.FirstName + " " + u.LastName).SingleOrDefaultAsync(cancel)}".Trim() : null;

    protected override IEnumerable<(string Name, string? Value)> Describe(DeviceQuery query) => [("Sorted by", "Last used, newest first")];
}
