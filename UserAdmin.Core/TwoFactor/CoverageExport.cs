using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.TwoFactor;

public sealed class CoverageExport(CoverageDirectory coverage, UserAdminDbContext db) : PagedExport<CoverageFilter, CoverageRow>(ListName, "Without a second factor", Permission.CoverageView, Columns)
{
    public const string ListName = "second-factors";

    private static readonly ListColumns<CoverageRow> Columns = new ListColumns<CoverageRow>()
        .Text("Name", "name", row => row.FullName, 28).Text("Email", "email", row => row.Email, 32).Text("Roles", "roles", row => row.Roles, 28).Instant("Last sign-in", "last_sign_in_at", row => row.LastSignInAt)
        .Text("State", "state", row => row.State.ToString(), 14).Instant("Due", "due_at", row => row.DueAt).Instant("Reminded", "reminded_at", row => row.RemindedAt);

    protected override async Task<(Page<CoverageRow> Page, long? Count)> ReadAsync(CoverageFilter query, PageStart start, Actor actor, CancellationToken cancel)
    {
        var (page, count) = await coverage.ListAsync(query with { PageSize = 200 }, start, actor, cancel);
        return (page, count.Value);
    }

    protected override async Task<IEnumerable<(string Name, string? Value)>> DescribeAsync(CoverageFilter query, Actor actor, CancellationToken cancel) =>
        [("Search", query.Search), ("State", query.State?.ToString()), ("Role", await db.NameOfRoleAsync(query.RoleId, cancel)), ("Which", "Active accounts"), ("Sorted by", "Name")];
}
