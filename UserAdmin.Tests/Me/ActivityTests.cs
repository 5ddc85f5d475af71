using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Me;

public class ActivityTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task People_see_what_they_did_and_what_was_done_to_them_in_order_page_by_page(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        for (var i = 0; i < 5; i++)
        {
            await Record(portal, carol, carol, $"mine {i}");
            await Record(portal, alice, carol, $"to me {i}");
            await Record(portal, alice, dave, $"not mine {i}");
        }

        var seen = new List<AuditRow>();
        var (start, pages) = (PageStart.First, 0);
        for (string? next = ""; next is not null; pages++)
        {
            var page = await List(portal, new() { AboutId = carol.Id, PageSize = 3 }, start, carol);
            seen.AddRange(page.Rows);
            start = new(After: next = page.Next);
        }
        var last = await List(portal, new() { AboutId = carol.Id, PageSize = 3 }, new(AtEnd: true), carol);

        Assert.Equal((10, 4), (seen.Count, pages));
        Assert.Equal(Enumerable.Range(0, 5).Reverse().SelectMany(i => new[] { $"to me {i}", $"mine {i}" }), seen.Select(row => row.TargetName));
        Assert.Equal(["mine 1", "to me 0", "mine 0"], last.Rows.Select(row => row.TargetName));
    }

    [Fact]
    public async Task What_an_administrator_noted_and_from_where_is_not_shown_to_whom_it_was_about()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        await portal.Run((UserLifecycle users) => users.LockAsync(carol.Id, portal.Clock.Now.AddDays(1), "Under suspicion", alice, Cancel));

        var row = Assert.Single((await List(portal, new() { AboutId = carol.Id }, PageStart.First, carol)).Rows);
        var ofDave = await List(portal, new() { AboutId = carol.Id }, PageStart.First, dave);
        var trick = await List(portal, new() { AboutId = carol.Id, ActorId = dave.Id }, PageStart.First, dave);

        Assert.Equal((AuditAction.UserLocked.Code, null, null), (row.Action, row.Reason, row.Address));
        Assert.Empty(ofDave.Rows);
        Assert.Empty(trick.Rows);
    }

    [Fact]
    public async Task F03_G07_An_export_has_all_own_events_is_inert_in_spreadsheets_and_is_recorded_with_its_count()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol, user => user.Rename("=cmd|' /C calc'!A0", "Cooper"));
        for (var i = 0; i < 450; i++)
            await Record(app, carol, carol, $"event {i}");
        await Record(app, app.Alice, app.Alice, "of Alice");
        using var browser = await app.SignInAs(carol);

        using var csv = await browser.Get("/me/activity.csv");
        var bytes = await csv.Content.ReadAsByteArrayAsync(Cancel);
        var lines = (await csv.Text()).TrimEnd().Split("\r\n");

        Assert.Equal(("text/csv; charset=utf-8", "no-store"), (csv.Header("Content-Type"), csv.Header("Cache-Control")));
        Assert.Equal("attachment; filename=activity.csv; filename*=UTF-8''activity.csv", csv.Header("Content-Disposition"));
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        Assert.Equal(451, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.Contains(",\"'=cmd|", line));
        Assert.DoesNotContain(lines, line => line.Contains("of Alice", StringComparison.Ordinal));
        Assert.Equal(["Events: - -> 450", "Format: - -> csv"], (await app.Event(AuditAction.ActivityExported)).Differences.Order());
    }

    [Fact]
    public async Task An_export_for_programs_is_json_and_follows_the_filter()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await Record(app, carol, carol, "\"quoted\" 😀");
        using var browser = await app.SignInAs(carol);

        using var all = JsonDocument.Parse(await (await browser.Get("/me/activity.json")).Text());
        using var none = JsonDocument.Parse(await (await browser.Get("/me/activity.json?category=settings&actor=" + app.Alice.Id)).Text());

        Assert.Equal("\"quoted\" 😀", Assert.Single(all.RootElement.EnumerateArray()).GetProperty("target").GetString());
        Assert.Empty(none.RootElement.EnumerateArray());
    }

    [Theory]
    [InlineData("=1+1", "'=1+1"), InlineData("+1", "'+1"), InlineData("-1", "'-1"), InlineData("@SUM(A1)", "'@SUM(A1)"), InlineData("\t=1", "'\t'=1"), InlineData("\r=1", "'\r'=1"), InlineData("\0=1", "'=1")]
    [InlineData("＝1", "'＝1"), InlineData("＠x", "'＠x"), InlineData("a;=1", "a;'=1"), InlineData("a,-2", "a,'-2"), InlineData("a\n@b", "a\n'@b"), InlineData("  =1", "  '=1"), InlineData("a\"=1", "a\"\"'=1")]
    [InlineData("Anne-Marie + Co = nice", "Anne-Marie + Co = nice"), InlineData("a@b.org", "a@b.org"), InlineData(null, "")]
    public void F03_Nothing_in_a_field_can_become_a_formula(string? text, string written) =>
        Assert.Equal($"\"{written}\",\"x\"\r\n", Csv.Line(text, "x"));

    [Fact]
    public async Task The_page_tells_in_sentences_and_has_no_way_to_what_is_not_open()
    {
        await using var app = await TestApp.StartAsync();
        var carol = await app.Given(Carol);
        await app.Run((UserLifecycle users) => users.LockAsync(carol.Id, app.Clock.Now.AddDays(1), "x", app.Alice, Cancel));
        await app.Run((UserLifecycle users) => users.UnlockAsync(carol.Id, "x", app.Alice, Cancel));
        using var browser = await app.SignInAs(carol);

        var page = await (await browser.Get("/me/activity")).Text();

        Assert.Contains("Alice Archer locked Carol Cooper", page);
        Assert.DoesNotContain("href=\"/users", page);
        Assert.DoesNotContain("href=\"/audit", page);
    }

    private static Task<Page<AuditRow>> List(ITestPortal portal, AuditFilter filter, PageStart start, Actor actor) =>
        portal.Run((AuditTrail audit) => audit.ListAsync(filter, start, actor, Cancel));

    private static async Task Record(ITestPortal portal, Actor actor, Actor target, string name)
    {
        portal.Clock.Advance(TimeSpan.FromSeconds(1));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.Record(AuditAction.UserEdited, actor, new(target.Id, name), portal.Clock.Now);
            return await db.SaveChangesAsync(Cancel);
        });
    }
}
