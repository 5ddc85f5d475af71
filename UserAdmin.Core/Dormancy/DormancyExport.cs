using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Dormancy;

public sealed record DormancyPreviewQuery;

/// <summary>Whom the next run would warn, deactivate and delete: everybody, where the page shows the first.</summary>
public sealed class DormancyExport(DormancyDirectory dormancy) : PagedExport<DormancyPreviewQuery, (string Step, DormantRow Person)>(ListName, "Dormant accounts", Permission.SettingsView, Columns)
{
    public const string ListName = "dormancy-preview";

    private static readonly ListColumns<(string Step, DormantRow Person)> Columns = new ListColumns<(string Step, DormantRow Person)>()
        .Text("What", "step", row => row.Step).Text("Name", "name", row => row.Person.FullName, 28).Text("Email", "email", row => row.Person.Email, 32).Instant("Last sign-in", "last_sign_in_at", row => row.Person.LastSignInAt);

    protected override async Task<(Page<(string Step, DormantRow Person)> Page, long? Count)> ReadAsync(DormancyPreviewQuery query, PageStart start, Actor actor, CancellationToken cancel) =>
        (await dormancy.ReadAsync(start, actor, cancel), null);

    protected override Task<bool> MayAsync(Actor actor, CancellationToken cancel) => Task.FromResult(actor.Can(Permission.SettingsView) && actor.Can(Permission.UsersView));

    protected override IEnumerable<(string Name, string? Value)> Describe(DormancyPreviewQuery query) => [("Which", "By the rule as it is saved, as if it were on")];
}
