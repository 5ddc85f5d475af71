using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Dormancy;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Dormancy;

public class DormantUsersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task U15_A_dormant_account_is_warned_deactivated_and_deleted_in_stages_each_once(DatabaseProvider provider)
    {
        await using var portal = await Portal(provider);
        await portal.Given(Alice, user => user.LastSignInAt = portal.Clock.Now.AddDays(-1000));
        var carol = await portal.Given(Carol, user => user.LastSignInAt = portal.Clock.Now.AddDays(-500));
        var dave = await portal.Given(Dave, user => user.LastSignInAt = portal.Clock.Now.AddDays(-89));

        Assert.Equal("Warned 1, deactivated 0 and deleted 0 accounts.", await Run(portal));
        Assert.Equal("Warned 0, deactivated 0 and deleted 0 accounts.", await Run(portal));
        Assert.Equal(UserStatus.Active, await Status(portal, carol));
        portal.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal("Warned 1, deactivated 0 and deleted 0 accounts.", await Run(portal));
        portal.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("Warned 0, deactivated 1 and deleted 0 accounts.", await Run(portal));
        Assert.Equal((UserStatus.Inactive, UserStatus.Active), (await Status(portal, carol), await Status(portal, dave)));
        portal.Clock.Advance(TimeSpan.FromDays(245));
        Assert.Equal("Warned 0, deactivated 1 and deleted 1 accounts.", await Run(portal));
        Assert.Equal("Warned 0, deactivated 0 and deleted 0 accounts.", await Run(portal));

        Assert.Equal((UserStatus.Deleted, UserStatus.Inactive), (await Status(portal, carol), await Status(portal, dave)));
        Assert.Equal([carol.Id, dave.Id], (await portal.Events(AuditAction.DormancyWarned)).Select(e => e.TargetId!.Value));
        Assert.Equal(["dormancy-ending", "dormancy-warning"], await portal.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.UserId == carol.UserId).Select(m => m.Template).OrderBy(t => t).ToListAsync(Cancel)));
    }

    [Fact]
    public async Task U15_Whoever_signs_in_is_out_of_it()
    {
        await using var portal = await Portal();
        var carol = await portal.Given(Carol, user => user.LastSignInAt = portal.Clock.Now.AddDays(-100));
        await Run(portal);
        portal.Clock.Advance(TimeSpan.FromDays(40));
        var now = portal.Clock.Now;
        await portal.Run((UserAdminDbContext db) => db.Users.Where(u => u.Id == carol.UserId).ExecuteUpdateAsync(row => row.SetProperty(u => u.LastSignInAt, now), Cancel));

        Assert.Equal("Warned 0, deactivated 0 and deleted 0 accounts.", await Run(portal));

        Assert.Equal(UserStatus.Active, await Status(portal, carol));
        Assert.Equal(0, await portal.Run((UserAdminDbContext db) => db.DormantUsers.CountAsync(Cancel)));
    }

    [Fact]
    public async Task U15_Somebody_whom_an_administrator_brought_back_is_warned_again_before_anything_happens()
    {
        await using var portal = await Portal();
        var alice = await portal.Given(Alice);
        var carol = await portal.Given(Carol, user => user.LastSignInAt = portal.Clock.Now.AddDays(-500));
        await Run(portal);
        portal.Clock.Advance(TimeSpan.FromDays(30));
        await Run(portal);
        Assert.Null((await portal.Run((UserLifecycle users) => users.ActivateAsync(carol.Id, "She is back.", alice, Cancel))).Problem);

        Assert.Equal("Warned 1, deactivated 0 and deleted 0 accounts.", await Run(portal));

        Assert.Equal(UserStatus.Active, await Status(portal, carol));
    }

    [Fact]
    public async Task U15_Exempted_people_are_left_alone_until_their_exemption_ends()
    {
        await using var portal = await Portal();
        var alice = await portal.Given(Alice);
        var (carol, dave) = (await portal.Given(Carol, Old), await portal.Given(Dave, Old));
        Assert.Null((await portal.Run((DormancyDirectory dormancy) => dormancy.ExemptAsync(carol.Id, "On leave", portal.Clock.Now.AddDays(10), alice, Cancel))).Problem);
        Assert.Equal("not_allowed", (await portal.Run((DormancyDirectory dormancy) => dormancy.ExemptAsync(dave.Id, "A friend", null, carol, Cancel))).Problem?.Code);

        var preview = await portal.Run((DormancyDirectory dormancy) => dormancy.PreviewAsync(alice, Cancel));
        var file = await Exports.Exporting.Rows(portal, DormancyExport.ListName, new DormancyPreviewQuery(), alice);
        Assert.Equal("Warned 1, deactivated 0 and deleted 0 accounts.", await Run(portal));
        portal.Clock.Advance(TimeSpan.FromDays(11));
        Assert.Equal("Warned 1, deactivated 0 and deleted 0 accounts.", await Run(portal));

        Assert.Equal([1, 0, 0], preview.Steps.Select(step => step.Count));
        Assert.Equal(["Dave Dyer"], preview.Steps[0].First.Select(row => row.FullName));
        Assert.StartsWith("Would be warned|Dave Dyer|dave@example.org|", Assert.Single(file), StringComparison.Ordinal);
        Assert.Equal("On leave", Assert.Single(preview.Exemptions).Reason);
        Assert.Equal("On leave", (await portal.Event(AuditAction.DormancyExempted)).Reason);

        void Old(User user) => user.LastSignInAt = portal.Clock.Now.AddDays(-200);
    }

    [Fact]
    public async Task U15_Whoever_never_signed_in_counts_from_when_the_account_was_activated()
    {
        await using var portal = await Portal();
        await portal.Given(Carol, user => user.ActivatedAt = portal.Clock.Now.AddDays(-91));
        await portal.Given(Dave);

        Assert.Equal("Warned 1, deactivated 0 and deleted 0 accounts.", await Run(portal));
    }

    [Fact]
    public async Task U15_While_the_rule_is_off_nothing_happens_and_old_warnings_are_forgotten()
    {
        await using var portal = await Portal();
        await portal.Given(Carol, user => user.LastSignInAt = portal.Clock.Now.AddDays(-500));
        await Run(portal);
        await Save(portal, new() { IsOn = false });

        Assert.Equal("The rule is off.", await Run(portal));

        Assert.Equal(0, await portal.Run((UserAdminDbContext db) => db.DormantUsers.CountAsync(Cancel)));
    }

    private static async Task<TestPortal> Portal(DatabaseProvider provider = DatabaseProvider.Sqlite)
    {
        var portal = await TestPortal.StartAsync(provider);
        await Save(portal, new() { IsOn = true, WarnAfterDays = 90, DeactivateAfterDays = 120, DeleteAfterDays = 365 });
        return portal;
    }

    private static async Task Save(TestPortal portal, DormancyPolicy policy) => Assert.Null((await portal.Run(async (Policies policies) =>
        await policies.SaveAsync(policy, (await policies.GetWithStampAsync<DormancyPolicy>(Cancel)).Stamp, Actor.System, Cancel))).Problem);

    private static async Task<string?> Run(TestPortal portal)
    {
        var log = new JobLog(portal.Clock);
        await portal.Run(async (DormancyService dormancy) =>
        {
            await dormancy.RunAsync(log, Cancel);
            return true;
        });
        return log.Summary;
    }

    private static async Task<UserStatus> Status(TestPortal portal, Actor person) => (await portal.Load(person.Id)).StatusAt(portal.Clock.Now);
}
