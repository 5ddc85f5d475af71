using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.AccessRequests;

public sealed record AccessRequestQuery(AccessRequestState? State);

public sealed class AccessRequestExport(AccessRequestDirectory requests) : PagedExport<AccessRequestQuery, AccessRequestRow>(ListName, "Access requests", Permission.AccessRequestsDecide, Columns)
{
    public const string ListName = "access-requests";

    private static readonly ListColumns<AccessRequestRow> Columns = new ListColumns<AccessRequestRow>()
        .Text("Person", "person", row => row.FullName, 28).Text("Role", "role", row => row.Role).Text("Where", "organization", row => row.Organization ?? "Everywhere").Number("Hours", "hours", row => row.Hours)
        .Text("Reason", "reason", row => row.Reason, 48).Instant("Asked", "asked_at", row => row.CreatedAt).Text("State", "state", row => row.State.ToString(), 12)
        .Instant("Decided", "decided_at", row => row.DecidedAt).Text("Decided by", "decided_by", row => row.DecidedBy).Text("Reason of the decision", "decision_reason", row => row.DecisionReason, 40);

    protected override async Task<(Page<AccessRequestRow> Page, long? Count)> ReadAsync(AccessRequestQuery query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await requests.ListAsync(query.State, start, actor, cancel);
        return (page, count);
    }

    protected override IEnumerable<(string Name, string? Value)> Describe(AccessRequestQuery query) => [("State", query.State?.ToString() ?? "All"), ("Sorted by", "Asked, newest first")];
}
