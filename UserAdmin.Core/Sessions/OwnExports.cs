using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Sessions;

public sealed record OwnListQuery;

/// <summary>One's own sessions, as they are listed under one's account.</summary>
public sealed class OwnSessionExport(SessionService sessions) : PagedExport<OwnListQuery, SessionRow>(ListName, "My sessions", Permission.SessionsView, Columns)
{
    public const string ListName = "my-sessions";

    private static readonly ListColumns<SessionRow> Columns = new ListColumns<SessionRow>()
        .Text("Device", "device", row => row.Device, 28).Text("Address", "address", row => row.Address, 18).Instant("Signed in", "signed_in_at", row => row.CreatedAt).Instant("Last used", "last_used_at", row => row.LastActivityAt)
        .Text("State", "state", row => row.IsOpen ? "Open" : row.EndReason ?? "Timed out").Instant("Ended", "ended_at", row => row.EndedAt).YesNo("This one", "is_current", row => row.IsCurrent);

    public override bool IsOnesOwn => true;

    protected override Task<bool> MayAsync(Actor actor, CancellationToken cancel) => Task.FromResult(true);

    protected override async Task<(Page<SessionRow> Page, long? Count)> ReadAsync(OwnListQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var rows = await sessions.ListAsync(actor.UserId!.Value, actor, cancel);
        return (new(rows, null, null), rows.Count);
    }

    protected override IEnumerable<(string Name, string? Value)> Describe(OwnListQuery query) => [("Sorted by", "Last used, newest first")];
}

/// <summary>One's own devices.</summary>
public sealed class OwnDeviceExport(DeviceService devices) : PagedExport<OwnListQuery, DeviceRow>(ListName, "My devices", Permission.SessionsView, DeviceExport.Columns)
{
    public const string ListName = "my-devices";

    public override bool IsOnesOwn => true;

    protected override Task<bool> MayAsync(Actor actor, CancellationToken cancel) => Task.FromResult(true);

    protected override async Task<(Page<DeviceRow> Page, long? Count)> ReadAsync(OwnListQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var rows = await devices.ListAsync(actor.UserId!.Value, actor, cancel);
        return (new(rows, null, null), rows.Count);
    }

    protected override IEnumerable<(string Name, string? Value)> Describe(OwnListQuery query) => [("Sorted by", "Last used, newest first")];
}
