using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Reports.Builder;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Reports;

public class ReportBuilderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task P3_Every_column_can_be_shown_filtered_grouped_counted_and_sorted_on_every_database(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice, user => user.LastSignInAt = portal.Clock.Now);
        await portal.Given(Carol);

        foreach (var set in DataSets.All)
        {
            await Right(portal, alice, new() { DataSet = set.Key, Columns = [.. set.Columns.Take(12).Select(column => column.Key)] });
            foreach (var column in set.Columns)
            {
                await Right(portal, alice, new() { DataSet = set.Key, Columns = [column.Key], Order = new(column.Key, true), Conditions = [.. ReportCheck.KindsFor(column.Kind).Select(kind => new ReportCondition(column.Key, kind, ValueFor(column, kind)))] });
                foreach (var kind in ReportCheck.KindsFor(column.Kind))
                    await Right(portal, alice, new() { DataSet = set.Key, Columns = [column.Key], Conditions = [new(column.Key, kind, ValueFor(column, kind))] });
                ReportMeasure[] measures = [new(MeasureKind.Count), .. ReportCheck.MeasuresFor(column.Kind).Select(kind => new ReportMeasure(kind, column.Key))];
                await Right(portal, alice, new()
                {
                    DataSet = set.Key,
                    Groups = [new(column.Key, column.Kind == ColumnKind.Instant ? ReportInterval.Month : null)],
                    Measures = [.. measures.Take(5)],
                    Order = new(measures[^1].Key, true),
                    Chart = ChartKind.Bars,
                });
            }
        }
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P3_People_are_counted_by_the_month_of_the_readers_clock_and_empty_months_are_there(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var tokyo = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");
        var alice = await portal.Given(Alice, user => user.CreatedAt = new(2026, 1, 31, 15, 0, 0, TimeSpan.Zero));
        await portal.Given(Carol, user => user.CreatedAt = new(2026, 1, 31, 14, 59, 59, TimeSpan.Zero));
        await portal.Given(Dave, user => (user.CreatedAt, user.TwoFactorEnabled) = (new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), true));
        ReportDefinition byMonth = new() { DataSet = "users", Groups = [new("created", ReportInterval.Month)], Measures = [new(MeasureKind.Count), new(MeasureKind.Distinct, "email")], Chart = ChartKind.Lines };

        var result = await Right(portal, alice, byMonth, tokyo);
        var split = await Right(portal, alice, byMonth with { Groups = [.. byMonth.Groups, new("second_factor")], Measures = [new(MeasureKind.Count)], Chart = ChartKind.Stacked }, tokyo);

        Assert.Equal(["Jan 2026|1|1", "Feb 2026|1|1", "Apr 2026|1|1"], result.Rows.Select(row => string.Join('|', row)));
        Assert.Equal(["Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026"], result.Charts[0].Labels);
        Assert.Equal([1, 1, 0, 1], result.Charts[0].Series[0].Values);
        Assert.Equal(["No 1 1 0 0", "Yes 0 0 0 1"], split.Charts[0].Series.Select(series => $"{series.Name} {string.Join(' ', series.Values)}").Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P3_Conditions_and_order_narrow_and_sort_the_rows(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var now = portal.Clock.Now;
        var alice = await portal.Given(Alice, user => user.LastSignInAt = now);
        await portal.Given(Carol, user => user.LastSignInAt = now.AddDays(-40));
        await portal.Given(Dave, user => user.Deactivate("left", now));
        async Task Shows(string names, params ReportCondition[] conditions) => Assert.Equal(names, string.Join(", ",
            (await Right(portal, alice, new() { DataSet = "users", Columns = ["name", "status"], Conditions = conditions, Order = new("name", true) })).Rows.Select(row => row[0])));

        await Shows("Dave Dyer, Carol Cooper, Alice Archer");
        await Shows("Alice Archer", new ReportCondition("last_sign_in", ConditionKind.InLastDays, "30"));
        await Shows("Carol Cooper", new ReportCondition("last_sign_in", ConditionKind.NotInLastDays, "30"));
        await Shows("Dave Dyer", new ReportCondition("last_sign_in", ConditionKind.IsEmpty));
        await Shows("Dave Dyer", new ReportCondition("status", ConditionKind.Is, "Inactive"));
        await Shows("Carol Cooper, Alice Archer", new ReportCondition("name", ConditionKind.Contains, "C"), new ReportCondition("email", ConditionKind.IsNot, "dave@example.org"));
        await Shows("", new ReportCondition("name", ConditionKind.Is, "' OR 1=1 --"));
    }

    [Fact]
    public async Task P3_What_is_not_on_the_list_can_not_be_asked()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        ReportDefinition users = new() { DataSet = "users", Columns = ["name"] };
        ReportDefinition grouped = new() { DataSet = "users", Groups = [new("status")], Measures = [new(MeasureKind.Count)] };

        foreach (var wrong in new[]
        {
            users with { DataSet = "data_protection_keys" }, users with { Columns = ["PasswordHash"] }, users with { Columns = [] }, users with { Columns = ["name", "name"] }, users with { Order = new("email") },
            users with { Conditions = [new("password_hash", ConditionKind.IsNotEmpty)] }, users with { Conditions = [new("created", ConditionKind.Contains, "x")] }, users with { Conditions = [new("created", ConditionKind.From, "yesterday")] },
            users with { Conditions = [new("status", ConditionKind.Is, "Root")] }, users with { Conditions = [new("name", ConditionKind.Contains, "a\0b")] }, users with { Chart = ChartKind.Bars },
            grouped with { Groups = [new("created")] }, grouped with { Groups = [new("status", ReportInterval.Day)] }, grouped with { Measures = [new(MeasureKind.Sum, "name")] }, grouped with { Measures = [new(MeasureKind.Count), new(MeasureKind.Count)] },
            grouped with { Chart = ChartKind.HeatMap }, grouped with { Groups = [new("status"), new("city"), new("country")] },
        })
            Assert.Equal("report.invalid", (await Answer(portal, alice, wrong)).Problem?.Code);
        Assert.Null(ReportDefinition.Parse("""{"dataSet":"users","sql":"select 1"}"""));
        Assert.Null(ReportDefinition.Parse("[]"));
        Assert.Equal(grouped.ToJson(), ReportDefinition.Parse(grouped.ToJson())!.ToJson());
    }

    [Fact]
    public async Task E_The_rows_are_those_that_the_reader_may_see_not_the_builder()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, grace, carol) = (await portal.Given(Alice), await portal.Given(Grace), await portal.Given(Carol));
        var withoutLog = grace with { Access = Access.Of([Permission.ReportsView, Permission.UsersView]) };
        ReportDefinition events = new() { DataSet = "events", Columns = ["at", "action"] };

        Assert.True((await Answer(portal, grace, events)).Succeeded);
        Assert.Equal("report.not_open", (await Answer(portal, withoutLog, events)).Problem?.Code);
        Assert.Equal("report.not_open", (await Answer(portal, carol, new() { Columns = ["name"] })).Problem?.Code);
        Assert.Equal(["users"], ReportBuilder.DataSetsFor(withoutLog).Select(set => set.Key));
        Assert.Equal(DataSets.All.Count, ReportBuilder.DataSetsFor(alice).Count);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P3_A_query_without_end_is_stopped_and_the_connection_works_on(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await portal.Run(async (UserAdminDbContext db) =>
        {
            var stopped = await QueryTime.LimitAsync(db, TimeSpan.FromMilliseconds(50),
                async within => await db.Database.SqlQueryRaw<long>("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS \"Value\" FROM c").SingleAsync(within), Cancel);
            Assert.Equal(QueryTime.Over, stopped.Problem);
            Assert.Equal(0, (await QueryTime.LimitAsync(db, TimeSpan.FromMinutes(5), within => db.Reports.CountAsync(within), Cancel)).Value);
            return true;
        });
    }

    [Fact]
    public void P3_The_shape_of_the_queries_on_SQL_Server()
    {
        using var db = new SqlServerUserAdminDbContext(new DbContextOptionsBuilder<SqlServerUserAdminDbContext>().UseSqlServer("Server=nowhere").Options);
        var set = DataSets.Find("events")!;
        ReportDefinition grouped = new() { DataSet = "events", Groups = [new("category")], Measures = [new(MeasureKind.Count), new(MeasureKind.Distinct, "actor")], Conditions = [new("action", ConditionKind.Is, "user.created"), new("at", ConditionKind.InLastDays, "7")], Order = new("count", true) };

        var sql = set.Open(grouped, db, Actor.System, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch).ToSql();

        foreach (var part in new[] { "GROUP BY [a].[category]", "COUNT_BIG(DISTINCT ", "ORDER BY COUNT_BIG(*) DESC" })
            Assert.True(sql.Contains(part, StringComparison.Ordinal), $"{part} is not in {sql}");
        Assert.DoesNotContain("'user.created'", sql[sql.IndexOf("SELECT", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P3_A_report_is_kept_shared_changed_once_and_deleted(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, grace, heidi) = (await portal.Given(Alice), await portal.Given(Grace), await portal.Given(Heidi));
        ReportForm form = new() { Name = "  Who   left ", Definition = new() { Columns = ["name"] } };

        var id = (await Reports(portal, reports => reports.CreateAsync(form, grace, Cancel))).Value;
        var again = await Reports(portal, reports => reports.CreateAsync(form, grace, Cancel));
        Assert.Equal("report.name_taken", again.Problem?.Code);
        Assert.Empty(await Reports(portal, reports => reports.ListAsync(alice, Cancel)));
        Assert.Null(await Reports(portal, reports => reports.FindAsync(id, alice, Cancel)));

        var loaded = (await Reports(portal, reports => reports.FindAsync(id, grace, Cancel)))!;
        form.IsShared = true;
        Assert.True((await Reports(portal, reports => reports.SaveAsync(id, form, loaded.Stamp, grace, Cancel))).Succeeded);
        Assert.Equal("report.changed", (await Reports(portal, reports => reports.SaveAsync(id, form, loaded.Stamp, grace, Cancel))).Problem?.Code);

        Assert.Equal(("Who left", false, "Grace Green"), Assert.Single(await Reports(portal, reports => reports.ListAsync(heidi, Cancel))) is var row ? (row.Name, row.IsOwn, row.Owner) : default);
        Assert.False((await Reports(portal, reports => reports.FindAsync(id, heidi, Cancel)))!.MayEdit);
        Assert.False((await Reports(portal, reports => reports.SaveAsync(id, form, loaded.Stamp, heidi, Cancel))).Succeeded);
        Assert.False((await Reports(portal, reports => reports.DeleteAsync(id, heidi, Cancel))).Succeeded);
        Assert.True((await Reports(portal, reports => reports.DeleteAsync(id, alice, Cancel))).Succeeded);
        Assert.Null(await Reports(portal, reports => reports.FindAsync(id, grace, Cancel)));
        foreach (var action in new[] { AuditAction.ReportBuilt, AuditAction.ReportEdited, AuditAction.ReportDeleted })
            await portal.Event(action);
    }

    [Fact]
    public async Task P4_The_file_of_a_report_has_every_row_and_only_those_of_its_reader()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var id = (await Reports(portal, reports => reports.CreateAsync(new() { Name = "All", IsShared = true, Definition = new() { Columns = ["name", "created"], Order = new("name") } }, alice, Cancel))).Value;

        async Task<Result<(string Title, List<object?[]> Rows)>> File(string report, Actor actor) => await portal.Run(async (ReportExport export) =>
        {
            var opened = await export.OpenAsync(new ReportFile(report, null, "Europe/Berlin").ToJson(), actor, Cancel);
            return opened.Succeeded ? (opened.Value.Title, await opened.Value.Rows.SelectMany(batch => batch).ToListAsync(Cancel)) : (Result<(string, List<object?[]>)>)opened.Problem;
        });

        var built = await File(id.ToString(), alice);
        Assert.Equal(("All", "Alice Archer, Carol Cooper"), (built.Value.Title, string.Join(", ", built.Value.Rows.Select(row => row[0]))));
        Assert.All(built.Value.Rows, row => Assert.IsType<DateTimeOffset>(row[1]));
        Assert.Equal("Alice Archer", Assert.Single((await File("access", alice)).Value.Rows)[0]);
        Assert.Equal(ProblemKind.NotFound, (await File("access", carol)).Problem?.Kind);
        Assert.Equal(ProblemKind.NotFound, (await File(Guid.NewGuid().ToString(), alice)).Problem?.Kind);
    }

    private static string? ValueFor(DataColumn column, ConditionKind kind) => kind switch
    {
        ConditionKind.IsEmpty or ConditionKind.IsNotEmpty => null,
        ConditionKind.From or ConditionKind.Before => "2026-02-28",
        ConditionKind.InLastDays or ConditionKind.NotInLastDays or ConditionKind.AtLeast or ConditionKind.AtMost => "30",
        _ => column.Kind switch { ColumnKind.Choice => column.Choices[0].Key, ColumnKind.YesNo => "yes", ColumnKind.Number => "3", _ => "example" },
    };

    private static async Task<ReportResult> Right(TestPortal portal, Actor actor, ReportDefinition definition, TimeZoneInfo? zone = null)
    {
        var answer = await Answer(portal, actor, definition, zone);
        Assert.True(answer.Succeeded, $"{definition.ToJson()}: {answer.Problem?.Message}");
        Assert.All(answer.Value.Rows, row => Assert.Equal(answer.Value.Columns.Count, row.Length));
        return answer.Value;
    }

    private static Task<Result<ReportResult>> Answer(TestPortal portal, Actor actor, ReportDefinition definition, TimeZoneInfo? zone = null) =>
        portal.Run((ReportBuilder builder) => builder.AnswerAsync(definition, 200, zone ?? TimeZoneInfo.Utc, actor, Cancel));

    private static Task<T> Reports<T>(TestPortal portal, Func<ReportService, Task<T>> work) => portal.Run(work);
}
