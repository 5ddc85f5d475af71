using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Exports;

public class BackgroundFilesTests
{
    private static readonly string AllUsers = ExportQuery.Write(new UserExportQuery(new(), [UserColumn.Email]));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_short_list_comes_at_once_and_is_recorded()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Grace);
        using var browser = await app.SignInAs(await app.Given(Bob));

        using var csv = await browser.Export(UserExport.ListName, ExportFormat.Csv, new UserExportQuery(new() { Search = "grace" }, [UserColumn.Email, UserColumn.SecondFactor]));

        Assert.Equal(("text/csv; charset=utf-8", "no-store"), (csv.Header("Content-Type"), csv.Header("Cache-Control")));
        Assert.Contains("attachment; filename=users-20", csv.Header("Content-Disposition"));
        Assert.Equal("\uFEFF\"Name\",\"Email\",\"Second factor\"\r\n\"Grace Green\",\"grace@example.org\",\"No\"\r\n", Encoding.UTF8.GetString(await csv.Content.ReadAsByteArrayAsync(Cancel)));
        Assert.Equal(["Format: - -> Csv", "Rows: - -> 1", "Search: - -> grace", "Status: - -> Everybody who is not deleted", "Sorted by: - -> Name"], (await app.Event(AuditAction.ExportMade)).Differences);
    }

    [Fact]
    public async Task G08_A_long_list_is_made_in_the_background_for_its_maker_alone_and_goes_when_its_time_is_over()
    {
        await using var app = await TestApp.StartAsync(("Policies:ExportPolicy:RowsAtOnce", "0"));
        var bob = await app.Given(Bob);
        using var browser = await app.SignInAs(bob);
        using var other = await app.SignInAs(app.Alice);
        var query = new UserExportQuery(new(), [UserColumn.Email]);

        using var begun = await browser.Export(UserExport.ListName, ExportFormat.Csv, query);
        Assert.Equal((HttpStatusCode.Redirect, "/me/exports"), (begun.StatusCode, begun.Target));
        var row = Assert.Single(await List(app, bob));
        Assert.Equal((ExportState.Waiting, 2, "Users"), (row.State, row.ExpectedRows, row.Title));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Get($"/me/exports/{row.Id}/file")).StatusCode);

        Assert.True(await RunNext(app));
        Assert.False(await RunNext(app));
        using var file = await browser.Get($"/me/exports/{row.Id}/file");
        var bytes = await file.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal("\uFEFF\"Name\",\"Email\"\r\n\"Alice Archer\",\"alice@example.org\"\r\n\"Bob Baker\",\"bob@example.org\"\r\n", Encoding.UTF8.GetString(bytes));
        Assert.Equal(bytes.Length, file.Content.Headers.ContentLength);
        Assert.Equal((ExportState.Done, 2, (long)bytes.Length), (await app.Load(row.Id)) is var done ? (done.State, done.Rows, done.Bytes) : default);
        Assert.Equal((bob.UserId, row.Id), ((await app.Event(AuditAction.ExportMade)).ActorId, (await app.Event(AuditAction.ExportMade)).TargetId));
        Assert.Equal(bob.UserId, (await app.Event(AuditAction.ExportDownloaded)).ActorId);

        Assert.Equal(HttpStatusCode.NotFound, (await other.Get($"/me/exports/{row.Id}/file")).StatusCode);
        Assert.Empty(await List(app, app.Alice));
        Assert.Equal(ExportProblems.NotFound, (await app.Run((ExportFiles files) => files.RemoveAsync(row.Id, app.Alice, Cancel))).Problem);
        Assert.Equal(ExportProblems.NotFound, (await app.Run((ExportService exports) => exports.CancelAsync(row.Id, app.Alice, Cancel))).Problem);

        app.Clock.Advance(TimeSpan.FromHours(24));
        using var later = await app.SignInAs(bob);
        Assert.Equal(HttpStatusCode.NotFound, (await later.Get($"/me/exports/{row.Id}/file")).StatusCode);
        var log = new JobLog(app.Clock);
        await app.Run(async (ExportFiles files) =>
        {
            await files.RemoveExpiredAsync(log, Cancel);
            return 0;
        });
        Assert.Equal("Removed 1 file (1 MB).", log.Summary);
        Assert.Equal((0, 0), await Left(app));
    }

    [Fact]
    public async Task G08_A_form_without_its_token_begins_nothing_and_an_administrator_who_acts_as_somebody_gets_no_file()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = await app.SignInAs(app.Alice);

        using var forged = await browser.Post("/exports/new", ("list", UserExport.ListName), ("format", "Csv"), ("query", AllUsers));
        var acting = await app.Run((ExportService exports) => exports.BeginAsync(new(UserExport.ListName, ExportFormat.Csv, AllUsers, "UTC"),
            app.Alice with { Impersonator = new(Guid.NewGuid(), "Bob", app.Clock.Now.AddHours(1)) }, Cancel));

        Assert.Equal((HttpStatusCode.BadRequest, ProblemKind.NotAllowed), (forged.StatusCode, acting.Problem?.Kind));
        Assert.Empty(await app.Events(AuditAction.ExportMade));
    }

    [Fact]
    public async Task G07_A_file_is_made_with_the_rights_of_that_moment()
    {
        await using var portal = await TestPortal.StartAsync(settings: [("Policies:ExportPolicy:RowsAtOnce", "0")]);
        var (alice, grace, heidi) = (await portal.Given(Alice), await portal.Given(Grace), await portal.Given(Heidi));
        var (lost, gone) = (await Begin(portal, UserExport.ListName, AllUsers, grace), await Begin(portal, UserExport.ListName, AllUsers, heidi));
        await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == grace.UserId).ExecuteDeleteAsync(Cancel));
        await portal.Run((UserLifecycle users) => users.DeactivateAsync(heidi.Id, "Left", alice, Cancel));

        Assert.True(await RunNext(portal));
        Assert.True(await RunNext(portal));

        Assert.Equal([(ExportState.Failed, UserProblems.NotAllowed.Message), (ExportState.Failed, ExportProblems.NotActive.Message)],
            new[] { await portal.Load(lost), await portal.Load(gone) }.Select(export => (export.State, export.Problem!)));
        Assert.All(await portal.Events(AuditAction.ExportMade), e => Assert.Equal(AuditOutcome.Failure, e.Outcome));
    }

    [Fact]
    public async Task A_file_whose_right_ended_after_it_was_made_is_not_handed_out()
    {
        await using var portal = await TestPortal.StartAsync(settings: [("Policies:ExportPolicy:RowsAtOnce", "0")]);
        var (alice, grace) = (await portal.Given(Alice), await portal.Given(Grace));
        var id = await Begin(portal, UserExport.ListName, AllUsers, grace);
        await RunNext(portal);

        var before = await portal.Run((ExportFiles files) => files.OpenAsync(id, grace, Cancel));
        var after = await portal.Run((ExportFiles files) => files.OpenAsync(id, grace with { Access = Access.None }, Cancel));

        Assert.True(before.Succeeded);
        Assert.Equal(ExportProblems.NotFound, after.Problem);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task G08_Nobody_has_more_than_three_files_made_at_once_however_fast_they_ask(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider, ("Policies:ExportPolicy:RowsAtOnce", "0"));
        var alice = await portal.Given(Alice);

        var begun = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => portal.Run((ExportService exports) => exports.BeginAsync(new(UserExport.ListName, ExportFormat.Json, AllUsers, "UTC"), alice, Cancel))));

        Assert.Equal(3, begun.Count(result => result.Succeeded));
        Assert.All(begun.Where(result => !result.Succeeded), result => Assert.Equal(ExportProblems.TooMany, result.Problem));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task G08_What_is_canceled_in_the_middle_leaves_nothing_behind(DatabaseProvider provider)
    {
        var list = new GatedList();
        await using var portal = await TestPortal.StartAsync(provider, services => services.AddSingleton<IExportList>(list));
        var alice = await portal.Given(Alice);
        var id = await Begin(portal, "gated", "{}", alice);
        var making = RunNext(portal);
        await list.Reached;

        var canceled = await portal.Run((ExportService exports) => exports.CancelAsync(id, alice, Cancel));
        list.Open();
        await making;

        Assert.True(canceled.Succeeded);
        Assert.Equal((ExportState.Canceled, (1, 0)), ((await portal.Load(id)).State, await Left(portal)));
        Assert.Equal((AuditOutcome.Failure, "Canceled"), await portal.Event(AuditAction.ExportMade) is var e ? (e.Outcome, e.Reason) : default);
        Assert.Equal(ExportProblems.NotUnderWay, (await portal.Run((ExportService exports) => exports.CancelAsync(id, alice, Cancel))).Problem);
        Assert.True((await portal.Run((ExportFiles files) => files.RemoveAsync(id, alice, Cancel))).Succeeded);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task G08_What_a_dead_server_left_is_begun_anew_by_another_one(DatabaseProvider provider)
    {
        var (dead, living) = (new GatedList(), new GatedList());
        var current = dead;
        await using var portal = await TestPortal.StartAsync(provider, services => services.AddTransient<IExportList>(_ => current));
        var alice = await portal.Given(Alice);
        var id = await Begin(portal, "gated", "{}", alice);
        var first = RunNext(portal);
        await dead.Reached;

        // Its hold is over, as if nothing had come from it for a minute and somebody else had died of it since; so it can't hold it again either.
        await portal.Run((UserAdminDbContext db) => db.Exports.Where(e => e.Id == id).ExecuteUpdateAsync(row => row.SetProperty(e => e.HeldUntil, portal.Clock.Now).SetProperty(e => e.Attempts, 2), Cancel));
        current = living;
        living.Open();
        Assert.True(await RunNext(portal));
        dead.Open();
        await first;

        var export = await portal.Load(id);
        Assert.Equal((ExportState.Done, 3, 300_001L), (export.State, export.Attempts, export.Rows));
        var content = await Content(portal, id);
        Assert.Equal(export.Bytes, content.Length);
        Assert.Equal(300_002, content.AsSpan().Count((byte)'\n'));
        await portal.Event(AuditAction.ExportMade);
    }

    [Fact]
    public async Task A_server_that_goes_down_leaves_the_file_to_the_next_one()
    {
        var list = new GatedList();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, services => services.AddSingleton<IExportList>(list));
        var alice = await portal.Given(Alice);
        var id = await Begin(portal, "gated", "{}", alice);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var making = RunNext(portal, stop.Token);
        await list.Reached;

        await stop.CancelAsync();
        await making;

        Assert.Equal((ExportState.Waiting, 0, (1, 0)), await portal.Load(id) is var export ? (export.State, export.Attempts, await Left(portal)) : default);
    }

    [Fact]
    public async Task A_list_that_fails_fails_for_its_maker_and_nobody_else()
    {
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, services => services.AddScoped<IExportList, BrokenList>());
        var alice = await portal.Given(Alice);
        var id = await Begin(portal, "broken", "{}", alice);

        Assert.True(await RunNext(portal));

        Assert.Equal((ExportState.Failed, ExportProblems.Failed.Message, (1, 0)), await portal.Load(id) is var export ? (export.State, export.Problem!, await Left(portal)) : default);
    }

    private sealed class BrokenList : IExportList
    {
        public string Name => "broken";

        public Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel) => Task.FromResult<Result<ExportTable>>(
            new ExportTable("Broken", [new("N", "n")], Throw(), []) { ExpectedRows = 1_000_000 });

        private static async IAsyncEnumerable<IReadOnlyList<object?[]>> Throw()
        {
            yield return [["x"]];
            await Task.Yield();
            throw new InvalidOperationException("The list is broken.");
        }
    }

    private static async Task<Guid> Begin(ITestPortal portal, string list, string query, Actor actor)
    {
        var begun = await portal.Run((ExportService exports) => exports.BeginAsync(new(list, ExportFormat.Csv, query, "Europe/Zurich"), actor, Cancel));
        Assert.Null(begun.Problem);
        return begun.Value!.BackgroundId!.Value;
    }

    private static Task<bool> RunNext(ITestPortal portal, CancellationToken? stop = null) =>
        portal.Services.GetRequiredService<ExportRunner>().RunNextAsync(portal.Services.GetRequiredService<TenantDirectory>().Default, stop ?? Cancel);

    private static Task<IReadOnlyList<ExportRow>> List(ITestPortal portal, Actor actor) => portal.Run((ExportService exports) => exports.ListAsync(actor, Cancel));

    private static Task<(int Files, int Pieces)> Left(ITestPortal portal) => portal.Run(async (UserAdminDbContext db) => (await db.Exports.CountAsync(Cancel), await db.ExportChunks.CountAsync(Cancel)));

    private static Task<byte[]> Content(ITestPortal portal, Guid id) => portal.Run(async (UserAdminDbContext db) =>
        (await db.ExportChunks.Where(c => c.ExportId == id).OrderBy(c => c.Number).Select(c => c.Content).ToListAsync(Cancel)).SelectMany(piece => piece).ToArray());
}
