using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace UserAdmin.Tests.Roles;

public class LastOwnerTests
{
    private const int Rounds = 100;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static MatrixTheoryData<DatabaseProvider, string> Ways =>
        new(TestDatabase.Each.Select(row => row.Data), ["deactivate", "lock", "delete", "end date", "end the role", "let the role end"]);

    [Theory, MemberData(nameof(Ways))]
    public async Task E07_Two_administrators_who_remove_each_other_at_once_never_leave_none(DatabaseProvider provider, string way)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, bob) = (await portal.Given(Alice), await portal.Given(Bob));

        for (var round = 0; round < Rounds; round++)
        {
            var answers = await Task.WhenAll(Remove(portal, way, alice, bob), Remove(portal, way, bob, alice));

            var refused = Assert.Single(answers, answer => answer is not null);
            Assert.Equal("user.last_owner", refused!.Code);
            Assert.Equal(1, await CountActive(portal));
            await portal.Run((UserAdminDbContext db) => db.RoleAssignments.ExecuteDeleteAsync(Cancel));
            await portal.GivenAssignment(alice.Id, SystemRoles.Owner.Id);
            await portal.GivenAssignment(bob.Id, SystemRoles.Owner.Id);
            await portal.Run((UserAdminDbContext db) => db.Users.ExecuteUpdateAsync(user => user
                .SetProperty(u => u.DeactivatedAt, (DateTimeOffset?)null).SetProperty(u => u.LockedUntil, (DateTimeOffset?)null)
                .SetProperty(u => u.DeletedAt, (DateTimeOffset?)null).SetProperty(u => u.ExpiresAt, (DateTimeOffset?)null), Cancel));
        }
    }

    [Theory, InlineData("deactivate"), InlineData("lock"), InlineData("delete"), InlineData("end the role"), InlineData("let the role end")]
    public async Task E07_Others_who_are_not_active_or_have_an_end_date_do_not_count(string way)
    {
        await using var portal = await TestPortal.StartAsync();
        var now = portal.Clock.Now;
        var alice = await portal.Given(Alice);
        await portal.Given(new("Inactive", "X", SystemRoles.Owner), user => user.Deactivate("x", now));
        await portal.Given(new("Locked", "X", SystemRoles.Owner), user => user.Lock(now.AddDays(1), "x"));
        await portal.Given(new("Deleted", "X", SystemRoles.Owner), user => user.Delete("x", now));
        await portal.Given(new("Pending", "X", SystemRoles.Owner), user => user.ActivatedAt = null);
        await portal.Given(new("Ending", "X", SystemRoles.Owner), user => user.ExpiresAt = now.AddDays(1));
        await portal.GivenAssignment((await portal.Given(new("Interim", "X", null))).Id, SystemRoles.Owner.Id, endsAt: now.AddDays(1));
        await portal.GivenAssignment((await portal.Given(new("Coming", "X", null))).Id, SystemRoles.Owner.Id, startsAt: now.AddDays(1));

        Assert.Equal("user.last_owner", (await Remove(portal, way, Actor.System, alice))?.Code);
    }

    [Fact]
    public async Task E07_Somebody_who_is_no_administrator_can_always_be_removed()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));

        Assert.Null(await Remove(portal, "deactivate", alice, carol));
    }

    private static async Task<Problem?> Remove(TestPortal portal, string way, Actor actor, Actor target)
    {
        if (way == "end date")
        {
            var original = UserForm.Of(await portal.Load(target.Id));
            var mine = original.Copy();
            mine.LastDay = new(2099, 1, 1);
            return (await portal.Run((UserService users) => users.EditAsync(target.Id, mine, original, actor, Cancel))).Problem;
        }
        if (way.EndsWith("the role", StringComparison.Ordinal) || way.EndsWith("role end", StringComparison.Ordinal))
        {
            var id = await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == target.UserId && a.RoleId == SystemRoles.Owner.Id).Select(a => a.Id).SingleAsync(Cancel));
            return (await portal.Run((RoleAssignmentService roles) => way == "end the role" ? roles.EndAsync(id, "reason", actor, Cancel)
                : roles.ChangeEndAsync(id, portal.Clock.Now.AddDays(1), "reason", actor, Cancel))).Problem;
        }
        return (await portal.Run((UserLifecycle users) => way switch
        {
            "deactivate" => users.DeactivateAsync(target.Id, "reason", actor, Cancel),
            "lock" => users.LockAsync(target.Id, null, "reason", actor, Cancel),
            _ => users.DeleteAsync(target.Id, "reason", actor, Cancel),
        })).Problem;
    }

    private static Task<int> CountActive(TestPortal portal) => portal.Run((UserAdminDbContext db) =>
        db.Users.CountAsync(u => u.DeactivatedAt == null && u.LockedUntil == null && u.DeletedAt == null && u.ExpiresAt == null
            && db.RoleAssignments.Any(role => role.UserId == u.Id && role.RoleId == SystemRoles.Owner.Id && role.EndsAt == null), Cancel));
}
