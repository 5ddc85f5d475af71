using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Reports;

public class BuiltInReportTests
{
    private static readonly TimeZoneInfo Tokyo = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task P1_Every_report_answers_on_every_database(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        await portal.Given(Carol);
        var place = Guid.NewGuid();

        foreach (var report in BuiltInReports.All)
            foreach (var parameters in new[] { new ReportParameters(), new() { Range = ReportRange.Last12Months, OrganizationId = place, RoleId = SystemRoles.Owner.Id } })
            {
                var answer = await Read(portal, report.Code, parameters, alice);
                Assert.NotEmpty(answer.Result.Figures);
                Assert.All(answer.Result.Charts, chart => Assert.All(chart.Series, series => Assert.Equal(chart.Labels.Count, series.Values.Count)));
                Assert.All(answer.Rows, row => Assert.Equal(answer.Result.Columns.Count, row.Length));
            }
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task L7_Trends_add_what_the_sealer_counted_and_what_is_not_sealed_yet_by_the_readers_days(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);
        var midnight = ReportPeriod.InstantOf(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(portal.Clock.Now, Tokyo).DateTime), Tokyo);
        await Count(portal, AuditAction.SignedIn, midnight, 5);
        await Count(portal, AuditAction.SignedIn, midnight.AddMinutes(-15), 7);
        await Count(portal, AuditAction.SignInFailed, midnight.AddDays(-2), 2, AuditOutcome.Failure);
        await Record(portal, AuditAction.SignedIn, alice, portal.Clock.Now);

        var (result, _) = await Read(portal, "sign-ins", new() { Range = ReportRange.Last7Days }, alice, Tokyo);

        Assert.Equal([0, 0, 0, 0, 0, 7, 6], result.Charts[0].Series[0].Values);
        Assert.Equal([0, 0, 0, 0, 2, 0, 0], result.Charts[0].Series[1].Values);
        Assert.Equal("13", result.Figures.Single(figure => figure.Name == "Sign-ins").Value);
    }

    [Fact]
    public async Task P6_The_hours_of_the_heat_map_are_the_readers()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var midnight = ReportPeriod.InstantOf(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(portal.Clock.Now, Tokyo).DateTime), Tokyo);
        await Count(portal, AuditAction.SignedIn, midnight.AddDays(-1).AddHours(9).AddMinutes(45), 4);

        var (result, _) = await Read(portal, "peak-hours", new(), alice, Tokyo);

        var day = (int)(TimeZoneInfo.ConvertTime(midnight.AddDays(-1).AddHours(9), Tokyo).DayOfWeek + 6) % 7;
        Assert.Equal(4, result.Charts[0].Series[day].Values[9]);
        Assert.Equal(4, result.Charts[0].Series.Sum(series => series.Values.Sum()));
        Assert.Equal($"{ActivitySums.Weekdays[day]}, 09:00", result.Figures.Single(figure => figure.Name == "Peak").Value);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P1_The_access_list_says_who_has_what_until_when_and_from_whom(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, grace) = (await portal.Given(Alice), await portal.Given(Grace));

        var (result, rows) = await Read(portal, "access", new(), alice);
        var (_, ofAuditors) = await Read(portal, "access", new() { RoleId = SystemRoles.Auditor.Id }, alice);

        Assert.Equal(["Alice Archer|Owner|Everywhere|System", "Grace Green|Auditor|Everywhere|System"], rows.Select(row => $"{row[0]}|{row[2]}|{row[3]}|{row[6]}"));
        Assert.Equal($"/users/{grace.Id}/access", Assert.IsType<ReportLink>(Assert.Single(ofAuditors)[0]).Address);
        Assert.False(result.IsCut);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P1_Dormant_are_the_active_accounts_that_nobody_used_for_so_long(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var now = portal.Clock.Now;
        var alice = await portal.Given(Alice, user => (user.LastSignInAt, user.CreatedAt) = (now, now.AddDays(-300)));
        await portal.Given(Carol, user => (user.LastSignInAt, user.CreatedAt) = (now.AddDays(-100), now.AddDays(-300)));
        await portal.Given(Dave, user => user.CreatedAt = now.AddDays(-200));
        await portal.Given(Frank);

        var (_, rows) = await Read(portal, "dormant-accounts", new(), alice);
        var (_, longer) = await Read(portal, "dormant-accounts", new() { Days = 150 }, alice);

        Assert.Equal(["Dave Dyer", "Carol Cooper"], rows.Select(row => $"{row[0]}"));
        Assert.Equal((null, now.AddDays(-100)), (rows[0][2], rows[1][2]));
        Assert.Equal("Dave Dyer", Assert.Single(longer)[0]!.ToString());
    }

    [Fact]
    public async Task A_name_that_was_typed_and_that_nobody_has_is_counted_and_never_shown()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        await Record(portal, AuditAction.SignInFailed, Actor.Anonymous, portal.Clock.Now, new(null, "my-secret-password"));
        await Record(portal, AuditAction.SignInFailed, Actor.Anonymous, portal.Clock.Now, new(carol.Id, carol.Name));

        var (result, rows) = await Read(portal, "failed-sign-ins", new(), alice);

        Assert.Equal(["Carol Cooper", "Names that nobody has"], rows.Select(row => $"{row[0]}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain("my-secret-password", string.Join('|', result.Rows.SelectMany(row => row)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_are_for_those_who_may_see_them_and_what_they_are_about()
    {
        await using var portal = await TestPortal.StartAsync();
        var (carol, heidi, grace) = (await portal.Given(Carol), await portal.Given(Heidi), await portal.Given(Grace));
        var limited = grace with { Access = Access.Of([Permission.ReportsView]) };

        Assert.Empty(ReportReader.ListFor(carol));
        Assert.Equal(BuiltInReports.All.Count, ReportReader.ListFor(grace).Count);
        Assert.Contains(ReportReader.ListFor(heidi), report => report.Code == "access");
        Assert.DoesNotContain(ReportReader.ListFor(limited), report => report.Code is "access" or "roles" or "dormant-accounts" or "second-factors");
        Assert.Null(await portal.Run((ReportReader reports) => reports.ReadAsync("access", new(), TimeZoneInfo.Utc, limited, Cancel)));
        Assert.Null(await portal.Run((ReportReader reports) => reports.ReadAsync("sign-ins", new(), TimeZoneInfo.Utc, carol, Cancel)));
        Assert.Null(await portal.Run((ReportReader reports) => reports.FindAsync("sign-ins", new(), TimeZoneInfo.Utc, carol, Cancel)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task P6_The_figures_of_days_are_kept_once_and_made_up_for_after_a_break(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol, user => user.TwoFactorEnabled = true));
        var today = DateOnly.FromDateTime(portal.Clock.Now.UtcDateTime);
        var noon = new DateTimeOffset(today.AddDays(-2), new(12, 0), TimeSpan.Zero);
        foreach (var (who, at) in new[] { (alice, noon), (alice, noon.AddHours(1)), (carol, noon), (carol, noon.AddDays(1)) })
            await Record(portal, AuditAction.SignedIn, who, at);

        var said = await RecordDay(portal);
        await portal.Run((UserAdminDbContext db) => db.Users.Where(u => u.UserName == "carol").ExecuteDeleteAsync(Cancel));
        var again = await RecordDay(portal);

        var figures = await portal.Run((UserAdminDbContext db) => db.DailyFigures.AsNoTracking().ToDictionaryAsync(f => (f.Name, f.Day), f => f.Value, Cancel));
        Assert.Equal((2, 1), (figures[(DailyFigures.People, today)], figures[(DailyFigures.Protected, today)]));
        Assert.Equal((2, 1), (figures[(DailyFigures.ByDay, today.AddDays(-2))], figures[(DailyFigures.ByDay, today.AddDays(-1))]));
        Assert.Equal(2, figures[($"{DailyFigures.Often}.2", today)]);
        Assert.False(figures.ContainsKey((DailyFigures.ByDay, today)));
        Assert.StartsWith("Kept", said, StringComparison.Ordinal);
        Assert.Equal("Every figure was there already.", again);
    }

    private static async Task<string?> RecordDay(TestPortal portal)
    {
        var log = new JobLog(portal.Clock);
        await portal.Run(async (DailyFigures figures) =>
        {
            await figures.RecordAsync(log, Cancel);
            return true;
        });
        return log.Summary;
    }

    private static async Task<(ReportResult Result, List<object?[]> Rows)> Read(TestPortal portal, string code, ReportParameters parameters, Actor actor, TimeZoneInfo? zone = null) =>
        await portal.Run(async (ReportReader reports) =>
        {
            var answer = await reports.ReadAsync(code, parameters, zone ?? TimeZoneInfo.Utc, actor, Cancel);
            return (answer!.Value.Result, await answer.Value.Rows.ToListAsync(Cancel));
        });

    private static Task<int> Count(TestPortal portal, AuditAction action, DateTimeOffset at, int count, AuditOutcome outcome = AuditOutcome.Success) => portal.Run(async (UserAdminDbContext db) =>
    {
        db.AuditCounts.Add(new() { Slot = ReportPeriod.SlotOf(at), Action = action.Code, Outcome = outcome, Count = count });
        return await db.SaveChangesAsync(Cancel);
    });

    private static Task<int> Record(TestPortal portal, AuditAction action, Actor actor, DateTimeOffset at, AuditTarget? target = null) => portal.Run(async (UserAdminDbContext db) =>
    {
        db.Record(action, actor, target ?? new(actor.UserId, actor.Name), at);
        return await db.SaveChangesAsync(Cancel);
    });
}
