using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;

namespace UserAdmin.Tests.Sessions;

public class LookingAfterDevicesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S5_People_see_their_devices_and_not_those_of_others()
    {
        await using var portal = await TestPortal.StartAsync();
        var (carol, dave) = (await portal.Given(Carol), await portal.Given(Dave));
        var (device, session) = await Given(portal, carol);
        await Given(portal, dave);

        var own = await portal.Run((DeviceService devices) => devices.ListAsync(carol.Id, carol with { SessionId = session }, Cancel));
        var foreign = await portal.Run((DeviceService devices) => devices.ListAsync(dave.Id, carol, Cancel));

        Assert.Equal((device, "Firefox on Linux", true, 1), Assert.Single(own) is var row ? (row.Id, row.Name, row.IsCurrent, row.OpenSessions) : default);
        Assert.Empty(foreign);
    }

    [Fact]
    public async Task S5_Nobody_changes_a_device_of_somebody_else_and_it_looks_missing()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol, dave) = (await portal.Given(Alice), await portal.Given(Carol), await portal.Given(Dave));
        var (device, _) = await Given(portal, dave);

        foreach (var actor in new[] { alice, carol })
        {
            Assert.Equal(DeviceService.NotFound, (await portal.Run((DeviceService devices) => devices.RenameAsync(device, new() { Name = "Mine" }, actor, Cancel))).Problem);
            Assert.Equal(DeviceService.NotFound, (await portal.Run((DeviceService devices) => devices.TrustAsync(device, true, actor, Cancel))).Problem);
            Assert.Equal(DeviceService.NotFound, (await portal.Run((DeviceService devices) => devices.ForgetAsync(device, actor, Cancel))).Problem);
        }
        Assert.Equal(DeviceService.NotFound, (await portal.Run((DeviceService devices) => devices.RemoveAsync(device, carol, Cancel))).Problem);
        Assert.True((await portal.Run((DeviceService devices) => devices.RemoveAsync(device, alice, Cancel))).Succeeded);
    }

    [Fact]
    public async Task S5_Renaming_and_trusting_are_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var (device, _) = await Given(portal, carol);

        await portal.Run((DeviceService devices) => devices.RenameAsync(device, new() { Name = " My  laptop " }, carol, Cancel));
        await portal.Run((DeviceService devices) => devices.TrustAsync(device, true, carol, Cancel));
        await portal.Run((DeviceService devices) => devices.TrustAsync(device, false, carol, Cancel));

        Assert.Equal(["Name: Firefox on Linux -> My laptop"], (await portal.Event(AuditAction.DeviceRenamed)).Differences);
        Assert.Equal("My laptop", (await portal.Event(AuditAction.DeviceTrusted)).TargetName);
        await portal.Event(AuditAction.DeviceDistrusted);
    }

    [Fact]
    public async Task C11_Trusting_a_device_asks_for_a_recent_sign_in()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        var (device, _) = await Given(portal, carol);
        portal.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal(StepUp.Needed, (await portal.Run((DeviceService devices) => devices.TrustAsync(device, true, carol, Cancel))).Problem);
        Assert.True((await portal.Run((DeviceService devices) => devices.TrustAsync(device, false, carol, Cancel))).Succeeded);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task S5_Removing_a_device_ends_its_sessions_and_no_others(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);
        var (device, _) = await Given(portal, carol);
        var (_, other) = await Given(portal, carol);

        var removed = await portal.Run((DeviceService devices) => devices.RemoveAsync(device, carol, Cancel));

        Assert.True(removed.Succeeded);
        var open = await portal.Run((UserAdminDbContext db) => db.Sessions.Where(s => s.EndedAt == null).Select(s => s.Id).ToListAsync(Cancel));
        Assert.Equal([other], open);
        Assert.Equal("Firefox on Linux", (await portal.Event(AuditAction.DeviceRemoved)).Reason);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task C03_Ending_the_others_ends_sessions_remembered_devices_and_half_open_sign_ins(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (carol, dave) = (await portal.Given(Carol), await portal.Given(Dave));
        var ((_, current), _, (_, his)) = (await Given(portal, carol), await Given(portal, carol), await Given(portal, dave));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.PendingSignIns.Add(new() { UserId = carol.Id, KeyHash = SessionKey.Hash("x"), Method = "pwd", CreatedAt = portal.Clock.Now, ExpiresAt = portal.Clock.Now.AddMinutes(5) });
            return await db.SaveChangesAsync(Cancel);
        });

        var ended = await portal.Run((SessionService sessions) => sessions.EndOthersAsync(carol.Id, current, "The password was changed", Cancel));

        Assert.Single(ended);
        await portal.Run(async (UserAdminDbContext db) =>
        {
            Assert.Equal([current, his], await db.Sessions.Where(s => s.EndedAt == null).OrderBy(s => s.Id).Select(s => s.Id).ToListAsync(Cancel));
            Assert.Equal([dave.Id], await db.Devices.Where(d => d.RememberedUntil != null).Select(d => d.UserId).ToListAsync(Cancel));
            Assert.Empty(await db.PendingSignIns.ToListAsync(Cancel));
            return true;
        });
    }

    private static async Task<(Guid Device, Guid Session)> Given(TestPortal portal, Actor owner) => await portal.Run(async (UserAdminDbContext db) =>
    {
        var device = new Device
        {
            UserId = owner.Id,
            KeyHash = SessionKey.Hash(SessionKey.Create()),
            Name = "Firefox on Linux",
            FirstSeenAt = portal.Clock.Now,
            LastSeenAt = portal.Clock.Now,
            RememberedUntil = portal.Clock.Now.AddDays(30),
        };
        var session = new Session
        {
            UserId = owner.Id,
            DeviceId = device.Id,
            KeyHash = SessionKey.Hash(SessionKey.Create()),
            CreatedAt = portal.Clock.Now,
            LastActivityAt = portal.Clock.Now,
            ExpiresAt = portal.Clock.Now.AddHours(12),
        };
        db.Devices.Add(device);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(Cancel);
        return (device.Id, session.Id);
    });
}
