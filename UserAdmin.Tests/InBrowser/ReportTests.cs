using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Reports;
using static Microsoft.Playwright.Assertions;

namespace UserAdmin.Tests.InBrowser;

[Trait("Kind", "Browser")]
public class ReportTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task P3_P5_A_report_is_built_with_a_chart_and_scheduled_and_arrives_as_a_mail_and_a_file()
    {
        await App.Given(Alice);
        await App.Given(Carol);
        await App.Given(Dave, user => user.ActivatedAt = null);
        var tab = await OpenAs(Alice, "/reports");

        await tab.Link("Build a report").ClickAsync();
        await tab["#report-name"].FillAsync("People by status");
        await tab.Field("Numbers by group").CheckAsync();
        await tab.Field("Group by").SelectOptionAsync("status");
        await tab.Field("Chart").SelectOptionAsync("Lines");
        await Expect(tab[".preview .drawing .line"]).ToBeVisibleAsync();
        await Expect(tab[".preview table.rows"]).ToContainTextAsync("Pending");
        await tab.Button("Save").ClickAsync();
        await Expect(tab.Heading("People by status")).ToBeVisibleAsync();
        await Expect(tab.Rows).ToHaveCountAsync(2);

        await tab.Link("Schedule").ClickAsync();
        await tab.Field("How often").SelectOptionAsync("Expression");
        await tab.Field("Cron expression").FillAsync("0 * * * * ?");
        await tab.Field("Format").SelectOptionAsync("Csv");
        await tab.Button("Save").ClickAsync();
        await Expect(tab.Rows).ToHaveCountAsync(1);

        // As if the next minute had come.
        await App.Run((UserAdminDbContext db) => db.ReportSchedules.ExecuteUpdateAsync(row => row.SetProperty(s => s.NextRunAt, DateTimeOffset.UtcNow.AddMinutes(-1))));
        await RunAsync();
        await tab.Go("/me/exports");
        var download = tab.Page.GetByRole(AriaRole.Link, new() { Name = "Download" });
        await Expect(download).ToBeVisibleAsync();
        await RunAsync();

        var mail = await App.Run((UserAdminDbContext db) => db.OutboxMessages.SingleAsync(m => m.Template == MailKind.ReportReady.Key));
        Assert.Equal(("alice@example.org", "Report: People by status"), (mail.Recipient, mail.Subject));
        var file = await tab.Page.RunAndWaitForDownloadAsync(() => download.ClickAsync());
        var lines = await File.ReadAllLinesAsync(await file.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Contains("\"Pending\",1", lines);
        Assert.Contains("\"Active\",2", lines);
    }

    private Task<bool> RunAsync() => App.Run(async (ScheduledReports reports) =>
    {
        await reports.RunAsync(new JobLog(TimeProvider.System), TestContext.Current.CancellationToken);
        return true;
    });
}
