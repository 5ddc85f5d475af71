using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Jobs;

public class DailyReportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task J1_The_figures_of_the_last_day_go_once_to_those_who_want_them(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await portal.Given(Alice);
        await portal.Given(Carol, user => user.Lock(portal.Clock.Now.AddYears(1), "Test"));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            var carol = await db.Users.SingleAsync(u => u.UserName == "carol", Cancel);
            db.Record(AuditAction.SignedIn, Actor.System, carol, portal.Clock.Now);
            db.Record(AuditAction.SignInFailed, Actor.System, carol, portal.Clock.Now);
            db.Record(AuditAction.SignInFailed, Actor.System, carol, portal.Clock.Now);
            return await db.SaveChangesAsync(Cancel);
        });

        Assert.Equal("Nobody wants it.", await Send(portal));
        Assert.Null((await portal.Run(async (Policies policies) => await policies.SaveAsync(new DailyReportPolicy { ToAdministrators = true, Addresses = "boss@example.org" }, (await policies.GetWithStampAsync<DailyReportPolicy>(Cancel)).Stamp, Actor.System, Cancel))).Problem);
        portal.Clock.Advance(TimeSpan.FromDays(1));
        Assert.EndsWith("to 2 recipients.", await Send(portal));
        Assert.EndsWith("to 0 recipients.", await Send(portal));

        await portal.Run(async (IServiceProvider services) =>
        {
            var (outbox, db) = (services.GetRequiredService<Outbox>(), services.GetRequiredService<UserAdminDbContext>());
            var mails = await db.OutboxMessages.Where(m => m.Template == "daily-report").OrderBy(m => m.Recipient).ToListAsync(Cancel);
            Assert.Equal(["alice@example.org", "boss@example.org"], mails.Select(m => m.Recipient));
            var text = outbox.Read(mails[0])!.Text;
            Assert.Contains("Sign-ins: 1\n", text);
            Assert.Contains("Failed sign-ins: 2\n", text);
            Assert.Contains("New people: 2\n", text);
            Assert.Contains("Locked accounts now: 1\n", text);
            return true;
        });
    }

    private static async Task<string?> Send(TestPortal portal)
    {
        var log = new JobLog(portal.Clock);
        await portal.Run(async (DailyReport report) =>
        {
            await report.SendAsync(log, Cancel);
            return true;
        });
        return log.Summary;
    }
}
